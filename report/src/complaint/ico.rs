//! The Information Commissioner's Office (United Kingdom): nuisance calls and messages
//! (<https://ico.org.uk/make-a-complaint/nuisance-calls-and-messages/>), and what organisations do with
//! data (<https://ico.org.uk/make-a-complaint/data-protection-complaints/>).
//!
//! The first asks for date, time, the number shown, the company and the product named, consent, whether
//! the number is with the Telephone Preference Service, and the effect; spam texts may also be forwarded
//! to 7726. The second asks for the organisation, what happened, what it was asked, and for documents.

use super::clock::Zone;
use super::words::Lang;
use super::{Authority, Case, ContactFacts, Medium, Sheet, Takes, letter};

pub(super) const AUTHORITY: Authority = Authority {
    id: "ico",
    name: "Information Commissioner's Office",
    address: "https://ico.org.uk/make-a-complaint/",
    takes: Takes {
        calls: true,
        messages: true,
        platforms: true,
    },
    country: Some("GB"),
    languages: &[Lang::En],
    sheet,
};

fn sheet(case: &Case<'_>, lang: Lang) -> Sheet {
    match (case.is_platform, case.contact) {
        (false, Some(contact)) => nuisance(case, contact, lang),
        _ => organisation(case, lang),
    }
}

fn nuisance(case: &Case<'_>, contact: &ContactFacts, lang: Lang) -> Sheet {
    let local = Zone::London.at(contact.at);
    let is_call = contact.medium == Medium::Call;
    let (title, kind) = match is_call {
        true => ("Report of a nuisance call", None),
        false => ("Report of a spam text", Some("Text message".to_owned())),
    };
    let consent = case
        .facts
        .platform
        .as_ref()
        .and_then(|p| p.registrations.first());
    let consent = consent.map(|r| lang.yes_no(r.marketing_agreed).to_owned());
    let product = contact.topic.map(|topic| topic.as_str().replace('_', " "));
    let forward =
        (!is_call).then(|| "Spam texts can also be forwarded to 7726, free of charge.".into());
    Sheet::new(lang, title)
        .required("kind", "Live call, automated call or text", kind)
        .required("date", "Date (DD/MM/YYYY)", Some(local.european_date()))
        .required(
            "time",
            "Time",
            Some(format!("{} {}", local.time(), local.zone())),
        )
        .required("number_shown", "Number shown", contact.from.clone())
        .required("your_number", "Number that received it", contact.to.clone())
        .optional("company", "Company named", None)
        .required("product", "What it was about", product)
        .required("consent", "Did you agree to be contacted?", consent)
        .required("tps", "Is the number registered with the TPS?", None)
        .required("effect", "What effect did it have on you?", None)
        .optional("content", "What was said or written", contact.text.clone())
        .optional(
            "details",
            "Further details",
            Some(letter::comments(case, lang)),
        )
        .required("your_name", "Your name", None)
        .required("email", "Your e-mail address", None)
        .warn(forward)
}

fn organisation(case: &Case<'_>, lang: Lang) -> Sheet {
    let platform = case.facts.platform.as_ref();
    Sheet::new(lang, "Data protection complaint about an organisation")
        .required(
            "organisation",
            "Organisation",
            platform.map(|p| p.name.clone()),
        )
        .optional(
            "operator",
            "Company behind it",
            platform.and_then(|p| p.operator.clone()),
        )
        .required(
            "organisation_contact",
            "Its contact details",
            platform.and_then(|p| letter::listed(&p.domains)),
        )
        .required(
            "what_happened",
            "What happened",
            Some(letter::finding(case, lang)),
        )
        .required(
            "raised",
            "What you asked the organisation, and its answer",
            letter::requests(case, lang),
        )
        .optional(
            "contacts",
            "Calls and messages received",
            letter::contacts(case, lang),
        )
        .required("your_name", "Your name", None)
        .required("email", "Your e-mail address", None)
}
