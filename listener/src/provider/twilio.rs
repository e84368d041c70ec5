//! Twilio: messages, calls and their later statuses, recordings, transcriptions.
//!
//! A form for each event (or its fields in the query of a GET):
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>,
//! <https://www.twilio.com/docs/voice/twiml>; signed as described at
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>: base64 of HMAC-SHA1 over the
//! URL and all decoded parameters, or, with a shared key, HMAC-SHA256. JSON bodies are covered by
//! their SHA-256 in the signed URL; none of them says anything about a line.
//!
//! A signature names no time, so that repeats are told by the ids alone. A caller's attestation
//! (`StirVerstat`) comes with calls from the USA.
//!
//! The fields of a transcription are those that SignalWire documents for its copy of the callback:
//! <https://developer.signalwire.com/compatibility-api/guides/signalwire-status-callbacks/transcription-status-callbacks>.
//! Letting a call ring rests on Twilio's page on `<Pause>`: as the first verb it waits before
//! picking up. A caller who outlasts it may be picked up and is hung up at once.
//!
//! Left out as hearsay: `StirPassportToken`; which parameters some accounts leave unsigned.

use honeytoken::{Authentication, Medium, Timestamp};
use ring::hmac;

use super::form::{Field, Form};
use super::mac::{Keys, passed, same, sha256_hex};
use super::settings::{API_BASE, Secrets};
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName,
    SettingsError, Verified, cxml,
};

pub(super) const SIGNATURE: &str = "x-twilio-signature";
const SIGNATURE_SETTINGS: &str = "x-twilio-webhooks-signature-settings";
/// The query parameter that holds the digest of a JSON body.
const BODY_SHA256: &str = "bodySHA256";
const ACCOUNT: &str = "AccountSid";

pub(super) static PROVIDER: Provider = Provider {
    id: "twilio",
    title: "Twilio",
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
        SecretName::required(
            "auth_token",
            "the token of the account or sub-account that owns the number, or its webhook shared \
             key",
        ),
        SecretName::optional(
            "account_sid",
            "the only account whose events are taken; also used to ask the account",
        ),
        SecretName::account(
            "api_key_sid",
            "SK…, to ask the account in place of its token",
        ),
        SecretName::account("api_key_secret", "the secret of api_key_sid"),
        API_BASE,
    ],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| Ok(Box::new(Twilio::new(secrets)?)),
};

struct Twilio {
    sha1: Keys,
    sha256: Keys,
    account: Option<String>,
}

impl Twilio {
    fn new(secrets: &Secrets<'_>) -> Result<Twilio, SettingsError> {
        let tokens = secrets.rotating_required("auth_token")?;
        Ok(Twilio {
            sha1: Keys::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &tokens),
            sha256: Keys::new(hmac::HMAC_SHA256, &tokens),
            account: secrets.optional("account_sid").map(str::to_owned),
        })
    }

    /// The keys under the algorithm that the request names; SHA-1 if it names none.
    fn keys(&self, request: &Request<'_>) -> Result<&Keys, Rejection> {
        let settings = request
            .optional_header(SIGNATURE_SETTINGS)?
            .unwrap_or_default();
        let pairs = settings.split(',').filter_map(|pair| pair.split_once('='));
        let mut named = pairs.filter(|(name, _)| name.trim() == "algorithm");
        match named
            .next()
            .map(|(_, value)| value.trim().to_ascii_uppercase())
            .as_deref()
        {
            None | Some("HMAC_SHA1") => Ok(&self.sha1),
            Some("HMAC_SHA256") => Ok(&self.sha256),
            Some(_) => Err(Rejection::UnknownAlgorithm(SIGNATURE_SETTINGS)),
        }
    }

    fn own_account(&self, form: &Form<'_>) -> Result<(), Rejection> {
        let Some(ours) = &self.account else {
            return Ok(());
        };
        match form.get(ACCOUNT) {
            Ok(Some(theirs)) if theirs == ours => Ok(()),
            _ => Err(Rejection::WrongAccount(ACCOUNT)),
        }
    }
}

impl Adapter for Twilio {
    fn verify<'a>(&self, request: &Request<'a>, _: Timestamp) -> Result<Proof<'a>, Refusal> {
        let signature = request.header(SIGNATURE)?;
        let keys = self.keys(request)?;
        let fields = match request.is_json() {
            true => passed(body_digest_fits(request)?).map(|()| Form::default())?,
            false => request.form()?,
        };
        let signed = if request.is_get() {
            Vec::new()
        } else {
            signed_fields(&fields)
        };
        let fits = |url: String| {
            let parts = [url.as_bytes()].into_iter().chain(signed.iter().copied());
            keys.verify_base64(&parts.collect::<Vec<_>>(), signature)
        };
        passed(
            request
                .parsed_url()?
                .without_and_with_port()
                .into_iter()
                .any(fits),
        )?;
        if !request.is_json() {
            self.own_account(&fields)?;
        }
        Ok(Authentication::MacBody.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        if verified.request.is_json() {
            return Ok(Vec::new());
        }
        let form = verified.request.form()?;
        let event = cxml::read(&form)?;
        Ok(vec![match event.medium {
            Medium::Call => attested(event, form.non_empty("StirVerstat")?),
            _ => event,
        }])
    }

    fn answer(&self, events: &[Received], calls: Calls) -> Answer {
        cxml::answer("text/xml", events, calls)
    }
}

/// Each name once, in the order of bytes, with each of its distinct values in order.
pub(super) fn signed_fields<'f>(form: &'f Form<'_>) -> Vec<&'f [u8]> {
    let mut sorted: Vec<&Field<'_>> = form.sorted();
    sorted.dedup();
    sorted
        .into_iter()
        .flat_map(|(name, value)| [&**name, &**value])
        .collect()
}

/// Whether the digest in the URL, which the signature covers, is the body's.
fn body_digest_fits(request: &Request<'_>) -> Result<bool, Rejection> {
    let query = Form::parse(request.parsed_url()?.query.unwrap_or_default().as_bytes())?;
    let digest = query
        .get(BODY_SHA256)
        .map_err(|_| Rejection::Repeated(BODY_SHA256))?;
    let digest = digest.ok_or(Rejection::MissingSignature(BODY_SHA256))?;
    Ok(same(
        sha256_hex(&[request.body]).as_bytes(),
        digest.as_bytes(),
    ))
}

/// Adds what the carriers vouch for, to the inbound call and to whatever names it.
fn attested(call: Received, verstat: Option<&str>) -> Received {
    if call.phase != "ringing" && verstat.is_none() {
        return call;
    }
    let level = verstat.and_then(|verstat| verstat.strip_prefix("TN-Validation-Passed-"));
    let attestation = level.map(str::to_owned);
    let call = call
        .with_extra("attestation", level)
        .with_extra("verstat", verstat);
    Received {
        attestation: attestation.or(verstat.map(str::to_owned)),
        ..call
    }
}
