//! SmsForwarder (pppscn): an app that forwards a phone's messages and calls.
//!
//! The user writes the template, see <https://github.com/pppscn/SmsForwarder/wiki>. Recommended:
//! POST, `Content-Type: application/json`, and
//!
//! ```json
//! {"type":"sms","from":"[from]","content":"[org_content]","timestamp":"[timestamp]",
//!  "sign":"[sign]","card_slot":"[card_slot]","receive_time":"[receive_time]",
//!  "device_mark":"[device_mark]","app_version":"[app_version]"}
//! ```
//!
//! with the line's number in E.164 as the SIM's remark, so that `card_slot` says
//! `SIM1_+8613800138001`: **nothing else names the destination**. Else the slot and the device's mark
//! are looked up in the connection's lines, as `<device_mark>/SIM1`, `SIM1`, `<device_mark>`. For calls, `"type":"call"` and
//! `"call_type":"{{CALL_TYPE}}"`; switch on one kind of call only, since nothing joins the stages
//! of one call.
//!
//! `sign` is a MAC over the time (in milliseconds) under the webhook's secret and **does not cover
//! the body**; without a secret nothing is signed at all. The app does not check certificates
//! either. Without a template, `content` is a rendered page that holds the text somewhere; it is
//! kept whole and not taken for the text. There is no id, so what is repeated makes the key.

use std::collections::BTreeMap;

use honeytoken::{Authentication, Medium, Timestamp};
use percent_encoding::percent_decode_str;
use ring::hmac;

use super::mac::{Keys, passed};
use super::party::party;
use super::settings::Secrets;
use super::shared_secret::{AUTHORIZATION, URL_TOKEN, UrlToken};
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Dedupe, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName,
    SettingsError, Verified, when,
};

const SIGN: &str = "sign";
const TIMESTAMP: &str = "timestamp";
/// The fewest and the most digits of the number in a SIM's remark.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

pub(super) static PROVIDER: Provider = Provider {
    id: "smsforwarder",
    title: "SmsForwarder",
    carries: &[Carries::Sms, Carries::Call],
    authentication: &[
        Authentication::MacWithoutBody,
        Authentication::SharedSecret,
        Authentication::None,
    ],
    secrets: &[
        SecretName::required("secret", "the webhook's secret; empty if the app has none"),
        SecretName::optional(URL_TOKEN.name, URL_TOKEN.about),
    ],
    credential_headers: &[AUTHORIZATION],
    credential_in_url: true,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| Ok(Box::new(SmsForwarder::new(secrets)?)),
};

struct SmsForwarder {
    /// Each secret with its key: the secret is part of what is signed.
    secrets: Vec<(String, Keys)>,
    token: Option<UrlToken>,
}

impl SmsForwarder {
    fn new(secrets: &Secrets<'_>) -> Result<SmsForwarder, SettingsError> {
        let key = |secret: &str| (secret.to_owned(), Keys::new(hmac::HMAC_SHA256, &[secret]));
        let token = secrets.optional(URL_TOKEN.name);
        Ok(SmsForwarder {
            secrets: secrets.rotating("secret").into_iter().map(key).collect(),
            token: token.map(|_| UrlToken::new(secrets)).transpose()?,
        })
    }

    /// The signature, which serves as a nonce: a time in milliseconds makes it.
    fn verify_sign(&self, request: &Request<'_>, now: Timestamp) -> Result<String, Rejection> {
        let fields = request.fields()?;
        let get = |name| filled(&fields, name).ok_or(Rejection::MissingSignature(name));
        let (timestamp, sign) = (get(TIMESTAMP)?, get(SIGN)?);
        // The app encodes it once too often, except in a GET without template.
        let sign = percent_decode_str(sign).decode_utf8();
        let sign = sign.map_err(|_| Rejection::Undecodable(SIGN))?;
        let fits = |(secret, keys): &(String, Keys)| {
            let parts = [timestamp.as_bytes(), b"\n", secret.as_bytes()];
            keys.verify_base64(&parts, &sign)
        };
        passed(self.secrets.iter().any(fits))?;
        let signed_at = milliseconds(timestamp).ok_or(Rejection::BadTime(TIMESTAMP))?;
        when::fresh(now, signed_at, when::SIGNATURE_AGE_MAX_S, TIMESTAMP)?;
        Ok(sign.into_owned())
    }
}

impl Adapter for SmsForwarder {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let mut proof = Authentication::None.into();
        if let Some(token) = &self.token {
            proof = token.verify(request)?;
        }
        if !self.secrets.is_empty() {
            proof = Proof::without_body(self.verify_sign(request, now)?);
        }
        Ok(proof)
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let path = verified.request.parsed_url()?.path;
        Ok(vec![event(&verified.request.fields()?, path)?])
    }
}

