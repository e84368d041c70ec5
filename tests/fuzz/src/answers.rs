//! Whatever a provider's API answers: every question of an account, answered with the same bytes.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use honeytoken::{Connection, PhoneNumber, Secret, Timestamp};
use listener::account::{
    Account, Accounts, Hooks, Kind, NamedFile, NumberType, NumberWish, Period,
};

type Secrets = &'static [(&'static str, &'static str)];

/// A key made for tests.
const KEY: &str = include_str!("../../../listener/src/provider/tests/data/sns_test_key.pem");

/// A connection of each kind of account; the first byte says which.
const ACCOUNTS: [(&str, Secrets); 6] = [
    ("twilio", &[("account_sid", "AC1"), ("auth_token", "t")]),
    ("telnyx", &[("api_key", "k"), ("messaging_profile_id", "1")]),
    ("plivo", &[("auth_id", "MA1"), ("auth_token", "t")]),
    ("vonage_sms", &[("api_key", "k"), ("api_secret", "s")]),
    (
        "vonage_jwt",
        &[
            ("api_key", "k"),
            ("api_secret", "s"),
            ("application_id", "a"),
            ("private_key_pem", KEY),
        ],
    ),
    (
        "signalwire",
        &[("space", "s"), ("project_id", "p"), ("api_token", "t")],
    ),
];
/// Pages that are followed.
const PAGES_MAX: usize = 3;

pub(crate) fn read(which: usize, answer: &[u8]) {
    let (provider, secrets) = ACCOUNTS[which % ACCOUNTS.len()];
    let Ok(id) = "c".parse() else { return };
    let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), Secret::new(*value));
    let connection = Connection {
        connection: id,
        provider: provider.to_owned(),
        secrets: secrets.iter().map(secret).collect(),
        public_url: None,
        lines: Default::default(),
    };
    let account = Accounts::canned(answer).open(&connection);
    assert!(account.is_ok(), "{provider} has an account");
    if let Ok(account) = account {
        numbers(&*account);
        lists(&*account);
    }
}

/// What is ready at once, since nobody is asked.
fn ready<T>(mut answer: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    match answer.as_mut().poll(&mut context) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

fn numbers(account: &dyn Account) {
    let (Ok(number), Ok(other)) = ("+14155550132".parse(), "+14155550133".parse()) else {
        return;
    };
    let (number, other): (PhoneNumber, PhoneNumber) = (number, other);
    let hooks = Hooks {
        name: "c".to_owned(),
        url: "https://hooks.example.org/hooks/c".to_owned(),
    };
    let wish = NumberWish {
        country: "US".to_owned(),
        number_type: NumberType::Local,
        contains: None,
        sms: true,
        voice: true,
        limit: 5,
    };
    if let Some(Ok(offers)) = ready(account.search(&wish)) {
        assert!(offers.len() <= 5, "no more than was asked for");
    }
    let _ = ready(account.order(number, "US", &hooks));
    let _ = ready(account.point(number, &hooks));
    let _ = ready(account.release(number));
    let _ = ready(account.holds(number));
    let _ = ready(account.send(number, other, "hi"));
    let _ = ready(account.ring(number, other, 5, &hooks));
    let _ = ready(account.fetch(NamedFile {
        url: "https://api.nexmo.com/v1/files/1",
        recording: Some("r-1"),
    }));
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        match ready(account.numbers(cursor)) {
            Some(Ok(page)) if page.next.is_some() => cursor = page.next,
            _ => break,
        }
    }
}

/// The day whose lists are read.
const DAY: Period = Period {
    from: Timestamp::from_unix_s(1_795_132_800),
    until: Timestamp::from_unix_s(1_795_132_800 + 86_400),
};

fn lists(account: &dyn Account) {
    for kind in Kind::ALL {
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let Some(Ok(page)) = ready(account.records(kind, &DAY, cursor)) else {
                break;
            };
            for record in page.items {
                let at = record.event.claimed_at;
                assert!(at.is_some_and(|at| DAY.holds(at)), "of the period");
                let key = record.event.dedupe.key();
                assert!(record.keys.iter().any(|k| k == key), "under its own key");
                assert!(!key.is_empty(), "a key tells events apart");
                let _ = ready(account.complete(record));
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
}
