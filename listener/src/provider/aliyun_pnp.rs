//! Alibaba Cloud number privacy (号码隐私保护): calls to a virtual number.
//!
//! A JSON array of reports: <https://help.aliyun.com/zh/pnp/developer-reference/secretreport>. The
//! pages give each report its own address, and the report does not say which it is: its fields do.
//! **Nothing is signed**: a token in the URL is all there is. Answer within 700 milliseconds.
//! Duplicates happen. Times are Beijing's.
//!
//! Of a call from B to A through X, X (`secret_no`) is our line and B (`peer_no`) the caller; calls
//! that A itself makes are no contact. Left out: messages in reports, whose old and new call types
//! contradict each other.

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

    fn into_event(self) -> Result<Received, Malformed> {
        let (report, phase, medium) = self.stage();
        let medium = if self.call_type.text() == Some(OUTBOUND) {
            Medium::Control
        } else {
            medium
        };
        let to = party_in_china(Some(&self.secret_no)).ok_or(Malformed::Missing("secret_no"))?;
        let event = Received::part_of(medium, &self.call_id, phase, &self.call_id)
            .between(party_in_china(self.peer_no.as_deref()), Some(to))
            .with_detail("url", self.record_url.as_deref())
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
