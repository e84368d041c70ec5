use attribution::Class;
use attribution::topic::Topic;
use honeytoken::{HoneytokenId, PlatformId, RequestKind, RequestMade, Timestamp};

use super::*;

const LINE: &str = "+8613800138000";
const CALLER: &str = "+8613900139000";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn contact(index: u64, medium: Medium) -> ContactFacts {
    ContactFacts {
        index,
        leaf_sha256: Some("ab".repeat(32)),
        medium,
        at: at("2026-11-20T18:30:05Z"),
        to: Some(LINE.into()),
        country: Some("CN".into()),
        from: Some(CALLER.into()),
        text: Some("<b>贷款</b>,=1+1".into()),
        duration_s: Some(31),
        recorded: false,
        attestation: None,
        call_back_numbers: vec!["4155550177".into()],
        domains: vec!["loans.example".into()],
        topic: Some(Topic::Loan),
        campaign: Some("c1".into()),
        provider: Some("Twilio".into()),
    }
}

fn platform(class: Class) -> PlatformFacts {
    let asked = RequestMade {
        honeytoken: "h1".parse::<HoneytokenId>().unwrap(),
        request: RequestKind::Erasure,
        made_at: at("2026-09-01T00:00:00Z"),
    };
    PlatformFacts {
        id: "acme".parse().unwrap(),
        name: "Acme 贷款".into(),
        operator: Some("Acme Ltd".into()),
        domains: vec!["acme.example".into()],
        declared_partners: vec!["Friends".into()],
        class,
        e_value: 812.5,
        fdr: 0.004,
        flagged_at: None,
        registrations: vec![Registration {
            index: 4,
            number: LINE.into(),
            name: "李明远".into(),
            at: at("2026-06-01T00:00:00Z"),
            marketing_agreed: false,
            exclusive: true,
            requests: vec![asked],
        }],
    }
}

fn facts(about: About, contacts: Vec<ContactFacts>, class: Class) -> Facts {
    Facts {
        about,
        made_at: at("2026-11-24T00:00:00Z"),
        contacts_total: contacts.len() as u64,
        contacts,
        platform: Some(platform(class)),
        origin: "log.example/1".into(),
    }
}

fn of_platform(authority: &str, contacts: Vec<ContactFacts>, class: Class) -> Complaint {
    let id: PlatformId = "acme".parse().unwrap();
    let authority = Authority::find(authority).unwrap();
    fill(authority, &facts(About::Platform(id), contacts, class)).unwrap()
}

fn of_contact(authority: &str, medium: Medium) -> Complaint {
    let facts = facts(About::Contact(9), vec![contact(9, medium)], Class::Leaked);
    fill(Authority::find(authority).unwrap(), &facts).unwrap()
}

fn value<'a>(complaint: &'a Complaint, id: &str) -> Option<&'a str> {
    let field = complaint.sheets[0]
        .fields
        .iter()
        .find(|field| field.id == id);
    field
        .unwrap_or_else(|| panic!("no field {id}"))
        .value
        .as_deref()
}

fn missing(complaint: &Complaint) -> Vec<&str> {
    complaint.sheets[0]
        .missing()
        .map(|field| field.id)
        .collect()
}

fn told(complaint: &Complaint, format: PaperFormat) -> String {
    String::from_utf8(complaint.write(format).unwrap().bytes).unwrap()
}

#[test]
fn a_message_is_a_chinese_form_with_local_time_and_its_category() {
    let complaint = of_contact("12321", Medium::Message);
    assert_eq!(complaint.sheets[0].title, "垃圾短信举报");
    assert_eq!(value(&complaint, "category"), Some("贷款理财"));
    assert_eq!(value(&complaint, "reported_number"), Some(CALLER));
    let at = value(&complaint, "received_at");
    assert_eq!(at, Some("2026-11-21 02:30:05 (UTC+08:00)"));
    let by_sms = value(&complaint, "by_sms").unwrap();
    assert_eq!(by_sms, format!("{CALLER}*<b>贷款</b>,=1+1"));
    assert_eq!(missing(&complaint), ["reporter_phone", "code"]);
    let description = value(&complaint, "description").unwrap();
    assert!(
        description.contains("专门提供给 Acme 贷款"),
        "{description}"
    );
}

