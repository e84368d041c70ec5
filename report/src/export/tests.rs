use std::collections::BTreeMap;

use attribution::{Cause, Class, Reason};
use honeytoken::{Language, Persona, Platform, PlatformId, Timestamp};

use super::*;
use crate::{CampaignOut, LinkOut, Preset, VerdictOut};

const LINE: &str = "+14155550132";
const CALLER: &str = "+14155550199";
const SERVICE: &str = "106900001234";

fn at(hours: i64) -> Timestamp {
    Timestamp::from_unix_s(1_790_000_000 + 3600 * hours)
}

fn contact(index: u64, from: &str, text: &str) -> ContactRow {
    ContactRow {
        index,
        line: Some(3),
        received_at: at(index as i64),
        claimed_at: None,
        connection: Some("secret-desk".into()),
        provider_event_id: Some(format!("SM{index}")),
        kind: "sms",
        to: Some(LINE.into()),
        from: Some(from.into()),
        from_kind: Some("number"),
        text: Some(text.into()),
        call_back_numbers: vec!["4155550177".into()],
        duration_s: None,
        attestation: None,
        authentication: "mac_body",
        backfilled: false,
        cause: "leak",
        platform: Some("acme".into()),
        campaign: Some("c1".into()),
        duplicate_of: None,
        label: Some("previous_owner".into()),
    }
}

fn verdict(platform: &str) -> VerdictOut {
    attribution::Verdict {
        platform: platform.parse().unwrap(),
        class: Class::Leaked,
        probability: 0.99,
        e_value: 123.5,
        e_value_max: 123.5,
        fdr: 0.01,
        first_evidence_at: Some(at(1)),
        flagged_at: Some(at(9)),
        days_to_detection: Some(1.5),
        exposure_days: 30.0,
        live_hours: 720.0,
        canaries: 3,
        canaries_chosen: 0,
        canaries_hit: 2,
        contacts: BTreeMap::from([(Cause::Leak, 4)]),
        evidence: vec![7],
        flags: Vec::new(),
        leak_between: None,
        leak_date: None,
        joint_with: vec!["rival".parse().unwrap()],
        factors: Vec::new(),
        reason: Reason {
            zh: String::new(),
            en: String::new(),
        },
    }
    .into()
}

fn platform(id: &str) -> Platform {
    Platform {
        platform: id.parse().unwrap(),
        name: id.to_uppercase(),
        operator: None,
        sector: None,
        domains: Vec::new(),
        known_senders: Vec::new(),
        signatures: Vec::new(),
        declared_partners: Vec::new(),
    }
}

fn exposure(line: u64, platform: Option<&str>) -> ExposureRow {
    ExposureRow {
        line,
        number: Some(LINE.into()),
        role: "canary",
        country: Some("US".into()),
        block: Some("secret-block".into()),
        connection: Some("secret-desk".into()),
        acquired_at: at(0),
        honeytoken: platform.map(|_| "h1".into()),
        platform: platform.map(Into::into),
        registered_at: platform.map(|_| at(0)),
        ended: false,
        placing: Some("lot"),
        marketing_agreed: Some(false),
        requests: vec!["opt_out@2026-09-22T00:00:00Z".into()],
        live_hours: 12.25,
    }
}

fn campaign() -> CampaignOut {
    CampaignOut {
        campaign: "c1".into(),
        first_at: at(1),
        last_at: at(9),
        contacts: 4,
        numbers: 2,
        unplaced: 0,
        platforms: vec!["acme".into(), "rival".into()],
        language: Some("en".into()),
        category: None,
        category_12321: "其他",
        category_ftc: "Other",
        domains: vec!["loans.example".into()],
        known_as: Vec::new(),
    }
}

/// Two platforms, one caller twice, one service once, a text that is a formula, a code, a name.
fn material() -> Material {
    let mut material = Material::new("log.example/1".into(), at(0), at(100));
    material.contacts = vec![
        contact(7, CALLER, "=HYPERLINK(\"http://loans.example\")"),
        contact(8, CALLER, "Dear Lucian, a loan"),
        contact(9, "ACME", "code 482913"),
        ContactRow {
            platform: Some("rival".into()),
            attestation: Some("A".into()),
            kind: "call",
            duration_s: Some(12),
            ..contact(10, SERVICE, "a loan for you")
        },
    ];
    material.exposure = vec![
        exposure(3, Some("acme")),
        exposure(4, Some("rival")),
        exposure(5, None),
    ];
    material.verdicts = vec![verdict("acme"), verdict("rival")];
    material.campaigns = vec![campaign()];
    material.links = vec![LinkOut {
        platforms: ["acme".into(), "rival".into()],
        p_value: 0.001,
        first_at: [at(1), at(2)],
        campaigns: vec!["c1".into()],
    }];
    material.platforms = vec![platform("acme"), platform("rival")];
    material.set_personas(std::iter::once(&Persona {
        name: "Lucian Duncote".into(),
        given: None,
        family: None,
        romanised: None,
        email: None,
        language: Some(Language::En),
    }));
    material
}

/// Every export that the preset allows, as text as far as it is text.
fn everything(preset: Preset) -> Vec<(String, String)> {
    let acme: PlatformId = "acme".parse().unwrap();
    let mut all = Vec::new();
    for kind in Kind::ALL {
        for format in kind.formats() {
            let Ok(order) = Order::new(*kind, Some(*format), preset, Some(acme.clone())) else {
                continue;
            };
            let document = write(&order, material()).unwrap();
            all.push((
                document.name,
                String::from_utf8_lossy(&document.bytes).into_owned(),
            ));
        }
    }
    all
}

