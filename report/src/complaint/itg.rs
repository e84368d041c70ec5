//! A request for traceback to the Industry Traceback Group (United States): <https://tracebacks.org/>.
//!
//! A traceback follows one call from carrier to carrier by their records, which some keep for days only:
//! it wants the numbers, the moment to the second with its zone, who delivered the call, and why it is
//! suspicious; a week later success is unlikely, after ten days nearly excluded.

use super::clock::Zone;
use super::words::Lang;
use super::{Authority, Case, Sheet, Takes, letter};

pub(super) const AUTHORITY: Authority = Authority {
    id: "itg",
    name: "Industry Traceback Group",
    address: "https://tracebacks.org/",
    takes: Takes {
        calls: true,
        messages: false,
        platforms: false,
    },
    country: Some("US"),
    languages: &[Lang::En],
    sheet,
};

/// From this age on a traceback is urgent, in days.
const URGENT_DAYS: f64 = 7.0;
/// From this age on it is of no use, in days.
const USELESS_DAYS: f64 = 10.0;

fn sheet(case: &Case<'_>, lang: Lang) -> Sheet {
    let sheet = Sheet::new(lang, "Traceback request");
    let Some(contact) = case.contact else {
        return sheet;
    };
    let age_days = case.facts.made_at.days_since(contact.at);
    let recording = contact
        .recorded
        .then(|| "yes, in the evidence log".to_owned());
    let campaign = contact.topic.map(|topic| topic.ftc_subject().to_owned());
    sheet
        .required(
            "calling_number",
            "Calling number (as shown)",
            contact.from.clone(),
        )
        .required("called_number", "Called number", contact.to.clone())
        .required(
            "started_at",
            "Date and time, UTC",
            Some(Zone::Utc.at(contact.at).whole()),
        )
        .required(
            "terminating_provider",
            "Terminating provider",
            contact.provider.clone(),
        )
        .optional(
            "duration",
            "Duration",
            contact.duration_s.map(|s| format!("{s} s")),
        )
        .optional(
            "attestation",
            "STIR/SHAKEN attestation",
            contact.attestation.clone(),
        )
        .required("campaign", "Campaign", campaign)
        .optional("transcript", "Transcript", contact.text.clone())
        .optional("recording", "Recording", recording)
        .required(
            "why",
            "Why it is suspicious",
            Some(letter::comments(case, lang)),
        )
        .required("requester", "Who requests it, with a contact", None)
        .warn(age(age_days))
}

fn age(days: f64) -> Option<String> {
    let said = match days {
        _ if days >= USELESS_DAYS => {
            "carriers have most likely deleted their records of it: a traceback is of no use any more"
        }
        _ if days >= URGENT_DAYS => {
            "carriers delete their records: send it today, after ten days it is of no use"
        }
        _ => return None,
    };
    Some(format!("The call is {} days old; {said}.", days as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_a_week_is_urgent_and_after_ten_days_useless() {
        assert_eq!(age(6.9), None);
        assert!(age(7.0).unwrap().contains("send it today"));
        assert!(age(9.9).unwrap().contains("send it today"));
        assert!(age(10.0).unwrap().contains("of no use any more"));
    }
}
