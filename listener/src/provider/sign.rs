//! The sender's side: headers that make a request genuine. For what we send ourselves (alerts, the
//! demonstration) and for tests; the adapters check against other people's signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Secret, Timestamp};
use ring::hmac;

use super::form::Form;
use super::mac::{Keys, hex};
use super::{SettingsError, android_sms_gateway, standard_webhooks, twilio};

/// Names and values to send along.
pub type Headers = Vec<(&'static str, String)>;

/// Signs `body` as a Standard Webhook (<https://www.standardwebhooks.com>) with the id `id`, which
/// stays the same when it is sent again, at `at`, which does not.
///
/// # Errors
/// When the secret is not base64 after `whsec_`.
pub fn standard_webhook(
    whsec: &Secret,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<Headers, SettingsError> {
    let timestamp = at.as_unix_s().to_string();
    let keys = standard_webhooks::keys_of(&[whsec.expose()])?;
    let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    Ok(vec![
        (standard_webhooks::ID, id.to_owned()),
        (
            standard_webhooks::SIGNATURE,
            format!("v1,{}", base64(&keys, &parts)),
        ),
        (standard_webhooks::TIMESTAMP, timestamp),
    ])
}

/// Signs a form as Twilio does, for the URL that it is sent to. `form` is the encoded body; one
/// with more fields than anyone sends is signed as if it had none, and refused.
pub fn twilio_form(auth_token: &Secret, url: &str, form: &[u8]) -> Headers {
    let keys = Keys::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &[auth_token.expose()]);
    let form = Form::parse(form).unwrap_or_default();
    let parts: Vec<&[u8]> = [url.as_bytes()]
        .into_iter()
        .chain(twilio::signed_fields(&form))
        .collect();
    vec![(twilio::SIGNATURE, base64(&keys, &parts))]
}

/// Signs `body` as SMS Gateway for Android does, at `at`.
pub fn android_sms_gateway(signing_key: &Secret, at: Timestamp, body: &[u8]) -> Headers {
    let timestamp = at.as_unix_s().to_string();
    let keys = Keys::new(hmac::HMAC_SHA256, &[signing_key.expose()]);
    let tag = keys
        .sign(&[body, timestamp.as_bytes()])
        .map(|tag| hex(tag.as_ref()));
    vec![
        (android_sms_gateway::SIGNATURE, tag.unwrap_or_default()),
        (android_sms_gateway::TIMESTAMP, timestamp),
    ]
}

fn base64(keys: &Keys, parts: &[&[u8]]) -> String {
    keys.sign(parts)
        .map(|tag| STANDARD.encode(tag))
        .unwrap_or_default()
}