fn told(order: &str, format: Format, preset: Preset) -> String {
    let platform = (preset == Preset::Platform).then(|| "acme".parse().unwrap());
    let order = Order::new(order.parse().unwrap(), Some(format), preset, platform).unwrap();
    String::from_utf8(write(&order, material()).unwrap().bytes).unwrap()
}

#[test]
fn the_public_is_told_no_number_caller_name_or_code_in_any_format() {
    let all = everything(Preset::Public);
    assert_eq!(all.len(), 19);
    let private = [
        &LINE[1..],
        &CALLER[1..],
        SERVICE,
        "4155550177",
        "482913",
        "Lucian",
        "secret",
        "SM7",
    ];
    for (name, text) in all {
        let found: Vec<_> = private
            .iter()
            .filter(|word| text.contains(**word))
            .collect();
        assert!(found.is_empty(), "{found:?} in {name}: {text}");
    }
    assert!(told("contacts", Format::Csv, Preset::Public).contains("a loan for you"));
}

#[test]
fn a_platform_is_told_of_itself_and_not_of_the_installation_or_others() {
    let all = everything(Preset::Platform);
    assert_eq!(all.len(), 21);
    for (name, text) in all {
        for word in ["secret", "SM7", "rival", "RIVAL"] {
            assert!(!text.contains(word), "{word} in {name}: {text}");
        }
    }
    assert!(told("contacts", Format::Csv, Preset::Platform).contains(CALLER));
}

#[test]
fn a_regulator_is_told_everything() {
    let contacts = told("contacts", Format::Jsonl, Preset::Regulator);
    for word in [
        LINE,
        CALLER,
        "482913",
        "Lucian",
        "secret-desk",
        "SM7",
        "rival",
    ] {
        assert!(contacts.contains(word), "{word}");
    }
    assert!(told("exposure", Format::Csv, Preset::Regulator).contains("secret-block"));
}

#[test]
fn what_an_analyst_calls_a_contact_is_for_regulators_alone() {
    for (preset, labelled) in [
        (Preset::Regulator, true),
        (Preset::Platform, false),
        (Preset::Public, false),
    ] {
        for format in [Format::Csv, Format::Jsonl] {
            let table = told("contacts", format, preset);
            assert_eq!(table.contains("previous_owner"), labelled, "{table}");
            assert!(table.contains("label"), "{table}");
        }
    }
}

#[test]
fn the_same_material_is_the_same_bytes() {
    assert_eq!(everything(Preset::Platform), everything(Preset::Platform));
}

#[test]
fn a_strangers_text_is_no_formula() {
    let table = told("contacts", Format::Csv, Preset::Regulator);
    assert!(
        table.contains(",\"'=HYPERLINK(\"\"http://loans.example\"\")\","),
        "{table}"
    );
    assert!(table.contains(&format!(",{LINE},{CALLER},")), "{table}");
    let timeline = told("timesketch", Format::Csv, Preset::Regulator);
    assert!(timeline.contains("\"'=HYPERLINK"), "{timeline}");
}

#[test]
fn only_callers_that_came_twice_or_are_attested_are_named() {
    let list = told("blocklist", Format::Csv, Preset::Regulator);
    let rows: Vec<&str> = list.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{list}");
    assert!(
        rows[0].starts_with(&format!("{CALLER},number,2,1,false,")),
        "{list}"
    );
    assert!(
        rows[1].starts_with(&format!("{SERVICE},service,1,1,true,")),
        "{list}"
    );
    let cards = told("blocklist", Format::Vcard, Preset::Regulator);
    assert!(
        cards.contains(&format!("TEL;TYPE=VOICE:{CALLER}\r\n")),
        "{cards}"
    );
    assert!(!cards.contains("ACME"));
}

#[test]
fn a_card_holds_so_many_numbers_and_the_next_card_the_rest() {
    let mut material = material();
    material.contacts = (0..101)
        .flat_map(|n| {
            [1, 2].map(|k| contact(2 * n + k, &format!("+1415555{:04}", 1000 + n), "loan"))
        })
        .collect();
    let cards = blocklist::cards(&material);
    assert_eq!(cards.matches("BEGIN:VCARD").count(), 2);
    assert_eq!(cards.matches("TEL;").count(), 101);
}

#[test]
fn links_and_verdicts_have_a_column_for_each_part() {
    let links = told("links", Format::Csv, Preset::Platform);
    assert!(links.contains("\r\nacme,,0.001,"), "{links}");
    let verdicts = told("verdicts", Format::Csv, Preset::Regulator);
    let (header, row) = verdicts.split_once("\r\n").unwrap();
    let place = header
        .split(',')
        .position(|name| name == "contacts_leak")
        .unwrap();
    assert_eq!(row.split(',').nth(place), Some("4"), "{verdicts}");
}

#[test]
fn names_of_nothing_are_left_out_of_graphs() {
    let document = told("stix", Format::Json, Preset::Public);
    let bundle: serde_json::Value = serde_json::from_str(&document).unwrap();
    let objects = bundle["objects"].as_array().unwrap();
    let ids: Vec<&str> = objects.iter().filter_map(|o| o["id"].as_str()).collect();
    for object in objects {
        for reference in [
            "source_ref",
            "target_ref",
            "created_by_ref",
            "sighting_of_ref",
        ] {
            if let Some(id) = object[reference].as_str() {
                assert!(ids.contains(&id), "{reference} {id} leads nowhere");
            }
        }
    }
    assert!(objects.iter().any(|o| o["type"] == "domain-name"));
    assert!(!objects.iter().any(|o| o["type"] == "phone-number"));
}
