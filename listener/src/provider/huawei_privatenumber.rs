//! Huawei Cloud PrivateNumber: calls and messages to a virtual number.
//!
//! `{"eventType","statusInfo"}` for calls, `{"smsEvent"}` for messages:
//! <https://support.huaweicloud.com/intl/en-us/api-PrivateNumber/privatenumber_02_0006.html>. The
//! header `X-AKSK` (or the older `X-WSSE`) holds a digest of a nonce and a time under the
//! application's secret that **does not cover the body**; its nonce is handed on to be remembered.
//!
//! Whether every notification carries a digest is not documented beyond doubt. If yours do not,
//! set `url_token` and end the path of the webhook's URL with it: off by default, and the weaker
//! authentication is recorded. Times of calls are taken for UTC.

use honeytoken::{Authentication, Timestamp};
use ring::{digest, hmac};
use serde::Deserialize;

use super::json::Aside;
use super::mac::{Keys, passed, same};
use super::party::party;
use super::settings::Secrets;
use super::shared_secret::{URL_TOKEN, UrlToken};
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName,
    SettingsError, Verified, json, when,
};

const AKSK: &str = "x-aksk";
const WSSE: &str = "x-wsse";

pub(super) static PROVIDER: Provider = Provider {
    id: "huawei_privatenumber",
    title: "Huawei Cloud PrivateNumber",
    carries: &[Carries::Sms, Carries::Call, Carries::CallStatus],
    authentication: &[Authentication::MacWithoutBody, Authentication::SharedSecret],
    secrets: &[
        SecretName::required("app_key", "the application's key"),
        SecretName::required("app_secret", "the application's secret"),
        SecretName::optional(URL_TOKEN.name, URL_TOKEN.about),
    ],
    credential_headers: &[AKSK, WSSE],
    credential_in_url: true,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| Ok(Box::new(PrivateNumber::new(secrets)?)),
};

struct PrivateNumber {
    app_key: String,
    secrets: Vec<String>,
    keys: Keys,
    token: Option<UrlToken>,
}

impl PrivateNumber {
    fn new(secrets: &Secrets<'_>) -> Result<PrivateNumber, SettingsError> {
        let app_secrets = secrets.rotating_required("app_secret")?;
        let token = secrets.optional(URL_TOKEN.name);
        Ok(PrivateNumber {
            app_key: secrets.required("app_key")?.to_owned(),
            keys: Keys::new(hmac::HMAC_SHA256, &app_secrets),
            secrets: app_secrets.into_iter().map(str::to_owned).collect(),
            token: token.map(|_| UrlToken::new(secrets)).transpose()?,
        })
    }

    fn verify_digest(
        &self,
        header: &'static str,
        token: &UsernameToken<'_>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        if token.username != self.app_key {
            return Err(Rejection::WrongAccount("Username"));
        }
        let created = when::rfc3339(token.created).ok_or(Rejection::BadTime("Created"))?;
        when::fresh(now, created, when::SIGNATURE_AGE_MAX_S, "Created")?;
        let parts = [token.nonce.as_bytes(), token.created.as_bytes()];
        passed(match header {
            AKSK => self.keys.verify_base64(&parts, token.digest),
            _ => self
                .secrets
                .iter()
                .any(|secret| token.is_plain_digest_under(secret)),
        })
    }
}

/// `UsernameToken Username="…",PasswordDigest="…",Nonce="…",Created="…"`.
struct UsernameToken<'a> {
    username: &'a str,
    digest: &'a str,
    nonce: &'a str,
    created: &'a str,
}

impl<'a> UsernameToken<'a> {
    fn read(header: &'a str) -> Result<UsernameToken<'a>, Rejection> {
        let fields = header.strip_prefix("UsernameToken ");
        let fields = fields.ok_or(Rejection::MissingSignature("UsernameToken"))?;
        let get = |wanted: &'static str| {
            let mut pairs = fields
                .split(',')
                .filter_map(|pair| pair.trim().split_once('='));
            let (_, quoted) = pairs.find(|(name, _)| *name == wanted)?;
            quoted
                .strip_prefix('"')?
                .strip_suffix('"')
                .filter(|value| !value.is_empty())
        };
        let required = |wanted| get(wanted).ok_or(Rejection::MissingSignature(wanted));
        Ok(UsernameToken {
            username: required("Username")?,
            digest: required("PasswordDigest")?,
            nonce: required("Nonce")?,
            created: required("Created")?,
        })
    }