type Fields = BTreeMap<String, String>;

fn filled<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields
        .get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

fn milliseconds(text: &str) -> Option<Timestamp> {
    Some(Timestamp::from_micros(
        when::digits(text)?.saturating_mul(1_000),
    ))
}

fn event(fields: &Fields, path: &str) -> Result<Received, Malformed> {
    let get = |name| filled(fields, name);
    // Empty where the number is withheld; absent where the template is not one of ours.
    let from = fields.get("from").ok_or(Malformed::Missing("from"))?;
    let content = get("content");
    let rendered = content.is_some() && get("receive_time").is_none() && get("call_type").is_none();
    let text = fields
        .get("text")
        .or(fields.get("content"))
        .filter(|_| !rendered);
    let sim = get("card_slot")
        .or(get("slot"))
        .or(content.and_then(sim_label))
        .unwrap_or_default();
    let (medium, phase) = stage(fields);
    let repeated = get("receive_time").or(get(TIMESTAMP)).unwrap_or_default();
    let said = text.map_or(content.unwrap_or_default(), String::as_str);
    let device = get("device_mark").unwrap_or_default();
    // One sender reaches many lines with one text in one second: phone and slot tell them apart.
    let told = [
        path,
        device,
        sim,
        medium.as_str(),
        phase,
        from,
        said,
        repeated,
    ];
    let event = Received::new(medium, phase, "")
        .between(party(Some(from)), number(sim).map(honeytoken::Sender::new))
        .with_extra("rendered_content_only", rendered)
        .with_extra("sim", sim)
        .with_detail("rendered", content.filter(|_| rendered))
        .with_detail("receive_time", get("receive_time"))
        .with_detail("device", get("device_mark"))
        .with_detail("call_type", get("call_type"))
        .on_line(
            line_names(sim, get("device_mark"))
                .iter()
                .map(String::as_str),
        );
    Ok(Received {
        event_id: None,
        text: text.cloned(),
        dedupe: Dedupe::derived(&told),
        claimed_at: get(TIMESTAMP).and_then(milliseconds),
        claimed_digits: when::MILLIS_DIGITS,
        ..event
    })
}

/// The names under which the settings may know the line, most exact first.
fn line_names(sim: &str, device: Option<&str>) -> Vec<String> {
    let slot = sim.split('_').next().unwrap_or_default();
    let slot = Some(slot).filter(|slot| slot.starts_with("SIM"));
    let both = device
        .zip(slot)
        .map(|(device, slot)| format!("{device}/{slot}"));
    let single = [slot, device].into_iter().flatten().map(str::to_owned);
    both.into_iter().chain(single).collect()
}

/// What it is about, from the template's own `type` and the app's name for a call's stage, in
/// Chinese or English. A call that the phone's owner makes is no contact.
fn stage(fields: &Fields) -> (Medium, &'static str) {
    if filled(fields, "type") != Some("call") {
        return (Medium::Sms, "received");
    }
    match filled(fields, "call_type").unwrap_or_default() {
        "未接来电" | "Missed" => (Medium::Call, "missed"),
        "来电提醒" | "In Received" => (Medium::Call, "ringing"),
        "来电接通" | "In Answered" => (Medium::Call, "answered"),
        "来电挂机" | "In Ended" => (Medium::Call, "ended"),
        "去电拨出" | "Out Started" => (Medium::Control, "out-started"),
        "去电挂机" | "Out Ended" => (Medium::Control, "out-ended"),
        _ => (Medium::Call, "received"),
    }
}

/// The SIM's label in a rendered page, `SIM1_…`. It stands below the text, which anyone may have
/// written, so the last one counts.
fn sim_label(content: &str) -> Option<&str> {
    let words = content.lines().rev().flat_map(str::split_whitespace);
    let mut labels = words.filter_map(|word| {
        let label = word.get(word.find("SIM")?..)?;
        let digit = label.as_bytes().get(3).is_some_and(u8::is_ascii_digit);
        (digit && label.as_bytes().get(4) == Some(&b'_')).then_some(label)
    });
    labels.next()
}

/// The number in a SIM's label: `+` and eight to fifteen digits.
fn number(label: &str) -> Option<&str> {
    let starts = label.match_indices('+').map(|(at, _)| &label[at..]);
    let numbers = starts.filter_map(|text| {
        let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
        NUMBER_DIGITS.contains(&digits).then(|| &text[..=digits])
    });
    numbers.into_iter().next()
}
