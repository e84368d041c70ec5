//! Reports, from invented platforms: what they say, and what they keep to themselves.

use std::collections::BTreeMap;

use attribution::{Cause, Class, Factor, Held, Reached, Reason, Verdict};
use honeytoken::{Basis, Language, Platform, Policy, ReplyStanding, Spans, Timestamp};

use super::*;
use crate::GraphOut;
use crate::bundle::Preset;
use crate::paper::Block;

const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>";
const NUMBER: &str = "+14155550132";
const STRANGER: &str = "+447700900123";

fn day(day: i64) -> Timestamp {
    Timestamp::from_unix_s(1_767_225_600 + day * 86_400)
}

fn platform(name: &str) -> Platform {
    Platform {
        platform: "acme".parse().unwrap(),
        name: name.to_owned(),
        operator: None,
        sector: Some("retail".into()),
        domains: vec![],
        known_senders: vec![],
        signatures: vec![],
        declared_partners: vec![],
    }
}

fn verdict(class: Class) -> Verdict {
    let factors = [
        ("rate", 6.0),
        ("instant", -0.2),
        ("breadth", 2.0),
        ("token", 9.0),
    ];
    Verdict {
        platform: "acme".parse().unwrap(),
        class,
        probability: 0.998,
        e_value: 20_000.0,
        e_value_max: 20_000.0,
        fdr: 0.0003,
        first_evidence_at: Some(day(40)),
        flagged_at: Some(day(60)),
        days_to_detection: Some(20.0),
        exposure_days: 271.0,
        live_hours: 6504.0,
        canaries: 2,
        canaries_chosen: 1,
        canaries_hit: 1,
        contacts: [(Cause::Leak, 4), (Cause::Background, 2)].into(),
        evidence: vec![11, 12],
        flags: vec![],
        leak_between: None,
        leak_date: None,
        joint_with: vec![],
        factors: factors
            .map(|(name, log_e)| Factor {
                name: name.into(),
                log_e,
            })
            .into(),
        reason: Reason {
            zh: "理由。".into(),
            en: "Reason.".into(),
        },
    }
}

fn number(hit: bool) -> Number {
    let mut proven = Spans::default();
    proven.add((day(0).as_micros(), day(90).as_micros()));
    proven.add((day(100).as_micros(), day(150).as_micros()));
    let reached = |nth: i64| Reached {
        entry: 10 + nth as u64,
        at: day(40 + 9 * nth),
        cause: if hit { Cause::Leak } else { Cause::Background },
        campaign: None,
    };
    Number {
        held: Held {
            number: NUMBER.parse().unwrap(),
            honeytoken: "h1".parse().unwrap(),
            registered_at: day(14),
            chosen: false,
            shared: false,
            proven,
            bases: vec![Basis::Heartbeat],
            contacts: (0..4).map(reached).collect(),
        },
        soak: Some((day(0), day(13))),
    }
}

fn frame(lang: Language, preset: Preset) -> Frame {
    let anchors = vec![AnchorLine {
        authority: "tsa".into(),
        entries: 90,
        at: day(150),
    }];
    let log = LogHead {
        origin: "leaks.example/log".into(),
        entries: 99,
        root: "cm9vdA==".into(),
        vkey: "leaks.example+1+AA".into(),
        anchors,
    };
    Frame {
        lang,
        preset,
        brand: Some("Institut".into()),
        without_reply: None,
        made_at: day(160),
        program: "canaryline 0".into(),
        policy: Policy::standard(),
        watched: 20,
        accused: 2,
        log,
    }
}

fn case(name: &str, class: Class, standing: ReplyStanding) -> Case {
    let answer = ReplyAnswer {
        entry: 50,
        received_at: day(70),
        from: "press office".into(),
        text: format!("We do not sell data. {EVIL}"),
        files: vec![("letter.pdf".into(), "ab".repeat(32))],
        published: false,
    };
    let answers = if matches!(standing, ReplyStanding::Answered { .. }) {
        vec![answer]
    } else {
        vec![]
    };
    Case {
        platform: platform(name),
        verdict: verdict(class),
        reply: ReplyState { standing, answers },
    }
}

