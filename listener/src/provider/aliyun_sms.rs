//! Alibaba Cloud SMS ("SmsUp"): replies to messages that were sent through it.
//!
//! A JSON array of messages: <https://help.aliyun.com/zh/sms/developer-reference/smsup-2>. **Nothing
//! is signed**: a token in the URL is all there is. `dest_code` is the extension that was replied
//! to; there is no full number, so it is looked up in the connection's lines. Times are taken for Beijing's, which the pages do not say outright.

use honeytoken::Timestamp;
use serde::Deserialize;

use super::json::Loose;
use super::party::{party, party_in_china};
use super::shared_secret::{UrlToken, known_by_address};
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Request, Verified, json, when,
};

pub(super) static PROVIDER: Provider = known_by_address(
    "aliyun_sms",
    "Alibaba Cloud SMS",
    &[Carries::Sms],
    |secrets| {
        let token = UrlToken::new(secrets)?;
        Ok(Box::new(AliyunSms { token }))
    },
);

struct AliyunSms {
    token: UrlToken,
}

impl Adapter for AliyunSms {
    fn verify<'a>(&self, request: &Request<'a>, _: Timestamp) -> Result<Proof<'a>, Refusal> {
        Ok(self.token.verify(request)?)
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let batch: Vec<Reply> = json::read(verified.request.body)?;
        Ok(batch.into_iter().map(Reply::into_event).collect())
    }

    fn answer(&self, _: &[Received], _: Calls) -> Answer {
        Answer::ok("application/json", r#"{"code":0,"msg":"接收成功"}"#)
    }
}

#[derive(Deserialize)]
struct Reply {
    phone_number: String,
    content: String,
    send_time: Option<String>,
    dest_code: Option<Loose>,
    sequence_id: Loose,
    sign_name: Option<String>,
}

impl Reply {
    fn into_event(self) -> Received {
        let to = party(self.dest_code.as_ref().map(|code| code.0.as_str()));
        let event = Received::sms(&self.sequence_id.0, Some(&self.content))
            .on_line(self.dest_code.iter().map(|code| code.0.as_str()))
            .between(party_in_china(Some(&self.phone_number)), to)
            .with_detail("signature", self.sign_name.as_deref());
        let claimed_at = self.send_time.as_deref().and_then(when::beijing);
        Received {
            claimed_at,
            ..event
        }
    }
}
