//! What a provider lists, held against what its webhooks brought.
//!
//! [`run`]: list → compare → add what the webhooks missed → say so in a `reconciliation` entry.
//!
//! - `listing`: the provider's lists for the period, whole and each event once.
//! - `compare`: which of it the log knows, and what of the log the provider does not know.
//! - `own`: what of it our own tests of lines are, by the log's word and nobody else's.
//! - `chore`: does it by itself, as often as the settings say.
//!
//! A contact that is added here is marked as backfilled, holds the provider's record as its raw
//! body, and stands under the dedupe key of the webhook that did not come: comes it later after
//! all, it is linked to the contact and counted once.
//!
//! What this part deliberately does not do: take anything from the log because the provider does
//! not know it. It is told, and that is all.

mod chore;
mod compare;
mod listing;
mod own;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use honeytoken::{
    Connection, ConnectionId, Event, KeyId, ReconciledDay, Reconciliation, Timestamp,
};
use store::Draft;

use crate::account::{Account, AccountError, Kind, Period, Record};
use crate::app::App;
use crate::ledger::Recorded;
use crate::recorder::{ContactsError, SubmitError};

pub(crate) use chore::keep_up;
use compare::{Comparison, Known};

/// The longest period of one comparison, in days.
pub(crate) const PERIOD_DAYS_MAX: i64 = 31;
/// Contacts added in one group commit.
const ADDED_AT_ONCE: usize = 64;
/// How often a full queue is tried again, and the pause between, in milliseconds.
const QUEUE_ATTEMPTS_MAX: u8 = 50;
const QUEUE_PAUSE_MS: u64 = 200;
/// Contacts named in one entry as unknown to the provider; the days count them all.
const ONLY_WEBHOOK_MAX: usize = 1_000;

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackfillError {
    /// The provider was asked in vain.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// One at a time.
    #[error("connection {0} is being compared already; wait until that is done")]
    UnderWay(ConnectionId),
    /// The index does not answer.
    #[error(transparent)]
    Index(#[from] store::IndexFault),
    /// A contact cannot be sealed.
    #[error(transparent)]
    Seal(#[from] store::SealError),
    /// Contacts were not recorded.
    #[error(transparent)]
    Contacts(#[from] ContactsError),
    /// The comparison was not recorded.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The comparison ended on a thread of its own.
    #[error("comparison broke off")]
    Broken,
}

/// Connections that are being compared.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<BTreeSet<ConnectionId>>);

/// Held while a connection is compared.
struct Held<'a>(&'a UnderWay, ConnectionId);

impl UnderWay {
    fn hold(&self, id: &ConnectionId) -> Result<Held<'_>, BackfillError> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match held.insert(id.clone()) {
            true => Ok(Held(self, id.clone())),
            false => Err(BackfillError::UnderWay(id.clone())),
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut held = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(&self.1);
    }
}

/// Compares a period, adds what the webhooks missed, records that; returns the entry.
///
/// # Errors
/// See [`BackfillError`]; what was added until then stays added.
pub(crate) async fn run(
    app: &App,
    connection: &Connection,
    period: Period,
    by: Option<KeyId>,
) -> Result<(u64, Reconciliation), BackfillError> {
    let _held = app.under_way.hold(&connection.connection)?;
    let account = app.accounts.open(connection)?;
    let lists = listing::of(&*account, app.recorder.clock().now())?;
    let mut listed = listing::all(&*account, lists, &period).await?;
    let failed = std::mem::take(&mut listed.failed);
    let lists = listed.lists.clone();
    let compared = {
        let (view, id) = (
            Arc::clone(app.recorder.view()),
            connection.connection.clone(),
        );
        let compare = move || compare::compare(&view, &id, &period, listed);
        let compared = tokio::task::spawn_blocking(compare).await;
        compared.map_err(|_| BackfillError::Broken)??
    };
    let mut days = Days::of(&compared, &period);
    add(app, connection, &*account, compared.missing, &mut days).await?;
    let reconciliation = Reconciliation {
        connection: connection.connection.clone(),
        from: period.from,
        until: period.until,
        lists: lists.iter().map(|l| l.kind.as_str().to_owned()).collect(),
        days: days.0.into_values().collect(),
        only_webhook: compared
            .only_webhook
            .iter()
            .map(|(index, _)| *index)
            .take(ONLY_WEBHOOK_MAX)
            .collect(),
        cut_short: compared.cut_short,
    };
    let event = Event::Reconciliation(reconciliation.clone());
    let recorded = app.recorder.decide(by, move |_| Ok(vec![event])).await?;
    for (kind, error) in failed {
        let what = format!("{}: {error}", kind.as_str());
        chore::note_failure(app, &connection.connection, &what).await;
    }
    Ok((
        recorded.first().map_or(0, |entry| entry.index),
        reconciliation,
    ))
}

/// The days of a comparison, by their names.
struct Days(BTreeMap<String, ReconciledDay>);

impl Days {
    fn of(compared: &Comparison, period: &Period) -> Days {
        let mut days = Days(BTreeMap::new());
        for (record, known) in &compared.listed {
            let Some(at) = record.filter(|at| period.holds(*at)) else {
                continue;
            };
            let day = days.day(at);
            match known {
                Known::ByWebhook => day.both += 1,
                Known::ByBackfill | Known::Not => day.only_provider += 1,
            }
        }
        for (_, at) in &compared.only_webhook {
            days.day(*at).only_webhook += 1;
        }
        days
    }

    fn day(&mut self, at: Timestamp) -> &mut ReconciledDay {
        let text = at.to_string();
        let name = text.split('T').next().unwrap_or_default().to_owned();
        let empty = || ReconciledDay {
            day: name.clone(),
            both: 0,
            only_webhook: 0,
            only_provider: 0,
            added: 0,
        };
        self.0.entry(name.clone()).or_insert_with(empty)
    }
}

/// Adds what the webhooks missed. A webhook that came meanwhile is no harm: its dedupe key is the
/// same.
async fn add(
    app: &App,
    connection: &Connection,
    account: &dyn Account,
    missing: Vec<Record>,
    days: &mut Days,
) -> Result<(), BackfillError> {
    let mut missing = missing.into_iter().peekable();
    while missing.peek().is_some() {
        let mut drafts = Vec::with_capacity(ADDED_AT_ONCE);
        let mut moments = Vec::with_capacity(ADDED_AT_ONCE);
        for record in missing.by_ref().take(ADDED_AT_ONCE) {
            // Its text may be had apart; without it the contact is still one.
            let listed = record.event.claimed_at;
            let whole = account.complete(record.clone()).await.unwrap_or(record);
            moments.push(listed);
            drafts.push(draft(app, connection, &whole));
        }
        for (at, added) in moments.into_iter().zip(record(app, drafts).await?) {
            if let Some(at) = at.filter(|_| added) {
                days.day(at).added += 1;
            }
        }
    }
    Ok(())
}

fn draft(app: &App, connection: &Connection, record: &Record) -> Draft {
    let now = app.recorder.clock().now();
    let mut contact = compare::as_contact(record, &connection.connection, now);
    crate::life::mark(app.recorder.view(), &mut contact);
    Draft {
        at: now,
        by: None,
        event: Event::Contact(contact),
    }
}

/// Records contacts; tells of each whether it was new and is the first of its event.
async fn record(app: &App, drafts: Vec<Draft>) -> Result<Vec<bool>, BackfillError> {
    let view = app.recorder.view();
    let mut attempt = 0;
    let recorded = loop {
        let seal = |draft: &Draft| view.sealer.seal(draft.clone());
        let sealed = drafts.iter().map(seal).collect::<Result<Vec<_>, _>>()?;
        attempt += 1;
        match app.recorder.contacts(sealed).await {
            Err(ContactsError::Busy) if attempt < QUEUE_ATTEMPTS_MAX => {
                tokio::time::sleep(Duration::from_millis(QUEUE_PAUSE_MS)).await;
            }
            outcome => break outcome?,
        }
    };
    let state = view.state();
    let is_first = |recorded: Recorded| match recorded {
        Recorded::New(index) => state.duplicate_of(index).is_none(),
        Recorded::Kept => true,
        Recorded::Repeat(_) => false,
    };
    Ok(recorded.into_iter().map(is_first).collect())
}

/// Which lists an account has.
pub(crate) fn lists(account: &dyn Account) -> Vec<Kind> {
    let able = |kind: &Kind| account.abilities().contains(&kind.ability());
    Kind::ALL.into_iter().filter(able).collect()
}
