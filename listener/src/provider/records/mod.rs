//! Entries of providers' lists, read into the shape and under the dedupe key of their webhooks.
//!
//! They stand beside the adapters so that both use the same parts: a message found in the
//! provider's list and the webhook that tells of it are one event.

mod cxml;
mod plivo;
mod telnyx;
mod vonage;

use honeytoken::Timestamp;

use super::json::Loose;
use super::{Received, when};

pub(crate) use cxml::{cxml_call, cxml_message};
pub(crate) use plivo::{plivo_call, plivo_message};
pub(crate) use telnyx::{telnyx_call, telnyx_detail, telnyx_message};
pub(crate) use vonage::{vonage_call, vonage_message};

fn happened(event: Received, claimed_at: Option<Timestamp>) -> Received {
    Received {
        claimed_at,
        ..event
    }
}

fn lasting(event: Received, seconds: Option<&Loose>) -> Received {
    let duration_s = seconds.and_then(|text| text.0.parse().ok());
    Received {
        duration_s,
        ..event
    }
}

/// A time in either of the spellings that these lists use.
fn moment(text: &str) -> Option<Timestamp> {
    when::rfc2822(text)
        .or_else(|| when::rfc3339(&text.replacen(' ', "T", 1)))
        .or_else(|| when::civil(text, 0))
}

#[cfg(test)]
mod tests {
    use super::super::cxml as door;
    use super::super::form::Form;
    use super::*;

    #[test]
    fn a_listed_message_is_the_one_that_the_webhook_tells_of() {
        let webhook =
            b"MessageSid=SM1&From=%2B14155550199&To=%2B14155550132&Body=hi&SmsStatus=received";
        let told = door::read(&Form::parse(webhook).unwrap()).unwrap();
        let listed = r#"{"sid":"SM1","direction":"inbound","from":"+14155550199",
            "to":"+14155550132","body":"hi","date_sent":"Fri, 20 Nov 2026 08:00:00 +0000"}"#;
        let listed = cxml_message(listed).unwrap();
        assert_eq!(listed.dedupe, told.dedupe);
        let without_time = happened(listed, None);
        assert_eq!(without_time.fingerprint(), told.fingerprint());
    }

    #[test]
    fn a_listed_call_is_a_stage_of_the_one_that_the_webhook_tells_of() {
        let webhook = b"CallSid=CA1&From=%2B266696687&To=%2B14155550132&CallStatus=completed";
        let told = door::read(&Form::parse(webhook).unwrap()).unwrap();
        let listed = r#"{"sid":"CA1","direction":"inbound","from":"+266696687",
            "to":"+14155550132","status":"completed","duration":null}"#;
        let listed = cxml_call(listed).unwrap();
        assert_eq!(listed.dedupe, told.dedupe);
        assert_eq!(listed.session, told.session);
        assert_eq!(listed.from, told.from);
    }

    #[test]
    fn what_is_no_record_is_passed_over() {
        let readers = [
            cxml_message,
            cxml_call,
            telnyx_detail,
            telnyx_message,
            telnyx_call,
            plivo_message,
            plivo_call,
            vonage_message,
            vonage_call,
        ];
        for raw in ["", "{", "[]", "null", "{}", r#"{"sid":7}"#] {
            for read in readers {
                assert!(read(raw).is_none(), "{raw}");
            }
        }
    }
}
