//! Vonage Messages API and Voice API: messages, calls and their events, recordings, under a signed
//! token.
//!
//! JSON bodies: <https://developer.vonage.com/en/messages/concepts/inbound-messages>,
//! <https://developer.vonage.com/en/voice/voice-api/webhook-reference>. `Authorization: Bearer`
//! holds an HS256 token whose `payload_hash` is the body's SHA-256:
//! <https://developer.vonage.com/en/messages/concepts/signed-webhooks>. The provider's own
//! libraries leave comparing it to the receiver.
//!
//! Vonage sometimes sends a genuine event unsigned and repeats it signed after a 5xx: an unsigned
//! request is undecided, not rejected.
//!
//! Left out: webhooks by GET, since nothing documented covers their query (configure POST).

use honeytoken::{Authentication, Medium, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::json::{Aside, Loose};
use super::jwt::{Algorithm, NumericDate, Tokens, bearer};
use super::mac::{passed, same, sha256_hex};
use super::party::party_without_plus;
use super::received::medium;
use super::settings::{API_BASE, Secrets};
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName,
    SettingsError, Undecided, Verified, json, when,
};

const ISSUER: &str = "Vonage";
/// The stage of a call in which Vonage asks what to do.
const ASKED: &str = "answer";

pub(super) static PROVIDER: Provider = Provider {
    id: "vonage_jwt",
    title: "Vonage Messages and Voice",
    carries: &[
        Carries::Sms,
        Carries::Mms,
        Carries::Call,
        Carries::CallStatus,
        Carries::Recording,
    ],
    authentication: &[Authentication::MacBody],
    secrets: &[
        SecretName::required("signature_secret", "the account's signature secret"),
        SecretName::optional(
            "api_key",
            "the only account whose events are taken; also used to ask the account",
        ),
        SecretName::account("api_secret", "to ask the account"),
        SecretName::account(
            "application_id",
            "the application that numbers are put under",
        ),
        SecretName::account(
            "private_key_pem",
            "the application's private key, for its calls, recordings and pictures",
        ),
        SecretName::account(
            "region",
            "where the application's calls are kept: us-3, us-4, eu-3, eu-4, ap-3 or ap-4",
        ),
        API_BASE,
    ],
    credential_headers: &["authorization"],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| Ok(Box::new(VonageJwt::new(secrets)?)),
};

struct VonageJwt {
    tokens: Tokens,
    account: Option<String>,
}

impl VonageJwt {
    fn new(secrets: &Secrets<'_>) -> Result<VonageJwt, SettingsError> {
        let keys = secrets.rotating_required("signature_secret")?;
        Ok(VonageJwt {
            tokens: Tokens::new(&keys, &[Algorithm::Hs256]),
            account: secrets.optional("api_key").map(str::to_owned),
        })
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    iat: Option<NumericDate>,
    exp: Option<NumericDate>,
    payload_hash: Option<String>,
    api_key: Option<String>,
}

impl Claims {
    fn check(&self, account: Option<&str>, now: Timestamp) -> Result<(), Rejection> {
        if self.iss.as_deref() != Some(ISSUER) {
            return Err(Rejection::WrongAccount("token's issuer"));
        }
        if account.is_some() && account != self.api_key.as_deref() {
            return Err(Rejection::WrongAccount("token's api_key"));
        }
        let issued = self.iat.ok_or(Rejection::BadTime("token's iat"))?;
        when::fresh(now, issued.0, when::SIGNATURE_AGE_MAX_S, "token")?;
        match self.exp {
            Some(end) if now >= end.0 => Err(Rejection::Stale("token")),
            _ => Ok(()),
        }
    }
}

impl Adapter for VonageJwt {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let token = bearer(request)?.ok_or(Undecided::Unsigned)?;
        let claims: Claims = self.tokens.verify(token)?;
        claims.check(self.account.as_deref(), now)?;
        if request.is_get() {
            return Err(Rejection::Uncovered("query of a GET").into());
        }
        let hash = claims
            .payload_hash
            .ok_or(Rejection::MissingSignature("payload_hash"))?;
        passed(same(
            sha256_hex(&[request.body]).as_bytes(),
            hash.as_bytes(),
        ))?;
        Ok(Authentication::MacBody.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        Ok(vec![
            json::read::<Body>(verified.request.body)?.into_event()?,
        ])
    }

