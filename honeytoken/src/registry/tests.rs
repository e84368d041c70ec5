use rand_chacha::rand_core::SeedableRng;

mod draws;
mod pool;

use super::*;
use crate::{
    Basis, Coverage, DrawSeed, HoneytokenEnded, KeyRevoked, LineRetired, LineRole, Persona,
    RequestKind, Role, Secret,
};
use rand_chacha::ChaCha12Rng;

const NOW: Timestamp = Timestamp::from_unix_s(1_800_000_000);

/// A registry fed by hand, which appends what it decides.
struct House {
    registry: Registry,
    next: u64,
    random: ChaCha12Rng,
}

impl House {
    fn new() -> House {
        let mut house = House {
            registry: Registry::new(),
            next: 0,
            random: ChaCha12Rng::seed_from_u64(1),
        };
        house.append(Event::ConnectionSet(Connection {
            connection: "tw".parse().unwrap(),
            provider: "twilio".into(),
            secrets: [("auth_token".to_owned(), Secret::new("x"))].into(),
            public_url: None,
            lines: Default::default(),
        }));
        house.append(Event::DrawSeedCommitted(DrawSeed::from_random([3; 32])));
        for id in ["acme", "other"] {
            let event = house.registry.declare_platform(platform(id)).unwrap();
            house.append(event);
        }
        house
    }

    fn append(&mut self, event: Event) {
        let entry = Entry {
            index: self.next,
            at: NOW,
            by: None,
            event,
        };
        self.registry.apply(&entry);
        self.next += 1;
    }

    fn add(&mut self, number: &str, change: impl FnOnce(&mut Line)) {
        let mut line = line(number);
        change(&mut line);
        let event = self.registry.add_line(line).unwrap();
        self.append(event);
    }

    fn issue(&mut self, wish: Issue<'_>) -> Result<Honeytoken, Refusal> {
        let event = self.registry.issue(wish, NOW, &mut self.random)?;
        self.append(event.clone());
        match event {
            Event::HoneytokenIssued(token) => Ok(token),
            other => panic!("issue decided {}", other.kind()),
        }
    }
}

pub(super) fn platform(id: &str) -> Platform {
    Platform {
        platform: id.parse().unwrap(),
        name: id.to_owned(),
        operator: None,
        sector: None,
        domains: vec![],
        known_senders: vec![],
        signatures: vec![],
        declared_partners: vec![],
    }
}

fn line(number: &str) -> Line {
    Line {
        number: number.parse().unwrap(),
        connection: "tw".parse().unwrap(),
        role: LineRole::Canary,
        block: None,
        country: None,
        acquired_at: NOW.plus_s(-1000),
        soak_until: None,
        shared: false,
    }
}

fn wish(platform: &str) -> Issue<'static> {
    Issue {
        platform: platform.parse().unwrap(),
        line: LineChoice::Any,
        persona: None,
        language: None,
        email_pattern: None,
        consent: crate::Consent::default(),
        registered_at: None,
        study: None,
        country: None,
        enforce_soak: true,
    }
}

fn on(number: &str, platform: &str) -> Issue<'static> {
    Issue {
        line: LineChoice::This(number.parse().unwrap()),
        ..wish(platform)
    }
}

const A: &str = "+8613800138000";
const B: &str = "+14155550132";

#[test]
fn a_line_is_placed_with_one_platform() {
    let mut house = House::new();
    house.add(A, |_| {});
    let token = house.issue(on(A, "acme")).unwrap();
    assert_eq!(token.registered_at, NOW);
    assert_eq!(token.persona.language, Some(crate::Language::Zh));
    let refusal = house.issue(on(A, "other")).unwrap_err();
    assert_eq!(refusal.code(), "already_placed");
    assert!(refusal.to_string().contains("+86…00") && !refusal.to_string().contains("1380013"));
    let state = house.registry.line(&A.parse().unwrap(), NOW).unwrap().state;
    assert_eq!(state, LineState::Placed);
}

#[test]
fn a_shared_line_takes_each_platform_once() {
    let mut house = House::new();
    house.add(A, |line| line.shared = true);
    let first = house.issue(on(A, "acme")).unwrap();
    let second = house.issue(on(A, "other")).unwrap();
    assert_ne!(first.persona.name, second.persona.name);
    assert_eq!(
        house.issue(on(A, "acme")).unwrap_err().code(),
        "already_placed"
    );
}