#[test]
fn a_call_has_a_duration_and_only_a_silent_one_tells_its_way() {
    let complaint = of_contact("12321", Medium::Call);
    assert_eq!(complaint.sheets[0].title, "骚扰电话举报");
    assert_eq!(value(&complaint, "duration"), Some("31 秒"));
    assert_eq!(missing(&complaint), ["reporter_phone", "code", "mode"]);
    let silent = ContactFacts {
        text: None,
        topic: None,
        ..contact(9, Medium::Call)
    };
    let facts = facts(About::Contact(9), vec![silent], Class::Leaked);
    let silent = fill(Authority::find("12321").unwrap(), &facts).unwrap();
    assert_eq!(value(&silent, "mode"), Some("响一声"));
    let dropped = fill(Authority::find("ftc").unwrap(), &facts).unwrap();
    assert_eq!(
        value(&dropped, "subject"),
        Some("Dropped call or no message")
    );
}

#[test]
fn a_platform_is_accused_of_no_more_than_the_evidence_shows() {
    let leaked = of_platform("12321", vec![contact(9, Medium::Call)], Class::Leaked);
    assert_eq!(leaked.sheets[0].title, "个人信息泄露举报");
    let description = value(&leaked, "description").unwrap();
    assert!(description.contains("不说明其途径"), "{description}");
    let quiet = of_platform("12321", Vec::new(), Class::Quiet);
    let warnings = quiet.sheets[0].warnings.join(" ");
    assert!(warnings.contains("证据不足"), "{warnings}");
    let description = value(&quiet, "description").unwrap();
    assert!(!description.contains("超出背景"), "{description}");
    for text in [
        told(&leaked, PaperFormat::Text),
        told(&quiet, PaperFormat::Text),
    ] {
        assert!(!text.contains("出售了"), "{text}");
    }
}

#[test]
fn a_number_that_others_were_given_too_is_not_called_the_platforms_own() {
    let mut shared = facts(
        About::Platform("acme".parse().unwrap()),
        vec![contact(9, Medium::Call)],
        Class::Leaked,
    );
    for registration in &mut shared.platform.as_mut().unwrap().registrations {
        registration.exclusive = false;
    }
    for (authority, word) in [
        ("12321", "该号码亦提供给其他平台"),
        ("dpa", "other platforms were given it too"),
        ("cnil", "d’autres plateformes l’ont reçu aussi"),
    ] {
        let complaint = fill(Authority::find(authority).unwrap(), &shared).unwrap();
        let text = told(&complaint, PaperFormat::Text);
        assert!(text.contains(word) && !text.contains("专门"), "{text}");
    }
}

#[test]
fn each_authority_is_written_to_in_its_language() {
    for (authority, languages) in [
        ("12321", vec!["zh-CN"]),
        ("ftc", vec!["en"]),
        ("fcc", vec!["en"]),
        ("itg", vec!["en"]),
        ("ico", vec!["en"]),
        ("cnil", vec!["fr", "en"]),
        ("dpa", vec!["en"]),
    ] {
        let complaint = of_platform(authority, vec![contact(9, Medium::Call)], Class::Leaked);
        let spoken: Vec<&str> = complaint
            .sheets
            .iter()
            .map(|sheet| sheet.lang.tag())
            .collect();
        assert_eq!(spoken, languages, "{authority}");
        let text = told(&complaint, PaperFormat::Text);
        assert!(!text.contains("No call or message has been"), "{text}");
        let ids = |sheet: &Sheet| sheet.fields.iter().map(|f| f.id).collect::<Vec<_>>();
        assert!(
            complaint
                .sheets
                .iter()
                .all(|s| ids(s) == ids(&complaint.sheets[0]))
        );
    }
}

