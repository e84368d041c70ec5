//! A letter to any other data protection authority, under article 77 of the GDPR or what corresponds to
//! it: <https://www.edpb.europa.eu/about-edpb/about-edpb/members_en> lists those of the European Union.

use super::words::Lang;
use super::{Authority, Case, Sheet, Takes, letter};

pub(super) const AUTHORITY: Authority = Authority {
    id: "dpa",
    name: "Data protection authority",
    address: "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en",
    takes: Takes {
        calls: false,
        messages: false,
        platforms: true,
    },
    country: None,
    languages: &[Lang::En],
    sheet,
};

fn sheet(case: &Case<'_>, lang: Lang) -> Sheet {
    let sheet = Sheet::new(lang, "Complaint about the disclosure of a telephone number").required(
        "authority",
        "Name and address of the authority",
        None,
    );
    letter::complaint(sheet, case, lang).letter(letter::to_authority(
        case,
        lang,
        "the supervisory authority",
    ))
}
