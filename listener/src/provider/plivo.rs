//! Plivo: messages under signature V2, calls and their ends under V3.
//!
//! Forms, or the same fields in the query of a GET:
//! <https://www.plivo.com/docs/messaging/api/message/receive-messages>,
//! <https://www.plivo.com/docs/voice/xml/request>. V3 covers URL and fields
//! (<https://www.plivo.com/docs/voice/concepts/signature-validation>). **V2 covers the path and a
//! nonce alone, not the body** (<https://www.plivo.com/docs/messaging/concepts/signature-validation>):
//! who has seen one request can send another under it. Hence V2 is taken for messages only, and
//! its nonce is handed on to be remembered.
//!
//! What became of messages that the line sent comes as forms with a `Status`, which no inbound message
//! has, and no text
//! (<https://www.plivo.com/docs/messaging/api/message/message-status-callbacks>).
//!
//! Left out as hearsay: the name of the attestation's field; record callbacks; `ParentAuthID`, by which an account could be
//! told. Ringing without
//! picking up has no documented answer, so calls are hung up under either policy.

use honeytoken::{Authentication, Medium, Timestamp};
use ring::hmac;
use serde_json::Value;

use super::form::{Field, Form};
use super::mac::{Keys, passed};
use super::party::party_without_plus;
use super::received::medium;
use super::settings::API_BASE;
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName,
    Verified, when,
};

const V3: &str = "x-plivo-signature-v3";
const V3_MAIN: &str = "x-plivo-signature-ma-v3";
const V3_NONCE: &str = "x-plivo-signature-v3-nonce";
const V2: &str = "x-plivo-signature-v2";
const V2_MAIN: &str = "x-plivo-signature-ma-v2";
const V2_NONCE: &str = "x-plivo-signature-v2-nonce";
/// Signatures that are tried in one header.
const SIGNATURES_MAX: usize = 8;
/// The most pictures of a message that are read.
const MEDIA_MAX: usize = 32;

pub(super) static PROVIDER: Provider = Provider {
    id: "plivo",
    title: "Plivo",
    carries: &[
        Carries::Sms,
        Carries::Mms,
        Carries::Call,
        Carries::CallStatus,
    ],
    authentication: &[Authentication::MacBody, Authentication::MacWithoutBody],
    secrets: &[
        SecretName::required(
            "auth_token",
            "the token of the account, or of the sub-account that owns the number",
        ),
        SecretName::account("auth_id", "MA… or SA…, to ask the account"),
        API_BASE,
    ],
    credential_headers: &[V2, V2_MAIN, V2_NONCE],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        let tokens = secrets.rotating_required("auth_token")?;
        Ok(Box::new(Plivo {
            keys: Keys::new(hmac::HMAC_SHA256, &tokens),
        }))
    },
};

struct Plivo {
    keys: Keys,
}

impl Plivo {
    fn v2<'a>(&self, request: &Request<'a>) -> Result<Proof<'a>, Rejection> {
        let signatures = signatures(request, V2, V2_MAIN)?;
        let nonce = request.header(V2_NONCE)?;
        let base = request.parsed_url()?.base();
        let parts = [base.as_bytes(), nonce.as_bytes()];
        passed(
            signatures
                .iter()
                .any(|one| self.keys.verify_base64(&parts, one)),
        )?;
        match request.form()?.has("MessageUUID") {
            true => Ok(Proof::without_body(nonce)),
            false => Err(Rejection::MissingSignature(V3)),
        }
    }

    fn v3<'a>(&self, request: &Request<'a>) -> Result<Proof<'a>, Rejection> {
        let signatures = signatures(request, V3, V3_MAIN)?;
        let nonce = request.header(V3_NONCE)?;
        let mut signed = v3_base(request)?;
        signed.push(b'.');
        signed.extend(nonce.as_bytes());
        passed(
            signatures
                .iter()
                .any(|one| self.keys.verify_base64(&[&signed], one)),
        )?;
        Ok(Authentication::MacBody.into())
    }
}

/// The signatures under the owner's and the main account's token; any may fit.
fn signatures<'a>(
    request: &Request<'a>,
    own: &'static str,
    main: &'static str,
) -> Result<Vec<&'a str>, Rejection> {
    let headers = [
        request.optional_header(own)?,
        request.optional_header(main)?,
    ];
    let found: Vec<_> = headers.into_iter().flatten().collect();
    match found.is_empty() {
        true => Err(Rejection::MissingSignature(own)),
        false => {
            let each = found
                .into_iter()
                .flat_map(|header| header.split(','))
                .map(str::trim);
            Ok(each.take(SIGNATURES_MAX).collect())
        }
    }
}