#[test]
fn every_form_names_what_the_log_cannot_know_in_every_format() {
    for authority in AUTHORITIES {
        let complaint = of_platform(authority.id, vec![contact(9, Medium::Call)], Class::Leaked);
        let open = missing(&complaint);
        assert!(!open.is_empty(), "{}: somebody has to sign", authority.id);
        let data: serde_json::Value =
            serde_json::from_str(&told(&complaint, PaperFormat::Json)).unwrap();
        assert_eq!(data["sheets"][0]["missing"], serde_json::json!(open));
        assert_eq!(data["submitted"], false);
        let rows = told(&complaint, PaperFormat::Csv);
        let sheets = complaint.sheets.len();
        assert_eq!(
            rows.matches(",true,true\r\n").count(),
            open.len() * sheets,
            "{rows}"
        );
        let words = complaint.sheets[0].lang.missing();
        for format in [PaperFormat::Html, PaperFormat::Text] {
            let document = told(&complaint, format);
            assert!(document.matches(words).count() >= open.len(), "{document}");
        }
    }
}

#[test]
fn a_strangers_words_are_neither_markup_nor_formula() {
    let complaint = of_contact("12321", Medium::Message);
    let page = told(&complaint, PaperFormat::Html);
    assert!(
        page.contains("&lt;b&gt;贷款&lt;/b&gt;") && !page.contains("<b>"),
        "{page}"
    );
    for outside in ["src=", "href=", "<script", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let formula = ContactFacts {
        text: Some("=cmd()".into()),
        ..contact(9, Medium::Message)
    };
    let facts = facts(About::Contact(9), vec![formula], Class::Leaked);
    let complaint = fill(Authority::find("12321").unwrap(), &facts).unwrap();
    let rows = told(&complaint, PaperFormat::Csv);
    assert!(rows.contains(",'=cmd(),true,false\r\n"), "{rows}");
}

#[test]
fn a_traceback_is_for_calls_and_warns_of_their_age() {
    let message = facts(
        About::Contact(9),
        vec![contact(9, Medium::Message)],
        Class::Leaked,
    );
    let refused = fill(Authority::find("itg").unwrap(), &message).unwrap_err();
    assert!(
        refused.to_string().contains("itg takes calls only"),
        "{refused}"
    );
    let mut call = facts(
        About::Contact(9),
        vec![contact(9, Medium::Call)],
        Class::Leaked,
    );
    for (now, said) in [
        ("2026-11-24T00:00:00Z", None),
        (
            "2026-11-27T19:00:00Z",
            Some("is 7 days old; carriers delete"),
        ),
        (
            "2026-11-30T18:30:05Z",
            Some("is 10 days old; carriers have most likely"),
        ),
    ] {
        call.made_at = at(now);
        let complaint = fill(Authority::find("itg").unwrap(), &call).unwrap();
        let warnings = complaint.sheets[0].warnings.join(" ");
        assert_eq!(warnings.contains("days old"), said.is_some(), "{warnings}");
        assert!(warnings.contains(said.unwrap_or_default()), "{warnings}");
    }
}

#[test]
fn of_a_platform_the_newest_contact_of_the_right_kind_stands_for_all() {
    let contacts = vec![contact(12, Medium::Message), contact(9, Medium::Call)];
    let complaint = of_platform("itg", contacts, Class::Leaked);
    let entry = complaint.sheets[0]
        .evidence
        .iter()
        .find(|f| f.id == "entry")
        .unwrap();
    assert_eq!(entry.value.as_deref(), Some("9"));
    assert_eq!(value(&complaint, "terminating_provider"), Some("Twilio"));
}

#[test]
fn a_number_of_another_country_is_said() {
    let complaint = of_contact("ftc", Medium::Call);
    let warnings = complaint.sheets[0].warnings.join(" ");
    assert!(
        warnings.contains("of CN; this authority is for numbers of US"),
        "{warnings}"
    );
    assert!(warnings.contains("can be forged"), "{warnings}");
    assert_eq!(value(&complaint, "date"), Some("11/20/2026"));
    assert_eq!(
        value(&of_contact("ico", Medium::Call), "date"),
        Some("20/11/2026")
    );
}

#[test]
fn an_fcc_form_opens_with_its_answers() {
    let complaint = of_contact("fcc", Medium::Call);
    let address = value(&complaint, "prefilled").unwrap();
    assert!(
        address.contains("&tf_22664804=%2B8613900139000&tf_22591154=2026-11-20&"),
        "{address}"
    );
}

#[test]
fn an_unknown_authority_is_told_which_there_are() {
    let said = Authority::find("fbi").unwrap_err().to_string();
    assert!(
        said.contains("12321, ftc, fcc, itg, ico, cnil, dpa"),
        "{said}"
    );
}