    fn answer(&self, events: &[Received], _: Calls) -> Answer {
        // An empty list of actions: the call ends without having been picked up.
        match events.iter().any(|event| event.phase == ASKED) {
            true => Answer::ok("application/json", "[]"),
            false => Answer::EMPTY,
        }
    }
}

/// The fields of messages, calls and recordings; which are there tells which it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    message_uuid: Option<String>,
    message_type: Option<String>,
    channel: Option<String>,
    text: Option<String>,
    image: Option<File>,
    audio: Option<File>,
    video: Option<File>,
    file: Option<File>,
    vcard: Option<File>,
    uuid: Option<String>,
    call_uuid: Option<String>,
    conversation_uuid: Option<String>,
    recording_uuid: Option<String>,
    recording_url: Option<String>,
    from: Option<Loose>,
    from_user: Option<Loose>,
    to: Option<Loose>,
    status: Option<String>,
    timestamp: Option<String>,
    duration: Option<Loose>,
    network: Aside,
    disconnected_by: Aside,
    direction: Option<String>,
    detail: Aside,
    sip_code: Aside,
    start_time: Option<String>,
    end_time: Option<String>,
    origin: Option<Origin>,
}

#[derive(Deserialize)]
struct Origin {
    #[serde(default)]
    network_code: Aside,
}

#[derive(Deserialize)]
struct File {
    url: Option<String>,
    caption: Option<String>,
}

impl Origin {
    fn network(&self) -> Option<&str> {
        self.network_code.text()
    }
}

impl Body {
    fn into_event(self) -> Result<Received, Malformed> {
        let call = self.uuid.as_deref().or(self.call_uuid.as_deref());
        match (&self.message_uuid, &self.recording_uuid, call) {
            (Some(id), _, _) if self.message_type.is_some() => self.message(id),
            (Some(id), _, _) => self.message_status(id),
            (_, Some(id), _) => self.recording(id),
            (_, _, Some(id)) => self.call(id),
            _ => Err(Malformed::UnknownEvent),
        }
    }

    fn message(&self, id: &str) -> Result<Received, Malformed> {
        let files = [
            &self.image,
            &self.audio,
            &self.video,
            &self.file,
            &self.vcard,
        ];
        let files: Vec<&File> = files.into_iter().flatten().collect();
        let caption = files.iter().find_map(|file| file.caption.as_deref());
        let media = files.iter().map(|file| medium(None, file.url.as_deref()));
        let event = Received::sms(id, self.text.as_deref().or(caption))
            .with_media(media.collect::<Vec<Value>>())
            .with_detail("channel", self.channel.as_deref())
            .with_detail("network", self.origin.as_ref().and_then(Origin::network));
        self.addressed(event)
    }

    /// What became of a message that the line itself sent.
    fn message_status(&self, id: &str) -> Result<Received, Malformed> {
        let status = self.status.as_deref().ok_or(Malformed::Missing("status"))?;
        let event = Received::part_of(Medium::Control, id, status, id);
        Ok(Received {
            session: None,
            ..event.told_at(self.moment())
        })
    }

    fn call(&self, id: &str) -> Result<Received, Malformed> {
        let phase = self.status.as_deref().unwrap_or(ASKED);
        let event = Received::call(id, phase)
            .with_detail("network", self.network.text())
            .with_detail("disconnected_by", self.disconnected_by.text())
            .with_detail("detail", self.detail.text())
            .with_detail("sip_code", self.sip_code.text())
            .lasting(self.duration.as_ref().and_then(|d| d.0.parse().ok()));
        // A recording names the conversation alone.
        let session = self.conversation_uuid.as_deref().unwrap_or(id).to_owned();
        let event = self.addressed(Received {
            session: Some(session),
            ..event
        })?;
        Ok(match self.direction.as_deref() {
            Some("outbound") => Received::outgoing(event),
            _ => event,
        })
    }

    fn recording(&self, id: &str) -> Result<Received, Malformed> {
        let call = self.conversation_uuid.as_deref();
        let call = call.ok_or(Malformed::Missing("conversation_uuid"))?;
        let event = Received::new(Medium::Recording, "completed", id)
            .with_extra("call_id", call)
            .with_detail("url", self.recording_url.as_deref());
        let (start, end) = (self.start_time.as_deref(), self.end_time.as_deref());
        Ok(Received {
            session: Some(call.to_owned()),
            duration_s: when::seconds_between(start, end),
            ..event.told_at(self.moment())
        })
    }

    fn moment(&self) -> Option<&str> {
        self.timestamp.as_deref().or(self.start_time.as_deref())
    }

    fn addressed(&self, event: Received) -> Result<Received, Malformed> {
        let from = self.from.as_ref().or(self.from_user.as_ref());
        let to = party_without_plus(self.to.as_ref().map(|to| to.0.as_str()));
        let to = to.ok_or(Malformed::Missing("to"))?;
        let event = event.between(party_without_plus(from.map(|f| f.0.as_str())), Some(to));
        Ok(event.told_at(self.moment()))
    }
}
