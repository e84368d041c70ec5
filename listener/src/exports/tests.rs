//! A small log, gathered.

use honeytoken::{
    Authentication, Connection, Consent, Contact, Event, Honeytoken, Language, Line, LineRole,
    Medium, Note, NoteTopic, Persona, Platform, RawBody, Sender, Timestamp,
};
use report::Preset;
use report::complaint::{About, Medium as Way};
use report::export::{Kind, Order};

use super::{GatherError, Window, facts, gather};
use crate::ledger::{Ledger, View};

pub(crate) const NOW: Timestamp = Timestamp::from_unix_s(1_790_000_000);
const LINE: &str = "+14155550132";
const CALLER: &str = "+14155550199";

/// A log with a placement, in a folder that is gone after the test.
pub(crate) struct Log {
    pub(crate) ledger: Ledger,
    _folder: tempfile::TempDir,
}

impl Log {
    pub(crate) fn new() -> Log {
        let folder = tempfile::tempdir().unwrap();
        let creation = store::Creation {
            origin: "test.example/log".to_owned(),
            program: "test".to_owned(),
            at: NOW,
        };
        let options = store::Options::default();
        let ledger = Ledger::open(folder.path(), creation, options, &|_| {}).unwrap();
        let mut log = Log {
            ledger,
            _folder: folder,
        };
        log.install();
        log
    }

    pub(crate) fn record(&mut self, event: Event) -> u64 {
        self.ledger.record(NOW, None, vec![event]).unwrap()[0]
    }

    fn install(&mut self) {
        self.record(Event::ConnectionSet(Connection {
            connection: "tw".parse().unwrap(),
            provider: "twilio".to_owned(),
            secrets: Default::default(),
            public_url: None,
            lines: Default::default(),
        }));
        self.record(Event::LineAdded(Line {
            number: LINE.parse().unwrap(),
            connection: "tw".parse().unwrap(),
            role: LineRole::Canary,
            block: None,
            country: Some("US".into()),
            acquired_at: NOW.plus_s(-86_400),
            soak_until: None,
            shared: false,
        }));
        self.record(Event::PlatformDeclared(Platform {
            platform: "acme".parse().unwrap(),
            name: "Acme".into(),
            operator: None,
            sector: None,
            domains: Vec::new(),
            known_senders: Vec::new(),
            signatures: Vec::new(),
            declared_partners: Vec::new(),
        }));
        self.record(Event::HoneytokenIssued(Honeytoken {
            honeytoken: "h1".parse().unwrap(),
            platform: "acme".parse().unwrap(),
            number: LINE.parse().unwrap(),
            persona: Persona {
                name: "Lucian Duncote".into(),
                given: None,
                family: None,
                romanised: None,
                email: None,
                language: Some(Language::En),
            },
            consent: Consent::default(),
            registered_at: NOW,
            study: None,
            country: None,
            placing: None,
        }));
    }

    pub(crate) fn contact(
        &mut self,
        id: &str,
        medium: Medium,
        change: impl FnOnce(&mut Contact),
    ) -> u64 {
        let mut contact = Contact {
            connection: "tw".parse().unwrap(),
            provider_event_id: Some(id.to_owned()),
            dedupe_key: id.to_owned(),
            session: None,
            part: None,
            medium,
            phase: "received".into(),
            to: Some(Sender::new(LINE)),
            from: Some(Sender::new(CALLER)),
            text: None,
            duration_s: None,
            attestation: None,
            claimed_at: None,
            received_at: NOW.plus_s(3600),
            authentication: Authentication::MacBody,
            line_test: None,
            backfilled: false,
            nonce: None,
            extra: Default::default(),
            raw_method: None,
            raw_url: None,
            raw_headers: None,
            raw_body: Some(RawBody::Text(id.to_owned())),
            raw_credentials: None,
        };
        change(&mut contact);
        self.record(Event::Contact(contact))
    }

