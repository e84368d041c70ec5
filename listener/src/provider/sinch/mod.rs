//! Sinch: SMS and MMS, voice callbacks of both generations, number provisioning events.
//!
//! - SMS: <https://developers.sinch.com/docs/sms/api-reference/sms/webhooks>. Signed with
//!   HMAC-SHA256 over body, nonce and time (`webhook_secret`), once Sinch has switched that on for
//!   the account; until then HTTP Basic (`basic_user`, `basic_password`).
//! - Voice: <https://developers.sinch.com/docs/voice/api-reference/callbacks>. `Authorization:
//!   Application key:signature` (or `Service` for the second generation) over method, MD5 of the
//!   body, `Content-Type`, `X-Timestamp` and path (`key`, `secret_base64`).
//! - Numbers: `X-Sinch-Signature`, hex of HMAC-SHA1 over the body (`callback_secret`). These say
//!   nothing about a contact.
//!
//! Each kind is judged by its own secret; a kind whose secret is not set is undecided. An SMS
//! answered with a 4xx other than 429 is never sent again. The time is checked although Sinch's own
//! libraries do not.

mod payload;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Authentication, Timestamp};
use md5::{Digest as _, Md5};
use ring::hmac;

use self::payload::Body;
use super::mac::{Keys, decode_secret, passed};
use super::settings::Secrets;
use super::shared_secret::{AUTHORIZATION, BASIC_PASSWORD, BASIC_USER, Basic};
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName,
    SettingsError, Undecided, Verified, json, when,
};

const SMS_SIGNATURE: &str = "x-sinch-webhook-signature";
const SMS_NONCE: &str = "x-sinch-webhook-signature-nonce";
const SMS_TIMESTAMP: &str = "x-sinch-webhook-signature-timestamp";
const NUMBERS_SIGNATURE: &str = "x-sinch-signature";
const VOICE_TIMESTAMP: &str = "x-timestamp";
const CONTENT_TYPE: &str = "content-type";

pub(super) static PROVIDER: Provider = Provider {
    id: "sinch",
    title: "Sinch",
    carries: &[
        Carries::Sms,
        Carries::Mms,
        Carries::Call,
        Carries::CallStatus,
    ],
    authentication: &[Authentication::MacBody, Authentication::SharedSecret],
    secrets: &[
        SecretName::optional("webhook_secret", "of the SMS service plan"),
        SecretName::optional("callback_secret", "of the numbers' callback configuration"),
        SecretName::optional("key", "the voice application's key"),
        SecretName::optional("secret_base64", "the voice application's secret, as shown"),
        SecretName::optional("basic_user", BASIC_USER.about),
        SecretName::optional("basic_password", BASIC_PASSWORD.about),
    ],
    credential_headers: &[AUTHORIZATION],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| Ok(Box::new(Sinch::new(secrets)?)),
};

struct Sinch {
    sms: Keys,
    numbers: Keys,
    voice: Option<Voice>,
    basic: Option<Basic>,
}

struct Voice {
    key: String,
    keys: Keys,
}

impl Sinch {
    fn new(secrets: &Secrets<'_>) -> Result<Sinch, SettingsError> {
        let basic = secrets
            .optional(BASIC_USER.name)
            .map(|_| Basic::new(secrets))
            .transpose()?;
        let sinch = Sinch {
            sms: Keys::new(hmac::HMAC_SHA256, &secrets.rotating("webhook_secret")),
            numbers: Keys::new(
                hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                &secrets.rotating("callback_secret"),
            ),
            voice: secrets
                .optional("key")
                .map(|key| Voice::new(key, secrets))
                .transpose()?,
            basic,
        };
        let nothing = sinch.sms.is_empty() && sinch.numbers.is_empty();
        match nothing && sinch.voice.is_none() && sinch.basic.is_none() {
            true => Err(SettingsError::MissingAll(
                "webhook_secret, callback_secret, key with secret_base64, basic_user",
            )),
            false => Ok(sinch),
        }
    }

