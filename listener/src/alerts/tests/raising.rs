//! What is raised, and for whom.

use attribution::{Class, Verdict};
use honeytoken::{
    AlertRaised, AlertTarget, Authentication, Basis, Event, KeyCreated, KeyId, KeyRevoked,
    LineAlive, LineSilent, Operation, RawBody, ReconciledDay, Reconciliation, Role, Study,
    Unparsed,
};

use super::story::{START, Story};
use crate::alerts::raise;
use crate::alerts::trouble::Trouble;

/// A verdict as the fold gives it on a platform that was only declared, with what matters here.
fn verdict(platform: &str, class: Class) -> Verdict {
    let mut story = Story::new();
    let id = story.platform(platform);
    let declared = story.state.judgement.verdict(&id).unwrap();
    Verdict {
        class,
        first_evidence_at: (class >= Class::Leaked).then_some(START),
        canaries: 3,
        canaries_hit: 2,
        evidence: vec![4, 5],
        ..declared
    }
}

fn unparsed(connection: &str) -> Event {
    Event::Unparsed(Unparsed {
        connection: connection.parse().unwrap(),
        reason: "field x is missing".to_owned(),
        received_at: START,
        authentication: Authentication::MacBody,
        raw_method: "POST".to_owned(),
        raw_url: String::new(),
        raw_headers: Vec::new(),
        raw_body: RawBody::Text(String::new()),
        raw_credentials: Vec::new(),
        nonce: None,
    })
}

fn raised(events: &[Event]) -> Vec<&AlertRaised> {
    let one = |event: &Event| matches!(event, Event::AlertRaised(_));
    assert!(
        events
            .iter()
            .all(|e| one(e) || matches!(e, Event::AlertBaseline(_)))
    );
    events
        .iter()
        .filter_map(|event| match event {
            Event::AlertRaised(raised) => Some(raised),
            _ => None,
        })
        .collect()
}

/// Raises what is due, and says what that was.
fn look(story: &mut Story, verdicts: &[Verdict], troubles: &[(Trouble, bool)]) -> Vec<AlertRaised> {
    let events = raise::events(&story.state, verdicts, troubles);
    let said = raised(&events).into_iter().cloned().collect();
    for event in events {
        story.tell(event);
    }
    let left = raise::events(&story.state, verdicts, troubles);
    assert!(left.is_empty(), "raised twice: {left:?}");
    said
}

fn topics(raised: &[AlertRaised]) -> Vec<&str> {
    raised.iter().map(|one| one.topic.as_str()).collect()
}

#[test]
fn without_targets_nothing_is_raised_and_nothing_piles_up() {
    let mut story = Story::new();
    story.tell(unparsed("pbx"));
    assert!(
        look(
            &mut story,
            &[verdict("acme", Class::Leaked)],
            &[(Trouble::DiskLow, true)]
        )
        .is_empty()
    );
    story.target("a");
    assert!(look(&mut story, &[], &[]).is_empty(), "the past is past");
}

#[test]
fn what_stood_before_alerts_began_is_not_news() {
    let mut story = Story::new();
    story.target("a");
    let before = [
        verdict("acme", Class::Leaked),
        verdict("beta", Class::Quiet),
    ];
    assert!(look(&mut story, &before, &[]).is_empty());
    let after = [
        verdict("acme", Class::Resold),
        verdict("beta", Class::Leaked),
        verdict("new", Class::Quiet),
    ];
    let said = look(&mut story, &after, &[]);
    assert_eq!(topics(&said), ["verdict", "evidence", "verdict", "verdict"]);
    assert_eq!(said[0].details["before"], "leaked");
    assert_eq!(said[0].details["class"], "resold");
    assert_eq!(said[0].because, [4, 5]);
    assert_eq!(said[3].details["before"], "insufficient");
}

#[test]
fn entries_that_say_the_same_share_an_alert() {
    let mut story = Story::new();
    story.target("a");
    look(&mut story, &[], &[]);
    let first = story.tell(unparsed("pbx"));
    for _ in 0..300 {
        story.tell(unparsed("pbx"));
    }
    story.tell(unparsed("tw"));
    story.tell(Event::Operation(Operation {
        operation: "rebuild".to_owned(),
        detail: "index".to_owned(),
    }));
    let said = look(&mut story, &[], &[]);
    assert_eq!(topics(&said), ["unparsed", "unparsed", "log"]);
    assert_eq!((said[0].because[0], said[0].because.len()), (first, 100));
    assert_eq!(said[0].details["count"], "301");
    assert_eq!(said[1].details["connection"], "tw");
}

