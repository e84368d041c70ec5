//! Alibaba Cloud number privacy (号码隐私保护): calls to a virtual number.
//!
//! A JSON array of reports: <https://help.aliyun.com/zh/pnp/developer-reference/secretreport>. The
//! pages give each report its own address, and the report does not say which it is: its fields do.
//! **Nothing is signed**: a token in the URL is all there is. Answer within 700 milliseconds.
//! Duplicates happen. Times are Beijing's.
//!
//! Of a call from B to A through X, X (`secret_no`) is our line and B (`peer_no`) the caller; calls
//! that A itself makes are no contact. A call that a rule blocked is a call, and its details say so.
//! Left out: messages in reports, whose old call types (2 sent, 3 received) and new ones (those of
//! calls, and `sms_number`) contradict each other, and whose text is not in them: they are kept as
//! events without a line, so that the calls beside them are read, and are no contacts.

use honeytoken::{Medium, Timestamp};
use serde::Deserialize;

use super::json::Aside;
use super::party::party_in_china;
use super::shared_secret::{UrlToken, known_by_address};
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Dedupe, Malformed, Provider, Received, Refusal, Request, Verified,
    json, when,
};

/// A call that the holder of the line makes.
const OUTBOUND: &str = "0";
/// A call that a rule of the platform stopped.
const BLOCKED: &str = "4";
/// Messages sent and received, in the old pages.
const MESSAGES: [&str; 2] = ["2", "3"];

pub(super) static PROVIDER: Provider = known_by_address(
    "aliyun_pnp",
    "Alibaba Cloud number privacy",
    &[Carries::Call, Carries::CallStatus, Carries::Recording],
    |secrets| {
        let token = UrlToken::new(secrets)?;
        Ok(Box::new(AliyunPnp { token }))
    },
);

struct AliyunPnp {
    token: UrlToken,
}

impl Adapter for AliyunPnp {
    fn verify<'a>(&self, request: &Request<'a>, _: Timestamp) -> Result<Proof<'a>, Refusal> {
        Ok(self.token.verify(request)?)
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let batch: Vec<Report> = json::read(verified.request.body)?;
        batch.into_iter().map(Report::into_event).collect()
    }

    fn answer(&self, _: &[Received], _: Calls) -> Answer {
        Answer::ok("application/json", r#"{"code":0,"msg":"成功"}"#)
    }
}

#[derive(Deserialize)]
struct Report {
    call_id: String,
    secret_no: String,
    peer_no: Option<String>,
    /// Documented as a number.
    #[serde(default)]
    call_type: Aside,
    /// Into how many a message was cut, or how long it was; a call has none.
    #[serde(default)]
    sms_number: Aside,
    call_time: Option<String>,
    ring_time: Option<String>,
    start_time: Option<String>,
    release_time: Option<String>,
    record_url: Option<String>,
    /// Which side ended it: 0 the platform, 1 the caller, 2 the called.
    #[serde(default)]
    release_dir: Aside,
    /// As in Q.850.
    #[serde(default)]
    release_cause: Aside,
    #[serde(default)]
    unconnected_cause: Aside,
    #[serde(default)]
    sub_id: Aside,
}

impl Report {
    /// Which report it is, by the latest stage that it knows, and our word for that stage.
    fn stage(&self) -> (&'static str, &'static str, Medium) {
        let known = |field: &Option<String>| field.as_ref().is_some_and(|text| !text.is_empty());
        match self {
            _ if known(&self.release_time) => ("SecretReport", "ended", Medium::Call),
            _ if known(&self.record_url) => ("SecretRecording", "completed", Medium::Recording),
            _ if known(&self.start_time) => ("SecretPickUpReport", "answered", Medium::Call),
            _ if known(&self.ring_time) => ("SecretRingReport", "ringing", Medium::Call),
            _ => ("SecretStartReport", "started", Medium::Call),
        }
    }

    fn is_message(&self) -> bool {
        let counted = self.sms_number.text();
        let counted = counted.is_some_and(|number| !matches!(number, "" | "0"));
        counted
            || self
                .call_type
                .text()
                .is_some_and(|kind| MESSAGES.contains(&kind))
    }

    fn into_event(self) -> Result<Received, Malformed> {
        match self.is_message() {
            true => self.message(),
            false => self.call(),
        }
    }

    /// No contact, whichever way it went.
    fn message(self) -> Result<Received, Malformed> {
        let line = party_in_china(Some(&self.secret_no));
        let line = line.ok_or(Malformed::Missing("secret_no"))?;
        let event = Received::part_of(Medium::Control, &self.call_id, "message", &self.call_id)
            .between(party_in_china(self.peer_no.as_deref()), None)
            .with_detail("line_said", Some(line.as_str()))
            .with_detail("call_type", self.call_type.text())
            .with_detail("sms_number", self.sms_number.text());
        Ok(Received {
            session: None,
            claimed_at: self.call_time.as_deref().and_then(when::beijing),
            ..event
        })
    }

    fn call(self) -> Result<Received, Malformed> {
        let (report, phase, medium) = self.stage();
        let kind = self.call_type.text();
        let medium = if kind == Some(OUTBOUND) {
            Medium::Control
        } else {
            medium
        };
        let to = party_in_china(Some(&self.secret_no)).ok_or(Malformed::Missing("secret_no"))?;
        let event = Received::part_of(medium, &self.call_id, phase, &self.call_id)
            .between(party_in_china(self.peer_no.as_deref()), Some(to))
            .with_detail("url", self.record_url.as_deref())
            .with_detail("call_type", kind)
            .with_detail("blocked", (kind == Some(BLOCKED)).then_some("true"))
            .with_detail("ended_by", self.release_dir.text())
            .with_detail("cause", self.release_cause.text())
            .with_detail("unconnected", self.unconnected_cause.text())
            .with_detail("subscription", self.sub_id.text());
        let at = |field: &Option<String>| field.as_deref().and_then(when::beijing);
        let lasted = at(&self.release_time)
            .zip(at(&self.start_time))
            .and_then(|(end, start)| u32::try_from(end.as_unix_s() - start.as_unix_s()).ok());
        Ok(Received {
            dedupe: Dedupe::Given(format!("{}:{report}", self.call_id)),
            claimed_at: at(&self.call_time),
            duration_s: lasted,
            ..event
        })
    }
}
