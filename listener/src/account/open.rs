//! From a connection's settings to its account.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use honeytoken::{Connection, Secret};

use super::api::Api;
use super::cxml::Cxml;
use super::hosts::Hosts;
use super::patience::Patience;
use super::plivo::Plivo;
use super::telnyx::{self, Telnyx};
use super::token::Signer;
use super::vonage::voice::{self, Voice};
use super::vonage::{self, By, Vonage};
use super::wire::{self, Auth, Wire};
use super::{Account, AccountError};
use crate::clock::Clock;

/// Opens accounts; they share connections to the providers.
pub struct Accounts {
    public: OnceLock<reqwest::Client>,
    local: OnceLock<reqwest::Client>,
    patience: Patience,
    /// The answer to everything, in place of the network.
    canned: Option<Arc<[u8]>>,
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts::with(Patience::USUAL)
    }
}

impl Accounts {
    pub(crate) const fn with(patience: Patience) -> Accounts {
        Accounts {
            public: OnceLock::new(),
            local: OnceLock::new(),
            patience,
            canned: None,
        }
    }

    /// Accounts that ask nobody: these bytes are the answer to everything. For fuzzing what reads
    /// providers' answers.
    pub fn canned(answer: &[u8]) -> Accounts {
        Accounts {
            canned: Some(answer.into()),
            ..Accounts::default()
        }
    }

    /// The account of a connection.
    ///
    /// # Errors
    /// When its provider has none here, a credential is missing, or a setting is not of its form.
    pub fn open(&self, connection: &Connection) -> Result<Box<dyn Account>, AccountError> {
        let given = Given(&connection.secrets);
        match connection.provider.as_str() {
            "twilio" => self.twilio(given),
            "signalwire" => self.signalwire(given),
            "telnyx" => self.telnyx(given),
            "plivo" => self.plivo(given),
            "vonage_sms" => self.vonage(given, By::Number, None),
            "vonage_jwt" => {
                let application = given.segment("application_id")?;
                let voice = self.voice(given, application.as_deref())?;
                self.vonage(given, By::Application(application), voice)
            }
            other => Err(AccountError::NoAccount(other.to_owned())),
        }
    }

    fn twilio(&self, given: Given<'_>) -> Result<Box<dyn Account>, AccountError> {
        const HOST: &str = "api.twilio.com";
        let account = given.required("account_sid")?;
        let auth = match given.optional("api_key_sid") {
            Some(key) => Auth::Basic(key.to_owned(), given.secret("api_key_secret")?),
            None => Auth::Basic(account.to_owned(), given.secret("auth_token")?),
        };
        let root = format!("/2010-04-01/Accounts/{}", segment("account_sid", account)?);
        let media = &["media.twiliocdn.com", "mms.twiliocdn.com"];
        Ok(Box::new(Cxml {
            api: self.api("Twilio", given, vec![HOST.to_owned()], media, auth)?,
            host: HOST.to_owned(),
            root,
        }))
    }

    fn signalwire(&self, given: Given<'_>) -> Result<Box<dyn Account>, AccountError> {
        let space = segment("space", given.required("space")?)?;
        let project = segment("project_id", given.required("project_id")?)?;
        let host = format!("{space}.signalwire.com");
        let auth = Auth::Basic(project.to_owned(), given.secret("api_token")?);
        Ok(Box::new(Cxml {
            api: self.api("SignalWire", given, vec![host.clone()], &[], auth)?,
            host,
            root: format!("/api/laml/2010-04-01/Accounts/{project}"),
        }))
    }

    fn telnyx(&self, given: Given<'_>) -> Result<Box<dyn Account>, AccountError> {
        let auth = Auth::Bearer(given.secret("api_key")?);
        let hosts = vec!["api.telnyx.com".to_owned()];
        Ok(Box::new(Telnyx {
            messaging_profile: given.segment("messaging_profile_id")?,
            call_control: given.segment("call_control_application_id")?,
            api: self.api("Telnyx", given, hosts, &telnyx::MEDIA, auth)?,
        }))
    }