#[test]
fn soaking_control_retired_and_unknown_lines_are_refused() {
    let mut house = House::new();
    house.add(A, |line| line.soak_until = Some(NOW.plus_s(60)));
    house.add(B, |line| line.role = LineRole::Control);
    assert_eq!(
        house.issue(on(A, "acme")).unwrap_err().code(),
        "still_soaking"
    );
    assert_eq!(house.issue(on(B, "acme")).unwrap_err().code(), "is_control");
    assert_eq!(
        house.issue(on("+447700900123", "acme")).unwrap_err().code(),
        "unknown_line"
    );
    assert_eq!(
        house.issue(wish("acme")).unwrap_err().code(),
        "no_ready_line"
    );
    assert_eq!(
        house.issue(wish("nobody")).unwrap_err().code(),
        "unknown_platform"
    );
    let exempt = Issue {
        enforce_soak: false,
        ..on(A, "acme")
    };
    house.issue(exempt).unwrap();
    let retire = house.registry.retire_line(A.parse().unwrap()).unwrap();
    assert_eq!(
        retire,
        Event::LineRetired(LineRetired {
            number: A.parse().unwrap()
        })
    );
    house.append(retire);
    assert_eq!(house.issue(on(A, "other")).unwrap_err().code(), "retired");
}

#[test]
fn a_soak_ends_by_itself() {
    let mut house = House::new();
    house.add(A, |line| line.soak_until = Some(NOW));
    assert_eq!(
        house.registry.line(&A.parse().unwrap(), NOW).unwrap().state,
        LineState::Ready
    );
    let before = house
        .registry
        .line(&A.parse().unwrap(), NOW.plus_s(-1))
        .unwrap()
        .state;
    assert_eq!(before, LineState::Soaking);
}

#[test]
fn lines_are_drawn_from_fresh_blocks_and_the_wished_country() {
    let mut house = House::new();
    for (i, block) in ["b1", "b1", "b2", "b2"].iter().enumerate() {
        house.add(&format!("+1415555013{i}"), |line| {
            line.block = Some((*block).to_owned());
            line.country = Some("US".to_owned());
        });
    }
    let mut blocks = Vec::new();
    for _ in 0..2 {
        let token = house
            .issue(Issue {
                country: Some("US".into()),
                ..wish("acme")
            })
            .unwrap();
        blocks.push(
            house
                .registry
                .line(&token.number, NOW)
                .unwrap()
                .line
                .block
                .clone(),
        );
    }
    assert_ne!(blocks[0], blocks[1]);
    let elsewhere = Issue {
        country: Some("CN".into()),
        ..wish("acme")
    };
    assert_eq!(house.issue(elsewhere).unwrap_err().code(), "no_ready_line");
}

#[test]
fn names_are_unique_among_the_living() {
    let mut house = House::new();
    house.add(A, |_| {});
    house.add(B, |_| {});
    let persona = Persona {
        name: "Ada Wex".into(),
        given: None,
        family: None,
        romanised: None,
        email: None,
        language: None,
    };
    let named = |p: &Persona, i: Issue<'static>| Issue {
        persona: Some(p.clone()),
        ..i
    };
    let token = house.issue(named(&persona, on(A, "acme"))).unwrap();
    let respelt = Persona {
        name: "ADA  wex".into(),
        ..persona.clone()
    };
    assert_eq!(
        house.issue(named(&respelt, on(B, "acme"))).unwrap_err(),
        Refusal::NameInUse
    );
    let empty = Persona {
        name: " ".into(),
        ..persona
    };
    assert_eq!(
        house.issue(named(&empty, on(B, "acme"))).unwrap_err(),
        Refusal::NameEmpty
    );
    house.append(Event::HoneytokenEnded(HoneytokenEnded {
        honeytoken: token.honeytoken,
    }));
    house.issue(named(&respelt, on(B, "acme"))).unwrap();
}

