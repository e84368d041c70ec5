//! E-mail by SMTP (RFC 5321, submission by RFC 6409 and RFC 8314): plain text, one message for all
//! recipients, under a `Message-ID` that stays the same when it is sent again. TLS is required: by
//! STARTTLS (port 587) or from the first byte (`tls = "implicit"`, port 465); `tls = "none"` is for a
//! relay on this machine alone.

use std::time::Duration;

use honeytoken::Secret;
use lettre::message::{Mailbox as Address, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::{Channel, Given, Kind};
use crate::address::{self, AddressError};
use crate::alerts::target::TargetError;
use crate::alerts::words::Message;

/// The longest wait for each step of a session, in seconds.
const STEP_S: u64 = 20;
/// Recipients of one target.
const RECIPIENTS_MAX: usize = 20;

pub(super) const KIND: Kind = Kind {
    id: "email",
    settings: &["host", "port", "tls", "from", "to", "username"],
    secrets: &["password"],
    gap_s: 0,
    connect: |given: &Given<'_>| -> Result<Channel, TargetError> {
        Ok(Channel::Mail(Box::new(mailbox(given)?)))
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    StartTls,
    Implicit,
    None,
}

/// Where mail is handed in, and for whom.
pub(crate) struct Mailbox {
    host: String,
    port: u16,
    security: Security,
    from: Address,
    to: Vec<Address>,
    login: Option<(String, Secret)>,
    allow_private: bool,
}

fn mailbox(given: &Given<'_>) -> Result<Mailbox, TargetError> {
    let security = security(given.value("tls"))?;
    let allow_private = given.target.allow_private;
    let host = given.required("host")?;
    if security == Security::None && !(allow_private && is_here(host)) {
        return Err(TargetError::Form(
            "tls",
            "starttls or implicit; none is for this machine alone, with allow_private",
        ));
    }
    Ok(Mailbox {
        host: host.to_owned(),
        port: port(given.value("port"), security)?,
        security,
        from: address("from", given.required("from")?)?,
        to: recipients(given.required("to")?)?,
        login: login(given)?,
        allow_private,
    })
}

fn security(word: Option<&str>) -> Result<Security, TargetError> {
    match word.unwrap_or("starttls") {
        "starttls" => Ok(Security::StartTls),
        "implicit" => Ok(Security::Implicit),
        "none" => Ok(Security::None),
        _ => Err(TargetError::Form("tls", "starttls, implicit or none")),
    }
}

fn port(text: Option<&str>, security: Security) -> Result<u16, TargetError> {
    let Some(text) = text else {
        return Ok(match security {
            Security::StartTls => 587,
            Security::Implicit => 465,
            Security::None => 25,
        });
    };
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or(TargetError::Form("port", "a port, 1 to 65535"))
}

fn is_here(host: &str) -> bool {
    let literal: Option<std::net::IpAddr> = host.parse().ok();
    host == "localhost" || literal.is_some_and(|address| address.is_loopback())
}

fn address(name: &'static str, text: &str) -> Result<Address, TargetError> {
    let wrong = |_| TargetError::Form(name, "an e-mail address such as alerts@example.org");
    text.trim().parse().map_err(wrong)
}

fn recipients(text: &str) -> Result<Vec<Address>, TargetError> {
    let to = text.split(',').map(|one| address("to", one));
    let to = to.collect::<Result<Vec<_>, _>>()?;
    match to.len() <= RECIPIENTS_MAX {
        true => Ok(to),
        false => Err(TargetError::Form("to", "a list of at most 20 addresses")),
    }
}

fn login(given: &Given<'_>) -> Result<Option<(String, Secret)>, TargetError> {
    match (given.value("username"), given.value("password")) {
        (Some(username), Some(password)) => Ok(Some((username.to_owned(), Secret::new(password)))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(TargetError::Missing("password", KIND.id)),
        (None, Some(_)) => Err(TargetError::Missing("username", KIND.id)),
    }
}

/// Why a mail was not taken, without addresses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    /// The host has no address, or none that may be called.
    #[error("mail server cannot be found: {0}")]
    Host(std::io::Error),
    /// TLS cannot be set up.
    #[error("mail server's name is of no use for TLS")]
    Tls,
    /// The message cannot be made.
    #[error("mail cannot be put together")]
    Message,
    /// The server said no.
    #[error("mail server answered {0}")]
    Answer(u16),
    /// It did not come to an answer.
    #[error("mail server could not be spoken to ({0})")]
    Session(&'static str),
}

impl Mailbox {
    /// Sends a message.
    ///
    /// # Errors
    /// See [`MailError`].
    pub(crate) async fn send(&self, message: &Message) -> Result<(), MailError> {
        let mail = self.mail(message)?;
        let transport = self.transport().await?;
        let sent = transport.send(mail).await;
        sent.map(drop).map_err(|error| match error.status() {
            Some(code) => MailError::Answer(code.into()),
            None if error.is_timeout() => MailError::Session("it took too long"),
            None if error.is_tls() => MailError::Session("TLS failed"),
            None => MailError::Session("no connection, or it broke"),
        })
    }

    /// Connects to an address that was looked at, under the name that the certificate must have.
    async fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
        let found = address::resolve(&self.host, self.port, self.allow_private).await;
        let found = found.map_err(MailError::Host)?;
        let none = || MailError::Host(std::io::Error::other(AddressError::Private));
        let server = found.first().ok_or_else(none)?.ip().to_string();
        // Already installed is fine: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let named = || TlsParameters::new(self.host.clone()).map_err(|_| MailError::Tls);
        let tls = match self.security {
            Security::StartTls => Tls::Required(named()?),
            Security::Implicit => Tls::Wrapper(named()?),
            Security::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server)
            .port(self.port)
            .tls(tls)
            .timeout(Some(Duration::from_secs(STEP_S)));
        if let Some((username, password)) = &self.login {
            let password = password.expose().to_owned();
            transport = transport.credentials(Credentials::new(username.clone(), password));
        }
        Ok(transport.build())
    }

    fn mail(&self, message: &Message) -> Result<lettre::Message, MailError> {
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        let mut mail = lettre::Message::builder()
            .from(self.from.clone())
            .message_id(Some(id))
            .subject(&message.title);
        for to in &self.to {
            mail = mail.to(to.clone());
        }
        let lines = message.lines.iter().chain(&message.link);
        let body: Vec<&str> = lines.map(String::as_str).collect();
        let text = SinglePart::plain(body.join("\r\n"));
        mail.singlepart(text).map_err(|_| MailError::Message)
    }
}
