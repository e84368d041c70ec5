//! Tencent Cloud SMS: replies to messages that were sent through it.
//!
//! `{"extend","mobile","nationcode","sign","text","time"}`:
//! <https://www.tencentcloud.com/document/product/382/43548>. **Nothing is signed** (`sign` is the
//! name that signs the text): a token in the URL is all there is. No id and no destination either:
//! what is repeated makes the key, `extend` among it, since two lines may be told the same; the line is
//! the connection's only one, or the one that its lines map from `extend`.

use honeytoken::Timestamp;
use serde::Deserialize;

use super::json::Loose;
use super::mac::sha256_hex;
use super::party::party;
use super::shared_secret::{UrlToken, known_by_address};
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Dedupe, Malformed, Provider, Received, Refusal, Request, Verified,
    json, when,
};

pub(super) static PROVIDER: Provider = known_by_address(
    "tencent_sms",
    "Tencent Cloud SMS",
    &[Carries::Sms],
    |secrets| {
        let token = UrlToken::new(secrets)?;
        Ok(Box::new(TencentSms { token }))
    },
);

struct TencentSms {
    token: UrlToken,
}

impl Adapter for TencentSms {
    fn verify<'a>(&self, request: &Request<'a>, _: Timestamp) -> Result<Proof<'a>, Refusal> {
        Ok(self.token.verify(request)?)
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        json::read::<Reply>(verified.request.body)?
            .into_event()
            .map(|event| vec![event])
    }

    fn answer(&self, _: &[Received], _: Calls) -> Answer {
        Answer::ok("application/json", r#"{"result":0,"errmsg":"OK"}"#)
    }
}

#[derive(Deserialize)]
struct Reply {
    extend: Option<Loose>,
    mobile: Loose,
    nationcode: Loose,
    sign: Option<String>,
    text: String,
    time: Loose,
}

impl Reply {
    fn into_event(self) -> Result<Received, Malformed> {
        let Reply {
            extend,
            mobile,
            nationcode,
            sign,
            text,
            time,
        } = self;
        let repeated = format!("{}|{}|{}|{text}", nationcode.0, mobile.0, time.0);
        let key = format!("sha256:{}", sha256_hex(&[repeated.as_bytes()]));
        let sent_at = when::digits(&time.0).ok_or(Malformed::Value("time"))?;
        let extend = extend.as_ref().map(|extend| extend.0.as_str());
        let from = party(Some(&format!("+{}{}", nationcode.0, mobile.0)));
        let event = Received::sms(&key, Some(&text))
            .between(from, None)
            .on_line(extend)
            .with_detail("extend", extend)
            .with_detail("signature", sign.as_deref());
        Ok(Received {
            event_id: None,
            dedupe: Dedupe::told(key, extend.unwrap_or_default()),
            claimed_at: Some(Timestamp::from_unix_s(sent_at)),
            ..event
        })
    }
}
