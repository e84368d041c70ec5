//! What is asked of providers for proof of life: tests sent, lists of our numbers read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use honeytoken::{
    Basis, Connection, ConnectionId, Event, LineState, LineTest, LineTestMissed, PhoneNumber,
    ProviderListed, TestMedium, Timestamp,
};

use super::testing;
use crate::account::AccountError;
use crate::api::hooks;
use crate::app::App;
use crate::ledger::State;
use crate::recorder::SubmitError;

/// Whether tests are due is looked at this often, in seconds.
const TESTS_EVERY_S: u64 = 60;
/// A test whose turn comes later than this, in seconds, is not sent: it could not come back in time, and
/// its line would be blamed.
const TURN_S_MAX: f64 = 60.0;
/// How long a test call rings, in seconds.
const RING_S: u8 = 15;
/// A list that could not be had, or lacked a line, is asked for again after this long, in seconds.
const LIST_RETRY_S: f64 = 3600.0;
/// Pages of a provider's list; what stands on later ones is not looked at.
const LIST_PAGES_MAX: usize = 200;

/// Begins tests and says which were missed.
pub(crate) async fn tests(app: Arc<App>) {
    loop {
        if let Err(error) = test_lines(&app).await {
            tracing::error!(%error, "tests of lines cannot be written down");
        }
        tokio::time::sleep(Duration::from_secs(TESTS_EVERY_S)).await;
    }
}

async fn test_lines(app: &App) -> Result<(), SubmitError> {
    let settings = app.config.life.clone();
    let now = app.recorder.clock().now();
    let due = move |state: &State| -> Vec<Event> {
        let mut events = testing::missed(state, now);
        events.extend(testing::due(state, &settings, now, testing::fresh_code));
        events
    };
    if due(&app.recorder.view().state()).is_empty() {
        return Ok(());
    }
    // Recorded before anything is sent: what comes back is known for what it is.
    let decide = move |state: &State| Ok(due(state));
    let mut by_connection: BTreeMap<ConnectionId, Vec<Begun>> = BTreeMap::new();
    for entry in app.recorder.decide(None, decide).await? {
        if let Event::LineTest(test) = entry.event {
            let begun = by_connection.entry(test.connection.clone()).or_default();
            begun.push((entry.index, entry.at, test));
        }
    }
    // A provider that does not answer must not use up the time of the others' tests; each one is
    // asked for one message after the other, since many take only one a second.
    let sending = by_connection.into_values().map(|tests| in_turn(app, tests));
    join_all(sending).await.into_iter().collect()
}

/// A test as it was recorded: entry, when, what.
type Begun = (u64, Timestamp, LineTest);

/// Sends tests one after the other; those that cannot be sent are void.
async fn in_turn(app: &App, tests: Vec<Begun>) -> Result<(), SubmitError> {
    for (index, at, test) in tests {
        let waited_s = app.recorder.clock().now().seconds_since(at);
        let sent = match waited_s > TURN_S_MAX {
            true => Err("provider answers too slowly; not sent".to_owned()),
            false => send(app, &test).await.map_err(|error| error.to_string()),
        };
        let Err(reason) = sent else { continue };
        tracing::warn!(connection.id = %test.connection, error = %reason,
            "test of a line cannot be sent");
        let missed = LineTestMissed {
            number: test.number,
            test: index,
            void: true,
            reason,
        };
        let decide = move |_: &State| Ok(vec![Event::LineTestMissed(missed)]);
        app.recorder.decide(None, decide).await?;
    }
    Ok(())
}

async fn send(app: &App, test: &LineTest) -> Result<(), AccountError> {
    let connection = connection(app, &test.connection)?;
    let account = app.accounts.open(&connection)?;
    let sent = match test.medium {
        TestMedium::Sms => {
            let text = testing::text(test);
            account.send(test.partner, test.number, &text).await
        }
        TestMedium::Call => {
            let hooks = hooks(app, &connection);
            account
                .ring(test.partner, test.number, RING_S, &hooks)
                .await
        }
    };
    match sent {
        // It may be under way: then it comes back, or is missed.
        Err(error) if error.leaves_open() => Ok(()),
        outcome => outcome.map(drop),
    }
}

fn connection(app: &App, id: &ConnectionId) -> Result<Connection, AccountError> {
    let connection = app.recorder.view().state().registry.connection(id).cloned();
    connection.ok_or_else(|| AccountError::NoAccount(id.to_string()))
}

/// Asks providers which numbers are ours.
pub(crate) async fn lists(app: Arc<App>) {
    let mut asked: BTreeMap<ConnectionId, Timestamp> = BTreeMap::new();
    loop {
        let now = app.recorder.clock().now();
        for id in &app.config.life.list_connections {
            let lines = unlisted(&app, id, now);
            let lately = asked
                .get(id)
                .is_some_and(|at| now.seconds_since(*at) < LIST_RETRY_S);
            if !lines.is_empty() && !lately {
                asked.insert(id.clone(), now);
                if let Err(error) = list(&app, id, &lines).await {
                    tracing::warn!(connection.id = %id, %error, "provider's list of numbers cannot be had");
                }
            }
        }
        tokio::time::sleep(Duration::from_secs(TESTS_EVERY_S)).await;
    }
}

/// Lines that the list has not shown for as long as it is to be asked for.
fn unlisted(app: &App, id: &ConnectionId, now: Timestamp) -> BTreeSet<PhoneNumber> {
    let view = app.recorder.view();
    let state = view.state();
    let every_s = f64::from(app.config.life.list_every_h.get()) * 3600.0;
    let listed = |number: &PhoneNumber| {
        let life = state.lives.of(number);
        let last = life.and_then(|life| life.last(Basis::ProviderList));
        last.is_some_and(|last| now.seconds_since(last) < every_s)
    };
    let lines = state.registry.lines(now);
    lines
        .filter(|v| v.line.connection == *id && v.state != LineState::Retired)
        .map(|v| v.line.number)
        .filter(|number| !listed(number))
        .collect()
}

/// Why a list is not known.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

async fn list(
    app: &App,
    id: &ConnectionId,
    lines: &BTreeSet<PhoneNumber>,
) -> Result<(), ListError> {
    let account = app.accounts.open(&connection(app, id)?)?;
    let mut cursor = None;
    for _ in 0..LIST_PAGES_MAX {
        let page = account.numbers(cursor).await?;
        let numbers = page.items.iter().map(|own| own.number);
        let shown = numbers.filter(|number| lines.contains(number));
        let events: Vec<Event> = shown
            .map(|number| {
                let connection = id.clone();
                Event::ProviderListed(ProviderListed { number, connection })
            })
            .collect();
        if !events.is_empty() {
            let decide = move |_: &State| Ok(events);
            app.recorder.decide(None, decide).await?;
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(())
}