fn dossier(lang: Language, preset: Preset, standing: ReplyStanding) -> Dossier {
    let example = Example {
        entry: 11,
        campaign: None,
        at: day(40),
        call: false,
        from: Some(honeytoken::Sender::from(
            STRANGER.parse::<honeytoken::PhoneNumber>().unwrap(),
        )),
        text: Some(format!(
            "Dear Ada Quill, code 481516 at https://bad.example/u?x=1 {EVIL}"
        )),
        authentication: "mac_body",
    };
    Dossier {
        frame: frame(lang, preset),
        case: case(EVIL, Class::Leaked, standing),
        numbers: vec![number(true), number(false)],
        others: vec![subject(&number(false).held); 5],
        campaigns: vec![],
        examples: vec![example],
        decoys: vec!["ada".into(), "quill".into()],
        graph: GraphOut {
            nodes: vec![],
            edges: vec![],
        },
        names: BTreeMap::new(),
        judgement: 98,
    }
}

fn answered() -> ReplyStanding {
    ReplyStanding::Answered {
        received_at: day(70),
        published: false,
    }
}

#[test]
fn what_strangers_wrote_stays_text_and_nothing_comes_from_elsewhere() {
    for lang in [Language::Zh, Language::En] {
        let mut dossier = dossier(lang, Preset::Regulator, answered());
        dossier.campaigns = vec![];
        let html = dossier.paper().html();
        for marks in [
            "<script",
            "<img",
            " style=",
            " src=",
            " href=",
            "url(",
            "@import",
            "http-equiv=\"refresh",
        ] {
            let body = html.split("<body").nth(1).unwrap();
            let clean = body.replace("&lt;img src=x", "");
            assert!(!clean.contains(marks), "{marks}");
        }
        assert!(html.contains("&lt;script&gt;"));
    }
}

#[test]
fn the_public_edition_keeps_numbers_callers_codes_and_names_to_itself() {
    for lang in [Language::Zh, Language::En] {
        let html = dossier(lang, Preset::Public, answered()).paper().html();
        for secret in [
            NUMBER,
            STRANGER,
            "481516",
            "Ada",
            "Quill",
            "u?x",
            "We do not sell",
        ] {
            assert!(!html.contains(secret), "{secret}");
        }
        assert!(html.contains("bad.example/…") && html.contains(">N1<"));
        let whole = dossier(lang, Preset::Regulator, answered()).paper().html();
        for open in [
            NUMBER,
            STRANGER,
            "481516",
            "Ada Quill",
            "We do not sell",
            "letter.pdf",
        ] {
            assert!(whole.contains(open), "{open}");
        }
    }
}

#[test]
fn a_report_says_loudly_that_nobody_asked_the_platform() {
    let warned = |standing| {
        let html = dossier(Language::En, Preset::Regulator, standing)
            .paper()
            .html();
        html.contains("Do not publish this before it was told")
    };
    assert!(warned(ReplyStanding::NotOffered));
    assert!(!warned(answered()));
    let league = |standing| League {
        frame: frame(Language::En, Preset::Public),
        study: None,
        cases: vec![
            case("Acme", Class::Resold, standing),
            case("Quiet", Class::Quiet, ReplyStanding::NotOffered),
        ],
        numbers: vec![number(true)],
        graph: GraphOut {
            nodes: vec![],
            edges: vec![],
        },
    };
    let html = league(ReplyStanding::NotOffered).paper().html();
    assert!(html.contains("have not been offered a reply: Acme. Do not publish"));
    assert!(!league(answered()).paper().html().contains("Do not publish"));
    // Whom nothing is said against need not be asked.
    assert!(!html.contains("reply: Acme, Quiet"));
}

#[test]
fn every_class_is_said_in_both_languages_and_few_numbers_get_no_share() {
    for class in Class::ALL {
        for lang in [Language::Zh, Language::En] {
            let mut dossier = dossier(lang, Preset::Regulator, answered());
            dossier.case.verdict.class = *class;
            let paper = dossier.paper();
            assert!(paper.html().contains(crate::class_word(*class, lang)));
            let facts = paper.blocks.iter().find_map(|block| match block {
                Block::Facts(facts) => Some(format!("{facts:?}")),
                _ => None,
            });
            assert!(!facts.unwrap().contains("50 %"), "one of two is no share");
            assert!(paper.pdf().is_ok());
        }
    }
}

#[test]
fn a_report_without_numbers_is_a_report() {
    let mut dossier = dossier(Language::Zh, Preset::Public, ReplyStanding::NotOffered);
    dossier.numbers.clear();
    dossier.others.clear();
    dossier.case.verdict.class = Class::Insufficient;
    assert!(dossier.paper().html().contains("还不足以下结论"));
    assert!(dossier.paper().pdf().is_ok());
}
