//! SignalWire: Twilio's forms ("cXML"), and JSON from SWML applications.
//!
//! <https://developer.signalwire.com/compatibility-api/>. Both are signed under the project's
//! signing key (not its API token), in `X-SignalWire-Signature` or, on forms, in
//! `X-Twilio-Signature`. Forms: base64 of HMAC-SHA1 over URL and sorted fields, each as often as
//! it was given. JSON: lower-case hex of HMAC-SHA1 over URL and raw body. The URL counts with and
//! without its port.
//!
//! Forms name the project as `AccountSid`, JSON as `call.project_id`: where the connection's is set, no
//! other project's are taken. No time is signed. What a SWML application expects to hear is not documented for our case; it
//! gets an empty answer.

use honeytoken::{Authentication, Timestamp};
use ring::hmac;
use serde::Deserialize;

use super::mac::Keys;
use super::party::party;
use super::settings::API_BASE;
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName,
    Verified, cxml, json,
};

const SIGNATURE: &str = "x-signalwire-signature";
const TWILIO_SIGNATURE: &str = "x-twilio-signature";
const ACCOUNT: &str = "AccountSid";
const PROJECT: &str = "call.project_id";

pub(super) static PROVIDER: Provider = Provider {
    id: "signalwire",
    title: "SignalWire",
    carries: &[
        Carries::Sms,
        Carries::Mms,
        Carries::Call,
        Carries::CallStatus,
        Carries::Recording,
        Carries::Transcript,
    ],
    authentication: &[Authentication::MacBody],
    secrets: &[
        SecretName::required("signing_key", "the project's signing key, PSK_…"),
        SecretName::account("space", "to ask the account: NAME of NAME.signalwire.com"),
        SecretName::account(
            "project_id",
            "the only project whose events are taken; also used to ask the account",
        ),
        SecretName::account("api_token", "to ask the account: the project's API token"),
        API_BASE,
    ],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        let keys = secrets.rotating_required("signing_key")?;
        Ok(Box::new(SignalWire {
            keys: Keys::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &keys),
            project: secrets.optional("project_id").map(str::to_owned),
        }))
    },
};

struct SignalWire {
    keys: Keys,
    project: Option<String>,
}

impl SignalWire {
    fn form_fits(&self, request: &Request<'_>, url: &str, sig: &str) -> Result<bool, Rejection> {
        let form = if request.is_get() {
            Default::default()
        } else {
            request.form()?
        };
        let fields = form.sorted().into_iter();
        let fields = fields.flat_map(|(name, value)| [&**name, &**value]);
        let parts: Vec<&[u8]> = [url.as_bytes()].into_iter().chain(fields).collect();
        Ok(self.keys.verify_base64(&parts, sig))
    }

    /// Refuses what names another project than the one that is set. What cannot be read is for
    /// [`Adapter::parse`] to say.
    fn own_project(&self, request: &Request<'_>) -> Result<(), Rejection> {
        let Some(ours) = &self.project else {
            return Ok(());
        };
        let is_ours = |theirs: &str| theirs.eq_ignore_ascii_case(ours);
        if request.is_json() {
            let body = json::read::<Body>(request.body).ok();
            let theirs = body.and_then(|body| body.call.project_id);
            return match theirs.is_none_or(|theirs| is_ours(&theirs)) {
                true => Ok(()),
                false => Err(Rejection::WrongAccount(PROJECT)),
            };
        }
        let form = request.form()?;
        let theirs = form.get(ACCOUNT);
        match theirs.map_err(|_| Rejection::WrongAccount(ACCOUNT))? {
            Some(theirs) if !is_ours(theirs) => Err(Rejection::WrongAccount(ACCOUNT)),
            _ => Ok(()),
        }
    }
}

impl Adapter for SignalWire {
    fn verify<'a>(&self, request: &Request<'a>, _: Timestamp) -> Result<Proof<'a>, Refusal> {
        let own = request.optional_header(SIGNATURE)?;
        let sig = match own.or(request.optional_header(TWILIO_SIGNATURE)?) {
            Some(sig) => sig,
            None => return Err(Rejection::MissingSignature(SIGNATURE).into()),
        };
        for url in request.parsed_url()?.without_and_with_port() {
            let fits = match request.is_json() {
                true => self
                    .keys
                    .verify_lower_hex(&[url.as_bytes(), request.body], sig),
                false => self.form_fits(request, &url, sig)?,
            };
            if fits {
                self.own_project(request)?;
                return Ok(Authentication::MacBody.into());
            }
        }
        Err(Rejection::BadSignature.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        match verified.request.is_json() {
            true => Ok(vec![
                json::read::<Body>(verified.request.body)?
                    .call
                    .into_event()?,
            ]),
            false => Ok(vec![cxml::read(&verified.request.form()?)?]),
        }
    }

    fn answer(&self, events: &[Received], calls: Calls) -> Answer {
        // A new call of a SWML application is "created"; forms want XML, even an empty one.
        match events.iter().any(|event| event.phase == "created") {
            true => Answer::EMPTY,
            false => cxml::answer("text/xml", events, calls),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    call: Call,
}

#[derive(Deserialize)]
struct Call {
    call_id: String,
    call_state: String,
    direction: Option<String>,
    project_id: Option<String>,
    from: Option<String>,
    to: String,
}

impl Call {
    fn into_event(self) -> Result<Received, Malformed> {
        let to = party(Some(&self.to)).ok_or(Malformed::Missing("call.to"))?;
        let event = Received::call(&self.call_id, &self.call_state)
            .between(party(self.from.as_deref()), Some(to))
            .with_detail("project", self.project_id.as_deref());
        Ok(match self.direction.as_deref() {
            Some("outbound") => Received::outgoing(event),
            _ => event,
        })
    }
}