#[test]
fn a_silent_line_is_named_by_its_ends_alone() {
    let mut story = Story::new();
    story.target("a");
    look(&mut story, &[], &[]);
    let number = "+14155550132".parse().unwrap();
    story.tell(Event::LineSilent(LineSilent {
        number,
        since: START,
        missing: Basis::Heartbeat,
    }));
    story.tell(Event::LineAlive(LineAlive {
        number,
        silent_since: START,
        sign_at: START,
    }));
    let said = look(&mut story, &[], &[]);
    assert_eq!(topics(&said), ["line_silent", "line_alive"]);
    for one in said {
        assert_eq!(one.details["line"], "+14…32");
        assert!(!format!("{one:?}").contains("5550132"));
    }
}

#[test]
fn only_a_comparison_that_found_something_is_news() {
    let mut story = Story::new();
    story.target("a");
    look(&mut story, &[], &[]);
    for added in [0, 3] {
        story.tell(Event::Reconciliation(Reconciliation {
            connection: "tw".parse().unwrap(),
            from: START,
            until: START,
            lists: Vec::new(),
            days: vec![ReconciledDay {
                day: "2026-09-21".to_owned(),
                both: 1,
                only_webhook: 0,
                only_provider: added,
                added,
            }],
            only_webhook: Vec::new(),
            cut_short: false,
        }));
    }
    let said = look(&mut story, &[], &[]);
    assert_eq!(topics(&said), ["backfill"]);
    assert_eq!(said[0].details["added"], "3");
}

#[test]
fn trouble_is_said_once_and_again_when_it_is_over() {
    let mut story = Story::new();
    story.target("a");
    look(&mut story, &[], &[]);
    for trouble in [Trouble::DiskLow, Trouble::Anchor, Trouble::Checkpoint] {
        let there = [(trouble, true)];
        let said = look(&mut story, &[], &there);
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].details["trouble"], trouble.as_str());
        let said = look(&mut story, &[], &[(trouble, false)]);
        assert_eq!(said[0].details["over"], "true");
    }
    let never = [(Trouble::DiskLow, false), (Trouble::Anchor, false)];
    assert!(look(&mut story, &[], &never).is_empty());
}

#[test]
fn a_target_hears_what_it_chose_and_what_its_owner_may_see() {
    let mut story = Story::new();
    let (acme, beta) = (story.platform("acme"), story.platform("beta"));
    let key = |role, id: &str| {
        Event::KeyCreated(KeyCreated {
            key: id.parse().unwrap(),
            role,
            name: None,
            sha256: String::new(),
        })
    };
    story.tell(key(Role::Analyst, "ada"));
    story.tell(key(Role::Admin, "root"));
    story.tell(Event::StudySet(Study {
        study: "s".parse().unwrap(),
        name: "S".to_owned(),
        platforms: vec![beta.clone()],
        members: vec!["root".parse().unwrap()],
    }));
    let base = story.target("all");
    let owner = |id: &str| Some(id.parse::<KeyId>().unwrap());
    let name = |id: &str| AlertTarget {
        target: id.parse().unwrap(),
        ..base.clone()
    };
    for target in [
        AlertTarget {
            topics: vec!["log".to_owned()],
            ..name("log")
        },
        AlertTarget {
            platforms: vec![acme.clone()],
            ..name("acme")
        },
        AlertTarget {
            study: Some("s".parse().unwrap()),
            ..name("study")
        },
        AlertTarget {
            owner: owner("ada"),
            ..name("ada")
        },
        AlertTarget {
            owner: owner("root"),
            ..name("root")
        },
        AlertTarget {
            disabled: Some("gone".to_owned()),
            ..name("off")
        },
    ] {
        story.tell(Event::AlertTargetSet(target));
    }
    let who = |story: &Story, topic, platform| {
        let who = story.alerts().who(&story.state.registry, topic, platform);
        who.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        who(&story, "verdict", Some(&acme)),
        ["acme", "ada", "all", "root"]
    );
    assert_eq!(
        who(&story, "verdict", Some(&beta)),
        ["all", "root", "study"]
    );
    assert_eq!(
        who(&story, "log", None),
        ["acme", "ada", "all", "log", "root", "study"]
    );
    story.tell(Event::KeyRevoked(KeyRevoked {
        key: "ada".parse().unwrap(),
    }));
    assert_eq!(
        who(&story, "verdict", Some(&acme)),
        ["acme", "all", "root"],
        "a revoked key hears nothing"
    );
}
