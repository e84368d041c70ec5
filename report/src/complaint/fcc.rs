//! The Federal Communications Commission's complaint about unwanted calls and texts (United States):
//! <https://consumercomplaints.fcc.gov/hc/en-us/requests/new?ticket_form_id=39744>.
//!
//! Its form can be opened with answers in the address, `tf_<field>`. The numbers of the fields are those
//! that a public program uses, and may change; the form itself is then filled by hand.

use super::clock::Zone;
use super::words::Lang;
use super::{Authority, Case, ContactFacts, Medium, Sheet, Takes, letter};

pub(super) const AUTHORITY: Authority = Authority {
    id: "fcc",
    name: "Federal Communications Commission, Consumer Complaint Center",
    address: FORM,
    takes: Takes {
        calls: true,
        messages: true,
        platforms: false,
    },
    country: Some("US"),
    languages: &[Lang::En],
    sheet,
};

const FORM: &str = "https://consumercomplaints.fcc.gov/hc/en-us/requests/new?ticket_form_id=39744";

fn sheet(case: &Case<'_>, lang: Lang) -> Sheet {
    let sheet = Sheet::new(lang, "Complaint about an unwanted call or text");
    let Some(contact) = case.contact else {
        return sheet;
    };
    let local = Zone::Utc.at(contact.at);
    sheet
        .required("email", "Your e-mail address", None)
        .required(
            "subject",
            "Subject",
            Some("Unwanted call or text".to_owned()),
        )
        .required(
            "description",
            "Description",
            Some(letter::comments(case, lang)),
        )
        .required(
            "phone_issues",
            "Phone issue",
            Some("Unwanted calls".to_owned()),
        )
        .required(
            "issue",
            "Type of unwanted call",
            Some("All other unwanted calls".to_owned()),
        )
        .required("method", "Phone (call or text)", None)
        .required("type", "Type of call or message", kind(contact))
        .required("caller_id", "Caller id number", contact.from.clone())
        .required("date", "Date", Some(local.us_date()))
        .required(
            "time",
            "Time",
            Some(format!("{} {}", local.time(), local.zone())),
        )
        .required("your_number", "Number that received it", contact.to.clone())
        .optional(
            "advertiser_number",
            "Advertiser's number",
            letter::listed(&contact.call_back_numbers),
        )
        .required("telemarketing", "Was it telemarketing?", None)
        .required("your_name", "Your name", None)
        .required("your_address", "Your address", None)
        .optional(
            "prefilled",
            "The form with these answers in it",
            Some(prefilled(contact)),
        )
        .warn(Some(letter::utc_hint()))
}

/// Of a call nobody but the called person can say whether it was a recording.
fn kind(contact: &ContactFacts) -> Option<String> {
    let kind = match contact.medium {
        Medium::Message => "Text message",
        Medium::Call if contact.is_silent() && !contact.recorded => "Abandoned call",
        Medium::Call => return None,
    };
    Some(kind.to_owned())
}

/// The address that opens the form with what is known.
fn prefilled(contact: &ContactFacts) -> String {
    let local = Zone::Utc.at(contact.at);
    let date = local.date().to_owned();
    let answers = [
        (
            "360000167206",
            Some("phone_unwanted_calls_all_other_unwanted_calls".to_owned()),
        ),
        ("22664804", contact.from.clone()),
        ("22591154", Some(date)),
        ("22732340", Some(local.time().to_owned())),
    ];
    let known = answers
        .into_iter()
        .filter_map(|(field, value)| Some((field, value?)));
    known.fold(FORM.to_owned(), |address, (field, value)| {
        format!("{address}&tf_{field}={}", encoded(&value))
    })
}

/// Percent-encoded (RFC 3986): letters, digits and four marks stay.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
