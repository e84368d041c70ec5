//! The Federal Trade Commission's Do Not Call complaint (United States): <https://www.donotcall.gov/report.html>.
//!
//! Its form asks whether it was a recording, when (date as MM/DD/YYYY, time), the number on the caller id,
//! the company, the subject from a list, the complainant's number, whether there was business before and
//! whether it was asked to stop. The list of subjects is that of its published complaints.

use super::clock::Zone;
use super::words::Lang;
use super::{Authority, Case, Medium, Sheet, Takes, letter};

pub(super) const AUTHORITY: Authority = Authority {
    id: "ftc",
    name: "Federal Trade Commission, National Do Not Call Registry",
    address: "https://www.donotcall.gov/report.html",
    takes: Takes {
        calls: true,
        messages: true,
        platforms: false,
    },
    country: Some("US"),
    languages: &[Lang::En],
    sheet,
};

/// The list's word for calls in which nothing was said.
const DROPPED: &str = "Dropped call or no message";

fn sheet(case: &Case<'_>, lang: Lang) -> Sheet {
    let sheet = Sheet::new(lang, "Do Not Call complaint");
    let Some(contact) = case.contact else {
        return sheet;
    };
    let is_call = contact.medium == Medium::Call;
    let way = if is_call {
        "Phone call"
    } else {
        "Mobile text message"
    };
    let local = Zone::Utc.at(contact.at);
    let silent = (is_call && contact.is_silent()).then(|| DROPPED.to_owned());
    let subject = contact
        .topic
        .map(|topic| topic.ftc_subject().to_owned())
        .or(silent);
    sheet
        .required("method", "Was it a call or a text?", Some(way.to_owned()))
        .required("your_number", "Number that received it", contact.to.clone())
        .required(
            "recorded_message_or_robocall",
            "Was it a recorded message or robocall?",
            None,
        )
        .required("date", "Date (MM/DD/YYYY)", Some(local.us_date()))
        .required(
            "time",
            "Time",
            Some(format!("{} {}", local.time(), local.zone())),
        )
        .required(
            "caller_id",
            "Number on your caller id",
            contact.from.clone(),
        )
        .optional(
            "call_back",
            "Number you were asked to call",
            letter::listed(&contact.call_back_numbers),
        )
        .optional("company_name", "Company name, if given", None)
        .required("subject", "What was it about?", subject)
        .required(
            "business_before",
            "Had you done business with the company before?",
            Some(lang.yes_no(false).to_owned()),
        )
        .required(
            "asked_to_stop",
            "Did you ask it to stop?",
            Some(lang.yes_no(false).to_owned()),
        )
        .optional("comments", "Comments", Some(letter::comments(case, lang)))
        .required("your_name", "Your name", None)
        .warn(Some(letter::utc_hint()))
}
