//! Providers' message and call logs as they export them, by the names in the first row. Names are
//! compared without case, spaces and punctuation.
//!
//! Sources: [Plivo](https://support.plivo.com/hc/en-us/articles/360041302132-How-to-Export-Message-Detail-Records-MDR),
//! [Telnyx](https://developers.telnyx.com/docs/v2/debugging/overview/) (detail records),
//! [Vonage](https://developer.vonage.com/en/reports/overview) (Reports API), Twilio's
//! [message](https://www.twilio.com/docs/messaging/api/message-resource) and
//! [call](https://www.twilio.com/docs/voice/api/call-resource) resources, whose properties its logs have
//! as columns. Where a log has several names for one thing, all that were seen are listed.

use honeytoken::Medium;

use super::COLUMNS;

/// A log that is known.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    /// Of which names one must be there, for each.
    must: &'static [&'static [&'static str]],
    pub(super) kind: Medium,
    pub(super) id: &'static [&'static str],
    pub(super) at: &'static [&'static str],
    pub(super) to: &'static [&'static str],
    pub(super) from: &'static [&'static str],
    pub(super) text: &'static [&'static str],
    pub(super) duration: &'static [&'static str],
    pub(super) direction: &'static [&'static str],
}

/// All of them; those that ask for more come first.
pub(super) const KNOWN: [Known; 8] = [
    Known {
        name: "plivo_messages",
        must: &[&["messageuuid"]],
        kind: Medium::Sms,
        id: &["messageuuid"],
        at: &["messagetime", "time"],
        to: &["to", "tonumber"],
        from: &["from", "fromnumber"],
        text: &["text", "message", "content"],
        duration: &[],
        direction: &["direction", "messagedirection"],
    },
    Known {
        name: "plivo_calls",
        must: &[&["calluuid"]],
        kind: Medium::Call,
        id: &["calluuid"],
        at: &["initiationtime", "starttime", "time", "endtime"],
        to: &["to", "tonumber"],
        from: &["from", "fromnumber"],
        text: &[],
        duration: &["callduration", "duration", "billduration"],
        direction: &["direction", "calldirection"],
    },
    Known {
        name: "vonage_messages",
        must: &[&["messageid"], &["datereceived", "datefinalized"]],
        kind: Medium::Sms,
        id: &["messageid"],
        at: &["datereceived", "datefinalized"],
        to: &["to"],
        from: &["from"],
        text: &["messagebody", "body"],
        duration: &[],
        direction: &["direction"],
    },
    Known {
        name: "vonage_calls",
        must: &[&["callid"], &["datestart", "start"]],
        kind: Medium::Call,
        id: &["callid"],
        at: &["datestart", "start"],
        to: &["to"],
        from: &["from"],
        text: &[],
        duration: &["duration"],
        direction: &["direction"],
    },
    Known {
        name: "telnyx_messages",
        must: &[
            &["cld"],
            &["cli"],
            &[
                "parts",
                "messagetype",
                "messagingprofileid",
                "profileid",
                "carrier",
            ],
        ],
        kind: Medium::Sms,
        id: &["uuid", "id", "messageid"],
        at: &["createdat", "sentat", "completedat"],
        to: &["cld"],
        from: &["cli"],
        text: &["text", "body"],
        duration: &[],
        direction: &["direction"],
    },
    Known {
        name: "telnyx_calls",
        must: &[
            &["cld"],
            &["cli"],
            &["callsec", "durationsec", "billedsec", "duration"],
        ],
        kind: Medium::Call,
        id: &["uuid", "id", "callcontrolid", "calllegid"],
        at: &["startedat", "starttime", "createdat"],
        to: &["cld"],
        from: &["cli"],
        text: &[],
        duration: &["callsec", "durationsec", "duration"],
        direction: &["direction"],
    },
    Known {
        name: "twilio_messages",
        must: &[&["sid", "messagesid"], &["body"], &["from"], &["to"]],
        kind: Medium::Sms,
        id: &["sid", "messagesid"],
        at: &["sentdate", "datesent", "datecreated"],
        to: &["to"],
        from: &["from"],
        text: &["body"],
        duration: &[],
        direction: &["direction"],
    },
    Known {
        name: "twilio_calls",
        must: &[&["sid", "callsid"], &["duration"], &["from"], &["to"]],
        kind: Medium::Call,
        id: &["sid", "callsid"],
        at: &["starttime", "startdate", "datecreated"],
        to: &["to"],
        from: &["from"],
        text: &[],
        duration: &["duration"],
        direction: &["direction"],
    },
];

impl Known {
    /// Whose log has this first row.
    pub(super) fn of(names: &[String]) -> Option<&'static Known> {
        let has = |any: &[&str]| any.iter().any(|name| names.iter().any(|n| n == name));
        let fits = |known: &&Known| {
            let needed = [known.at, known.to, known.direction];
            known.must.iter().copied().chain(needed).all(has)
        };
        KNOWN.iter().find(fits)
    }
}

/// The provider's own id in the id of an imported contact, which bears the name of its log before it.
pub(crate) fn own_id(id: &str) -> &str {
    match id.split_once(':') {
        Some((source, own)) if source == COLUMNS || KNOWN.iter().any(|k| k.name == source) => own,
        _ => id,
    }
}

/// Whether a row's direction is to us.
pub(super) fn is_to_us(direction: &str) -> bool {
    let word = direction.trim().to_lowercase();
    ["inbound", "incoming", "in", "mo", "received"].contains(&word.as_str())
}