    fn verify_sms(&self, request: &Request<'_>, now: Timestamp) -> Result<(), Refusal> {
        let signature = request.header(SMS_SIGNATURE)?;
        let nonce = request.header(SMS_NONCE)?;
        let timestamp = request.header(SMS_TIMESTAMP)?;
        if self.sms.is_empty() {
            return Err(Undecided::SecretMissing("webhook_secret").into());
        }
        let parts = [
            request.body,
            b".",
            nonce.as_bytes(),
            b".",
            timestamp.as_bytes(),
        ];
        passed(self.sms.verify_base64(&parts, signature))?;
        let signed_at = when::unix_s(timestamp, SMS_TIMESTAMP)?;
        Ok(when::fresh(
            now,
            signed_at,
            when::SIGNATURE_AGE_MAX_S,
            SMS_TIMESTAMP,
        )?)
    }

    fn verify_numbers(&self, request: &Request<'_>) -> Result<(), Refusal> {
        let signature = request.header(NUMBERS_SIGNATURE)?;
        if self.numbers.is_empty() {
            return Err(Undecided::SecretMissing("callback_secret").into());
        }
        Ok(passed(
            self.numbers.verify_lower_hex(&[request.body], signature),
        )?)
    }
}

impl Voice {
    fn new(key: &str, secrets: &Secrets<'_>) -> Result<Voice, SettingsError> {
        let name = "secret_base64";
        let decode = |secret: &str| decode_secret(secret, name, "base64");
        let decoded = secrets.rotating_required(name)?.into_iter().map(decode);
        let decoded = decoded.collect::<Result<Vec<_>, _>>()?;
        Ok(Voice {
            key: key.to_owned(),
            keys: Keys::new(hmac::HMAC_SHA256, &decoded),
        })
    }

    fn verify(
        &self,
        request: &Request<'_>,
        credentials: &str,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let (key, signature) = credentials.split_once(':').ok_or(Rejection::BadSignature)?;
        if key != self.key {
            return Err(Rejection::WrongAccount("application key"));
        }
        let timestamp = request.header(VOICE_TIMESTAMP)?;
        let content_type = request.header(CONTENT_TYPE)?;
        let digest = match request.body.is_empty() {
            true => String::new(),
            false => STANDARD.encode(Md5::digest(request.body)),
        };
        let (method, path) = (
            request.method.to_ascii_uppercase(),
            request.parsed_url()?.path,
        );
        let signed = format!("{method}\n{digest}\n{content_type}\nx-timestamp:{timestamp}\n{path}");
        passed(self.keys.verify_base64(&[signed.as_bytes()], signature))?;
        let signed_at = when::rfc3339(timestamp).ok_or(Rejection::BadTime(VOICE_TIMESTAMP))?;
        when::fresh(now, signed_at, when::SIGNATURE_AGE_MAX_S, VOICE_TIMESTAMP)
    }
}

impl Adapter for Sinch {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        if request.headers.contains_key(SMS_SIGNATURE) {
            self.verify_sms(request, now)?;
            return Ok(Authentication::MacBody.into());
        }
        if request.headers.contains_key(NUMBERS_SIGNATURE) {
            self.verify_numbers(request)?;
            return Ok(Authentication::MacBody.into());
        }
        let Some(authorization) = request.optional_header(AUTHORIZATION)? else {
            return Err(Rejection::MissingSignature(SMS_SIGNATURE).into());
        };
        let (scheme, credentials) = authorization.split_once(' ').unwrap_or((authorization, ""));
        match scheme.to_ascii_lowercase().as_str() {
            "application" | "service" => {
                let voice = self.voice.as_ref().ok_or(Undecided::SecretMissing("key"))?;
                voice.verify(request, credentials, now)?;
                Ok(Authentication::MacBody.into())
            }
            _ => {
                let basic = self.basic.as_ref();
                Ok(basic
                    .ok_or(Undecided::SecretMissing("basic_user"))?
                    .verify(request)?)
            }
        }
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let body: Body = json::read(verified.request.body)?;
        body.into_events()
    }

    fn answer(&self, events: &[Received], _: Calls) -> Answer {
        let asked = |phase| events.iter().any(|event| event.phase == phase);
        let json = "application/json";
        match (asked("ice"), asked("incoming")) {
            (true, _) => Answer::ok(json, r#"{"instructions":[],"action":{"name":"hangup"}}"#),
            (_, true) => Answer::ok(json, r#"{"commands":[]}"#),
            _ => Answer::EMPTY,
        }
    }
}