    fn plivo(&self, given: Given<'_>) -> Result<Box<dyn Account>, AccountError> {
        let id = segment("auth_id", given.required("auth_id")?)?;
        let auth = Auth::Basic(id.to_owned(), given.secret("auth_token")?);
        let hosts = vec!["api.plivo.com".to_owned()];
        Ok(Box::new(Plivo {
            root: format!("/v1/Account/{id}"),
            api: self.api("Plivo", given, hosts, &["media.plivo.com"], auth)?,
        }))
    }

    fn vonage(
        &self,
        given: Given<'_>,
        by: By,
        voice: Option<Voice>,
    ) -> Result<Box<dyn Account>, AccountError> {
        let key = segment("api_key", given.required("api_key")?)?.to_owned();
        let secret = given.secret("api_secret")?;
        let auth = Auth::Basic(key.clone(), secret.clone());
        let hosts = vec![vonage::REST.to_owned(), vonage::API.to_owned()];
        Ok(Box::new(Vonage {
            api: self.api("Vonage", given, hosts, &[], auth)?,
            key,
            secret,
            by,
            voice,
        }))
    }

    /// What an application's private key opens, if the connection has one.
    fn voice(
        &self,
        given: Given<'_>,
        application: Option<&str>,
    ) -> Result<Option<Voice>, AccountError> {
        let Some(pem) = given.optional("private_key_pem") else {
            return Ok(None);
        };
        let application = application.ok_or(AccountError::NoCredential("application_id"))?;
        let signer = Signer::new(pem, application, Clock::system())?;
        let auth = Auth::Signed(Arc::new(signer));
        let hosts = voice::HOSTS.map(str::to_owned).to_vec();
        let host = Voice::host(given.optional("region"));
        Ok(Some(Voice {
            api: self.api("Vonage", given, hosts, &[], auth)?,
            host: host.ok_or(AccountError::Setting {
                name: "region",
                wanted: "one of us-3, us-4, eu-3, eu-4, ap-3 and ap-4",
            })?,
        }))
    }

    fn api(
        &self,
        title: &'static str,
        given: Given<'_>,
        hosts: Vec<String>,
        media: &'static [&'static str],
        auth: Auth,
    ) -> Result<Api, AccountError> {
        let hosts = Hosts::new(title, hosts, media, given.optional("api_base"))?;
        Ok(Api {
            title,
            wire: self.wire(title, hosts.are_local())?,
            hosts,
            auth,
            patience: self.patience,
        })
    }

    fn wire(&self, title: &'static str, local: bool) -> Result<Wire, AccountError> {
        if let Some(answer) = &self.canned {
            return Ok(Wire::Canned(Arc::clone(answer)));
        }
        let slot = if local { &self.local } else { &self.public };
        if let Some(client) = slot.get() {
            return Ok(Wire::Http(client.clone()));
        }
        let made = wire::client(local).map_err(|_| AccountError::Unavailable {
            title,
            why: "TLS cannot be set up on this machine".to_owned(),
        })?;
        Ok(Wire::Http(slot.get_or_init(|| made).clone()))
    }
}

/// A connection's secrets.
#[derive(Clone, Copy)]
struct Given<'a>(&'a BTreeMap<String, Secret>);

impl<'a> Given<'a> {
    fn optional(&self, name: &str) -> Option<&'a str> {
        self.0
            .get(name)
            .map(Secret::expose)
            .filter(|text| !text.is_empty())
    }

    /// An optional text that may stand in a path.
    fn segment(&self, name: &'static str) -> Result<Option<String>, AccountError> {
        let text = self.optional(name);
        let text = text.map(|text| segment(name, text)).transpose()?;
        Ok(text.map(str::to_owned))
    }

    fn required(&self, name: &'static str) -> Result<&'a str, AccountError> {
        self.optional(name).ok_or(AccountError::NoCredential(name))
    }

    fn secret(&self, name: &'static str) -> Result<Secret, AccountError> {
        self.required(name).map(Secret::new)
    }
}

/// A text that may stand in a path or a host's name.
pub(super) fn segment<'a>(name: &'static str, text: &'a str) -> Result<&'a str, AccountError> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    match text.bytes().all(fits) {
        true => Ok(text),
        false => Err(AccountError::Setting {
            name,
            wanted: "letters, digits and hyphens only",
        }),
    }
}