#[test]
fn requests_attach_to_their_honeytoken() {
    let mut house = House::new();
    house.add(A, |_| {});
    let token = house.issue(on(A, "acme")).unwrap();
    let event = house
        .registry
        .request(token.honeytoken.clone(), RequestKind::OptOut, NOW)
        .unwrap();
    house.append(event);
    let record = house.registry.honeytoken(&token.honeytoken).unwrap();
    assert_eq!(record.requests[0].request, RequestKind::OptOut);
    let nobody = house
        .registry
        .request("nobody".parse().unwrap(), RequestKind::Access, NOW);
    assert_eq!(nobody.unwrap_err().code(), "unknown_honeytoken");
}

#[test]
fn a_registration_cannot_precede_the_line() {
    let mut house = House::new();
    house.add(A, |_| {});
    let early = Issue {
        registered_at: Some(NOW.plus_s(-2000)),
        ..on(A, "acme")
    };
    assert_eq!(house.issue(early).unwrap_err().code(), "before_acquired");
}

#[test]
fn lines_need_a_connection_a_country_and_may_return_from_retirement() {
    let mut house = House::new();
    let homeless = Line {
        connection: "none".parse().unwrap(),
        ..line(A)
    };
    assert_eq!(
        house.registry.add_line(homeless).unwrap_err().code(),
        "unknown_connection"
    );
    let nowhere = Line {
        country: Some("XX".into()),
        ..line(A)
    };
    assert_eq!(
        house.registry.add_line(nowhere).unwrap_err().code(),
        "unknown_country"
    );
    house.add(A, |_| {});
    assert_eq!(
        house.registry.add_line(line(A)).unwrap_err().code(),
        "already_added"
    );
    house.issue(on(A, "acme")).unwrap();
    house.append(Event::LineRetired(LineRetired {
        number: A.parse().unwrap(),
    }));
    let control = Line {
        role: LineRole::Control,
        ..line(A)
    };
    assert_eq!(
        house.registry.add_line(control).unwrap_err().code(),
        "was_placed"
    );
    house.add(A, |_| {});
}

#[test]
fn the_last_admin_key_stays() {
    let mut house = House::new();
    for id in ["one", "two"] {
        house.append(Event::KeyCreated(KeyCreated {
            key: id.parse().unwrap(),
            role: Role::Admin,
            name: None,
            sha256: id.repeat(2),
        }));
    }
    let revoke = house.registry.revoke_key("one".parse().unwrap()).unwrap();
    house.append(revoke);
    assert!(house.registry.key_by_digest("oneone").is_none());
    assert!(house.registry.key_by_digest("twotwo").is_some());
    assert_eq!(
        house
            .registry
            .revoke_key("two".parse().unwrap())
            .unwrap_err()
            .code(),
        "last_admin"
    );
    let unknown = Event::KeyRevoked(KeyRevoked {
        key: "never".parse().unwrap(),
    });
    house.append(unknown);
}

#[test]
fn studies_close_what_they_name() {
    let mut house = House::new();
    let study = Study {
        study: "s1".parse().unwrap(),
        name: "Lending apps".into(),
        platforms: vec!["acme".parse().unwrap()],
        members: vec!["k1".parse().unwrap()],
    };
    let unknown = Study {
        platforms: vec!["nobody".parse().unwrap()],
        ..study.clone()
    };
    assert_eq!(
        house.registry.set_study(unknown).unwrap_err().code(),
        "unknown_platform"
    );
    let event = house.registry.set_study(study).unwrap();
    house.append(event);
    let acme: PlatformId = "acme".parse().unwrap();
    assert!(house.registry.may_see(&"k1".parse().unwrap(), &acme));
    assert!(!house.registry.may_see(&"k2".parse().unwrap(), &acme));
    assert!(
        house
            .registry
            .may_see(&"k2".parse().unwrap(), &"other".parse().unwrap())
    );
}

#[test]
fn what_is_folded_survives_a_snapshot() {
    let mut house = House::new();
    house.add(A, |line| line.shared = true);
    house.issue(on(A, "acme")).unwrap();
    house.append(Event::Coverage(Coverage {
        number: A.parse().unwrap(),
        from: NOW,
        until: NOW,
        basis: Basis::Asserted,
    }));
    let json = serde_json::to_string(&house.registry).unwrap();
    assert_eq!(
        serde_json::from_str::<Registry>(&json).unwrap(),
        house.registry
    );
}
