//! Commission nationale de l'informatique et des libertés (France): a complaint about the organisation
//! that data came from (<https://www.cnil.fr/fr/adresser-une-plainte>), under article 77 of the GDPR.
//!
//! It wants to know who complains, against whom, which data, what the organisation was asked before and
//! what it answered, with documents. Single calls go elsewhere: messages to 33700, calls to SignalConso.

use super::words::Lang;
use super::{Authority, Case, Sheet, Takes, letter};

pub(super) const AUTHORITY: Authority = Authority {
    id: "cnil",
    name: "Commission nationale de l’informatique et des libertés",
    address: "https://www.cnil.fr/fr/adresser-une-plainte",
    takes: Takes {
        calls: false,
        messages: false,
        platforms: true,
    },
    country: Some("FR"),
    languages: &[Lang::Fr, Lang::En],
    sheet,
};

fn sheet(case: &Case<'_>, lang: Lang) -> Sheet {
    let (title, hint) = match lang {
        Lang::Fr => (
            "Plainte relative à la communication d’un numéro de téléphone",
            "Les messages eux-mêmes se signalent au 33700, les appels sur SignalConso.",
        ),
        _ => (
            "Complaint about the disclosure of a telephone number (translation)",
            "The messages themselves are reported to 33700, the calls to SignalConso.",
        ),
    };
    letter::complaint(Sheet::new(lang, title), case, lang)
        .letter(letter::to_authority(case, lang, AUTHORITY.name))
        .warn(Some(hint.to_owned()))
}