    /// A call that rang, was recorded, ended after 31 seconds and was written down.
    fn call(&mut self) -> u64 {
        let of_call = |c: &mut Contact| c.session = Some("call-1".into());
        let index = self.contact("ringing", Medium::Call, of_call);
        self.contact("completed", Medium::Call, |c| {
            of_call(c);
            c.duration_s = Some(31);
            c.attestation = Some("A".into());
        });
        self.contact("recording", Medium::Recording, of_call);
        self.contact("transcript", Medium::Transcript, |c| {
            of_call(c);
            c.text = Some("you are entitled to a loan".into());
        });
        index
    }
}

fn window(contacts_max: usize) -> Window {
    Window {
        since: None,
        until: None,
        contacts_max,
    }
}

fn gathered(view: &View, window: &Window) -> Result<Vec<u64>, GatherError> {
    let order = Order::new(Kind::Contacts, None, Preset::Regulator, None).unwrap();
    let material = gather(view, &order, window, NOW, &|_, _| true, &mut |_| ())?;
    Ok(material
        .contacts
        .iter()
        .map(|contact| contact.index)
        .collect())
}

#[test]
fn as_many_contacts_as_allowed_are_gathered_and_one_more_is_refused() {
    let mut log = Log::new();
    let indices = ["a", "b", "c"].map(|id| log.contact(id, Medium::Sms, |_| ()));
    let view = log.ledger.view();
    assert_eq!(gathered(&view, &window(3)).unwrap(), indices);
    let refused = gathered(&view, &window(2)).unwrap_err().to_string();
    assert_eq!(
        refused,
        "more than 2 contacts; narrow it with platform, since and until"
    );
    let before = Window {
        until: Some(NOW),
        ..window(0)
    };
    assert!(gathered(&view, &before).unwrap().is_empty());
}

#[test]
fn a_label_goes_with_its_contact() {
    let mut log = Log::new();
    let indices = ["a", "b"].map(|id| log.contact(id, Medium::Sms, |_| ()));
    log.record(Event::Note(Note {
        topic: NoteTopic::Entry(indices[1]),
        text: String::new(),
        label: Some("previous_owner".parse().unwrap()),
    }));
    let order = Order::new(Kind::Contacts, None, Preset::Regulator, None).unwrap();
    let (view, window) = (log.ledger.view(), window(9));
    let material = gather(&view, &order, &window, NOW, &|_, _| true, &mut |_| ()).unwrap();
    let labels: Vec<_> = material
        .contacts
        .iter()
        .map(|c| c.label.as_deref())
        .collect();
    assert_eq!(labels, [None, Some("previous_owner")]);
}

#[test]
fn a_call_is_one_contact_with_what_its_later_stages_told() {
    let mut log = Log::new();
    let index = log.call();
    let view = log.ledger.view();
    assert_eq!(gathered(&view, &window(9)).unwrap(), [index]);
    let facts = facts(&view, About::Contact(index), NOW, &|_, _| true).unwrap();
    let call = &facts.contacts[0];
    assert_eq!(call.medium, Way::Call);
    assert_eq!(call.duration_s, Some(31));
    assert_eq!(call.text.as_deref(), Some("you are entitled to a loan"));
    assert_eq!(call.attestation.as_deref(), Some("A"));
    assert_eq!(call.provider.as_deref(), Some("Twilio"));
    assert!(call.recorded && call.leaf_sha256.is_some());
    let platform = facts.platform.unwrap();
    assert_eq!(platform.registrations[0].name, "Lucian Duncote");
    assert!(platform.registrations[0].exclusive);
}

#[test]
fn what_is_no_contact_or_closed_has_no_facts() {
    let mut log = Log::new();
    log.call();
    let index = log.contact("m", Medium::Sms, |_| ());
    let view = log.ledger.view();
    let of = |about, open: bool| facts(&view, about, NOW, &|_, _| open).map(|_| ());
    let transcript = index - 1;
    for nothing in [0, transcript, 999] {
        let error = of(About::Contact(nothing), true).unwrap_err();
        assert!(
            matches!(error, GatherError::NoContact(i) if i == nothing),
            "{error}"
        );
    }
    of(About::Contact(index), true).unwrap();
    assert!(matches!(
        of(About::Contact(index), false),
        Err(GatherError::NoContact(_))
    ));
    let acme = || About::Platform("acme".parse().unwrap());
    of(acme(), true).unwrap();
    assert!(matches!(of(acme(), false), Err(GatherError::Unknown(_))));
}