    /// The older digest: a hash, not a MAC.
    fn is_plain_digest_under(&self, secret: &str) -> bool {
        use base64::Engine as _;
        let hashed = digest::digest(
            &digest::SHA256,
            format!("{}{}{secret}", self.nonce, self.created).as_bytes(),
        );
        let expected = base64::engine::general_purpose::STANDARD.encode(hashed);
        same(expected.as_bytes(), self.digest.as_bytes())
    }
}

impl Adapter for PrivateNumber {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        for header in [AKSK, WSSE] {
            if let Some(value) = request.optional_header(header)? {
                let token = UsernameToken::read(value)?;
                self.verify_digest(header, &token, now)?;
                return Ok(Proof::without_body(token.nonce));
            }
        }
        let token = self
            .token
            .as_ref()
            .ok_or(Rejection::MissingSignature(AKSK))?;
        Ok(token.verify(request)?)
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let body: Body = json::read(verified.request.body)?;
        match (body.sms, body.status, body.event_type.as_deref()) {
            (Some(sms), _, _) => Ok(vec![sms.into_event()?]),
            (_, Some(status), Some(event_type)) => Ok(vec![status.into_event(event_type)?]),
            // Bills.
            (_, _, Some("fee")) => Ok(Vec::new()),
            _ => Err(Malformed::UnknownEvent),
        }
    }

    fn answer(&self, events: &[Received], _: Calls) -> Answer {
        let asks = |event: &Received| {
            event
                .details
                .get("mode")
                .is_some_and(|mode| mode == "Block")
        };
        match events.iter().any(asks) {
            // The platform waits for us to say where the message goes; it has reached its goal.
            true => Answer::ok(
                "application/json",
                r#"{"actions":[{"operation":"DiscardMessage"}]}"#,
            ),
            false => Answer::EMPTY,
        }
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "smsEvent")]
    sms: Option<Sms>,
    #[serde(rename = "statusInfo")]
    status: Option<Status>,
    #[serde(rename = "eventType")]
    event_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sms {
    sms_identifier: String,
    notification_mode: Option<String>,
    calling: Option<String>,
    virtual_number: String,
    time_stamp: Option<String>,
    sms_content: Option<String>,
    #[serde(default)]
    subscription_id: Aside,
    #[serde(default)]
    send_result: Aside,
}

impl Sms {
    fn into_event(self) -> Result<Received, Malformed> {
        let to = party(Some(&self.virtual_number));
        let to = to.ok_or(Malformed::Missing("smsEvent.virtualNumber"))?;
        let event = Received::sms(&self.sms_identifier, self.sms_content.as_deref())
            .between(party(self.calling.as_deref()), Some(to))
            .with_detail("mode", self.notification_mode.as_deref())
            .with_detail("subscription", self.subscription_id.text())
            .with_detail("result", self.send_result.text());
        Ok(event.told_at(self.time_stamp.as_deref()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    session_id: String,
    caller: Option<String>,
    called: String,
    timestamp: Option<String>,
    #[serde(default)]
    subscription_id: Aside,
    #[serde(default)]
    user_data: Aside,
}

impl Status {
    fn into_event(self, event_type: &str) -> Result<Received, Malformed> {
        let to = party(Some(&self.called)).ok_or(Malformed::Missing("statusInfo.called"))?;
        let event = Received::call(&self.session_id, event_type)
            .between(party(self.caller.as_deref()), Some(to))
            .with_detail("subscription", self.subscription_id.text())
            .with_detail("user_data", self.user_data.text());
        let claimed_at = self
            .timestamp
            .as_deref()
            .and_then(|text| when::civil(text, 0));
        Ok(Received {
            claimed_at,
            ..event
        })
    }
}
