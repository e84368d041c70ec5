//! The form vocabulary that Twilio began and that SignalWire and Telnyx (TeXML) speak too.

use honeytoken::{Medium, Sender};
use serde_json::Value;

use super::form::Form;
use super::party::party;
use super::received::medium;
use super::{Answer, Calls, Malformed, Received, when};

/// The most pictures of a message that are read; Twilio allows ten.
const MEDIA_MAX: usize = 32;

/// Caller ids that stand for a withheld number although they look like E.164, with their meaning.
/// The digits spell the words on a telephone keypad, and one would pass for a landline in Chengdu.
const WITHHELD: [(&str, &str); 5] = [
    ("+266696687", "anonymous"),
    ("+7378742833", "restricted"),
    ("+2562533", "blocked"),
    ("+8656696", "unknown"),
    ("+86282452253", "unavailable"),
];

/// Reads the one event of a form.
pub(super) fn read(form: &Form<'_>) -> Result<Received, Malformed> {
    match form {
        _ if form.has("TranscriptionSid") => transcript(form),
        _ if form.has("RecordingSid") => recording(form),
        _ if form.has("MessageSid") => message(form),
        _ if form.has("CallSid") => call(form),
        _ => Err(Malformed::UnknownEvent),
    }
}

fn message(form: &Form<'_>) -> Result<Received, Malformed> {
    let id = form.filled("MessageSid")?;
    let status = form
        .non_empty("SmsStatus")?
        .or(form.non_empty("MessageStatus")?);
    let event = match status {
        None | Some("received" | "receiving") => Received::sms(id, form.get("Body")?),
        // What became of a message that the line itself sent.
        Some(sent) => {
            let event = Received::part_of(Medium::Control, id, sent, id);
            let event = event.between(caller(form)?, party(Some(form.filled("To")?)));
            return Ok(Received::outgoing(event));
        }
    };
    Ok(event
        .between(caller(form)?, party(Some(form.filled("To")?)))
        .with_media(media(form))
        .with_detail("messaging_service", form.get("MessagingServiceSid")?)
        .with_detail("opt_out", form.get("OptOutType")?))
}

fn media(form: &Form<'_>) -> Vec<Value> {
    let url = |n| form.numbered("MediaUrl", n);
    let present = (0..MEDIA_MAX).map_while(|n| url(n).map(|url| (n, url)));
    present
        .map(|(n, url)| medium(form.numbered("MediaContentType", n), Some(url)))
        .collect()
}

fn call(form: &Form<'_>) -> Result<Received, Malformed> {
    let call = Received::call(form.filled("CallSid")?, form.filled("CallStatus")?);
    let call = call
        .between(caller(form)?, party(Some(form.filled("To")?)))
        .with_detail("forwarded_from", form.get("ForwardedFrom")?)
        .with_detail("caller_name", form.get("CallerName")?)
        .with_detail("parent_call", form.get("ParentCallSid")?);
    let claimed_at = form.get("Timestamp")?.and_then(when::rfc2822);
    let call = lasting(Received { claimed_at, ..call }, form.get("CallDuration")?);
    let outgoing = form
        .get("Direction")?
        .is_some_and(|d| d.starts_with("outbound"));
    Ok(match outgoing {
        true => Received::outgoing(call),
        false => call,
    })
}

fn recording(form: &Form<'_>) -> Result<Received, Malformed> {
    let (id, call) = (form.filled("RecordingSid")?, form.filled("CallSid")?);
    let event = Received::part_of(Medium::Recording, id, form.filled("RecordingStatus")?, call)
        .with_extra("call_id", call)
        .with_detail("url", form.get("RecordingUrl")?)
        .with_detail("channels", form.get("RecordingChannels")?)
        .with_detail("source", form.get("RecordingSource")?)
        .with_detail("error", form.get("ErrorCode")?.filter(|code| *code != "0"));
    let claimed_at = form.get("RecordingStartTime")?.and_then(when::rfc2822);
    Ok(lasting(
        Received {
            claimed_at,
            ..event
        },
        form.get("RecordingDuration")?,
    ))
}

fn transcript(form: &Form<'_>) -> Result<Received, Malformed> {
    let (id, call) = (form.filled("TranscriptionSid")?, form.filled("CallSid")?);
    let status = form.filled("TranscriptionStatus")?;
    let text = form.get("TranscriptionText")?.map(str::to_owned);
    let event = Received::part_of(Medium::Transcript, id, status, call)
        .between(caller(form)?, party(form.get("To")?))
        .with_extra("call_id", call)
        .with_detail("recording", form.get("RecordingSid")?)
        .with_detail("url", form.get("TranscriptionUrl")?);
    Ok(Received { text, ..event })
}

/// Keeps how long it lasted, if that was said.
fn lasting(event: Received, seconds: Option<&str>) -> Received {
    event.lasting(seconds.and_then(|seconds| seconds.parse().ok()))
}

/// The calling party; a number that stands for "withheld" becomes the word.
fn caller(form: &Form<'_>) -> Result<Option<Sender>, Malformed> {
    Ok(caller_shown(form.get("From")?))
}

/// The calling party as shown to us.
pub(super) fn caller_shown(from: Option<&str>) -> Option<Sender> {
    party(from.map(|from| {
        let word = WITHHELD.iter().find(|(number, _)| *number == from);
        word.map_or(from, |(_, word)| word)
    }))
}

/// The XML answer: calls by policy, silence to all else. `ring` is the element that waits without
/// picking up.
pub(super) fn answer(content_type: &'static str, events: &[Received], calls: Calls) -> Answer {
    let asked = events
        .iter()
        .any(|e| e.medium == Medium::Call && e.phase == "ringing");
    let reject = r#"<Reject reason="busy"/>"#;
    let verbs = match calls {
        _ if !asked => String::new(),
        Calls::Reject => reject.to_owned(),
        Calls::LetRing { seconds } => format!(r#"<Pause length="{seconds}"/>{reject}"#),
    };
    Answer::ok(content_type, format!("<Response>{verbs}</Response>"))
}