/// The address with its sorted query, then, of a form, the sorted fields; all decoded.
fn v3_base(request: &Request<'_>) -> Result<Vec<u8>, Rejection> {
    let url = request.parsed_url()?;
    let query = Form::parse(url.query.unwrap_or_default().as_bytes())?;
    let form = if request.is_get() {
        Form::default()
    } else {
        Form::parse(request.body)?
    };
    let mut base = url.base().into_bytes();
    if !query.is_empty() || !form.is_empty() {
        base.push(b'?');
    }
    let pairs = query
        .sorted()
        .into_iter()
        .map(|(name, value)| joined(name, b"=", value));
    base.extend(pairs.collect::<Vec<_>>().join(&b'&'));
    if !query.is_empty() && !form.is_empty() {
        base.push(b'.');
    }
    let fields: Vec<&Field<'_>> = form.sorted();
    base.extend(
        fields
            .into_iter()
            .flat_map(|(name, value)| joined(name, b"", value)),
    );
    Ok(base)
}

fn joined(name: &[u8], between: &[u8], value: &[u8]) -> Vec<u8> {
    [name, between, value].concat()
}

impl Adapter for Plivo {
    fn verify<'a>(&self, request: &Request<'a>, _: Timestamp) -> Result<Proof<'a>, Refusal> {
        let has = |name| request.headers.contains_key(name);
        let proof = match has(V3) || has(V3_MAIN) || has(V3_NONCE) {
            true => self.v3(request)?,
            false => self.v2(request)?,
        };
        Ok(proof)
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let form = verified.request.form()?;
        let event = match form.has("MessageUUID") {
            true => message(&form)?,
            false => call(&form)?,
        };
        Ok(vec![event])
    }

    fn answer(&self, events: &[Received], _: Calls) -> Answer {
        let asked = events
            .iter()
            .any(|e| e.medium == Medium::Call && e.phase == "ringing");
        let verb = if asked {
            r#"<Hangup reason="rejected"/>"#
        } else {
            ""
        };
        Answer::ok("application/xml", format!("<Response>{verb}</Response>"))
    }
}

fn message(form: &Form<'_>) -> Result<Received, Malformed> {
    let text = form.get("Text")?.or(form.get("Body")?);
    let media = media(form);
    match form.non_empty("Status")? {
        Some(status) if text.is_none() && media.is_empty() => return report(form, status),
        _ => {}
    }
    Ok(
        between(Received::sms(form.filled("MessageUUID")?, text), form)?
            .with_media(media)
            .with_detail("type", form.get("Type")?)
            .with_detail("intent", form.get("MessageIntent")?),
    )
}

/// What became of a message that the line itself sent.
fn report(form: &Form<'_>, status: &str) -> Result<Received, Malformed> {
    let id = form.filled("MessageUUID")?;
    let event = between(Received::part_of(Medium::Control, id, status, id), form)?
        .with_detail("type", form.get("Type")?)
        .with_detail("error", form.get("ErrorCode")?);
    Ok(Received::outgoing(event))
}

/// Documented from 1, seen from 0.
fn media(form: &Form<'_>) -> Vec<Value> {
    let urls = (0..MEDIA_MAX).filter_map(|n| form.numbered("Media", n));
    urls.map(|url| medium(None, Some(url))).collect()
}

fn call(form: &Form<'_>) -> Result<Received, Malformed> {
    let call = Received::call(form.filled("CallUUID")?, form.filled("CallStatus")?);
    let mut call = between(call, form)?
        .with_detail("forwarded_from", form.get("ForwardedFrom")?)
        .with_detail("cause", form.get("HangupCause")?);
    if let Some(name) = form.non_empty("CallerName")? {
        call = call.with_extra("caller_name", name);
    }
    let duration = form
        .get("Duration")?
        .and_then(|seconds| seconds.parse().ok());
    let claimed_at = form.get("EndTime")?.and_then(|text| when::civil(text, 0));
    let call = Received {
        claimed_at,
        ..call.lasting(duration)
    };
    Ok(match form.get("Direction")? {
        Some("outbound") => Received::outgoing(call),
        _ => call,
    })
}

fn between(event: Received, form: &Form<'_>) -> Result<Received, Malformed> {
    let to = party_without_plus(Some(form.filled("To")?));
    Ok(event.between(party_without_plus(form.get("From")?), to))
}
