//! `verify` makes every draw by lot again, from the entries before it.

use honeytoken::{
    Connection, ControlsDrawn, DirtyAction, DirtyLines, DrawSeed, Event, Line, LineRole, Policy,
    Registry,
};
use store::{Store, Trust, Verification, verify};

use crate::support::{Folder, contact, draft, erasure, seal, start};

/// A log and who holds what in it.
struct House {
    folder: Folder,
    store: Store,
    registry: Registry,
}

impl House {
    /// Eight lines in their soak, of which one has heard something and is dirty, and a seed.
    fn new() -> House {
        let folder = Folder::new();
        let store = folder.create();
        let mut house = House {
            folder,
            store,
            registry: Registry::new(),
        };
        let connection = r#"{"connection":"trunk","provider":"standard_webhooks","secrets":{}}"#;
        let connection: Connection = serde_json::from_str(connection).unwrap();
        house.append(Event::ConnectionSet(connection));
        house.append(Event::DrawSeedCommitted(DrawSeed::from_random([1; 32])));
        house.append(Event::Policy(Policy {
            dirty_lines: Some(DirtyLines {
                contacts_max: 0,
                action: DirtyAction::Disqualify,
            }),
            ..Policy::standard()
        }));
        (0..8).for_each(|place| house.append(line(place)));
        house.append(contact(1, "hello"));
        house
    }

    fn append(&mut self, event: Event) {
        let sealed = seal(&self.store, 60, event);
        for entry in self.store.append(vec![sealed]).unwrap() {
            self.registry.apply(&entry);
        }
    }

    /// Draws controls, writes down another draw than was decided, and verifies.
    fn drawn(mut self, change: impl FnOnce(&mut ControlsDrawn)) -> Verification {
        let decided = self.registry.draw_controls(0.25, None, start().plus_s(60));
        let Event::ControlsDrawn(mut drawn) = decided.unwrap() else {
            panic!("decided another event")
        };
        change(&mut drawn);
        self.append(Event::ControlsDrawn(drawn));
        self.store.checkpoint().unwrap();
        drop(self.store);
        verify(&self.folder.path(), &Trust::default(), &mut |_| ()).unwrap()
    }
}

fn line(place: u32) -> Event {
    Event::LineAdded(Line {
        number: format!("+14155550{:03}", 100 + place).parse().unwrap(),
        connection: "trunk".parse().unwrap(),
        role: LineRole::Canary,
        block: None,
        country: None,
        acquired_at: start(),
        soak_until: Some(start().plus_s(86_400)),
        shared: false,
    })
}

#[test]
fn a_draw_that_follows_is_counted() {
    let found = House::new().drawn(|_| ());
    assert!(found.is_intact(), "{:?}", found.problems);
    assert_eq!((found.draws_checked, found.draws_unchecked), (1, 0));
}

#[test]
fn a_draw_that_does_not_follow_is_named() {
    let other = |drawn: &mut ControlsDrawn| {
        let fresh = (3..).find(|entry| !drawn.drawn.contains(entry)).unwrap();
        drawn.drawn[0] = fresh;
    };
    let fewer = |drawn: &mut ControlsDrawn| drawn.candidates_sha256 = "00".repeat(32);
    for (found, says) in [
        (House::new().drawn(other), "does not follow from its seed"),
        (House::new().drawn(fewer), "among other lines"),
    ] {
        let [problem] = found.problems.as_slice() else {
            panic!("{:?}", found.problems)
        };
        assert!(problem.what.contains(says), "{problem}");
        assert_eq!(problem.entry, Some(13));
        assert_eq!(found.draws_checked, 0);
    }
}

#[test]
fn a_draw_that_rests_on_what_was_erased_cannot_be_made_again() {
    let mut house = House::new();
    let erased = house.store.reader().size() - 1;
    house.store.erase(draft(60, erasure(erased)), &[]).unwrap();
    let found = house.drawn(|_| ());
    assert!(found.is_intact(), "{:?}", found.problems);
    assert_eq!((found.draws_checked, found.draws_unchecked), (0, 1));
}
