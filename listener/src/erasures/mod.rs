//! Erasure as people ask for it: for whom, what it came to, and what it does not reach.
//!
//! - [`Wish`]: what was asked for, parsed.
//! - `answer`: what was erased and what is left, in both languages.
//! - [`retention`]: clocks, and what is due by them; the chore that erases it.

mod answer;
pub(crate) mod chore;
pub mod retention;
#[cfg(test)]
mod retention_tests;

use std::sync::Arc;
use std::time::Duration;

use honeytoken::{KeyId, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

pub use answer::{ErasedOut, ErasureOut, RemainsOut};
pub use retention::{Due, RetentionConfig};

use crate::ledger::{EraseError, Erased, Ledger, Order, Scope, View};
use crate::recorder::{Recorder, SubmitError};

/// How often an erasure is prepared anew beside the writer, because the log grew by more that is to
/// go; then it is done on the writer's thread.
const ATTEMPTS_MAX: usize = 3;
/// Between two looks whether the fold holds nothing erased, in milliseconds.
const REFOLD_LOOK_MS: u64 = 50;
/// The longest reason, in bytes.
const REASON_BYTES_MAX: usize = 2_000;

/// What is asked for: one of `contact`, `caller`, `honeytoken` and `due`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The entry of a contact: its whole call or message, however often it was told, with recordings
    /// and notes.
    #[serde(default)]
    pub contact: Option<u64>,
    /// The same, by its older name.
    #[serde(default)]
    pub index: Option<u64>,
    /// A caller id as shown to us: all contacts from it and to it, notes and unread requests that
    /// name it.
    #[serde(default)]
    pub caller: Option<String>,
    /// A honeytoken: the decoy's name and address, and the texts that name it. The assignment stays.
    #[serde(default)]
    pub honeytoken: Option<String>,
    /// Everything that is due by the clocks of `[retention]`.
    #[serde(default)]
    pub due: bool,
    /// Why; kept, so no personal data here.
    pub reason: String,
    /// On which legal ground, such as `gdpr_17` or `pipl_47`; kept.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// Only say what would be erased.
    #[serde(default)]
    pub dry_run: bool,
}

/// Why a wish says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WishError {
    /// None or several.
    #[error("name exactly one of contact, caller, honeytoken and due")]
    NotOne,
    /// No reason.
    #[error("reason is empty, or longer than {REASON_BYTES_MAX} bytes; say why in a sentence")]
    Reason,
    /// Not an id.
    #[error("honeytoken: {0}")]
    Honeytoken(honeytoken::IdError),
    /// Nothing to look for.
    #[error("caller is empty; give it as the contact shows it")]
    Caller,
}

impl Wish {
    /// The order that this is. `due` tells what is due, when that is asked for.
    ///
    /// # Errors
    /// See [`WishError`].
    pub fn order(
        &self,
        by: Option<KeyId>,
        due: impl FnOnce() -> Vec<u64>,
    ) -> Result<Order, WishError> {
        let contact = self.contact.or(self.index);
        let named = [
            contact.is_some(),
            self.caller.is_some(),
            self.honeytoken.is_some(),
            self.due,
            self.contact.is_some() && self.index.is_some(),
        ];
        if named.iter().filter(|named| **named).count() != 1 {
            return Err(WishError::NotOne);
        }
        let reason = self.reason.trim();
        if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
            return Err(WishError::Reason);
        }
        let scope = match (contact, &self.caller, &self.honeytoken) {
            (Some(index), ..) => Scope::Contact(index),
            (_, Some(caller), _) if caller.trim().is_empty() => return Err(WishError::Caller),
            (_, Some(caller), _) => Scope::Caller(shown(caller)),
            (.., Some(id)) => Scope::Honeytoken(id.parse().map_err(WishError::Honeytoken)?),
            _ => Scope::Due(due()),
        };
        Ok(Order {
            scope,
            reason: reason.to_owned(),
            legal_basis: self.legal_basis.clone().filter(|basis| !basis.is_empty()),
            by,
        })
    }
}

/// A caller id as contacts show it: a number in E.164, however it was written, else the words.
fn shown(caller: &str) -> String {
    let separators = |c: &char| !c.is_whitespace() && !"-().".contains(*c);
    let bare: String = caller.chars().filter(separators).collect();
    match bare.parse::<PhoneNumber>() {
        Ok(number) if bare.starts_with('+') => number.as_str().to_owned(),
        _ => caller.trim().to_owned(),
    }
}

/// Why an erasure came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// It was not carried out.
    #[error(transparent)]
    Erase(#[from] EraseError),
    /// The writer is gone.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// Carries out an order: prepared beside the writer, and committed by it.
///
/// # Errors
/// See [`ErasureError`].
pub async fn erase(recorder: &Recorder, order: Order) -> Result<Erased, ErasureError> {
    for _ in 0..ATTEMPTS_MAX {
        // What is kept of an entry is said of a fold that holds nothing erased.
        while recorder.view().folds_anew() && recorder.view().fault().is_none() {
            tokio::time::sleep(Duration::from_millis(REFOLD_LOOK_MS)).await;
        }
        let (view, wanted) = (Arc::clone(recorder.view()), order.clone());
        let prepare = move || view.prepare_erasure(wanted);
        let prepared = tokio::task::spawn_blocking(prepare).await;
        let prepared = prepared.map_err(|_| SubmitError::Closed)??;
        let clock = recorder.clock().clone();
        let commit = move |ledger: &mut Ledger| ledger.erase(prepared, clock.now());
        match recorder.run(commit).await? {
            Err(EraseError::Grown) => {}
            outcome => return Ok(outcome?),
        }
    }
    let clock = recorder.clock().clone();
    let at_once = move |ledger: &mut Ledger| {
        ledger.finish_refold()?;
        let prepared = ledger.view().prepare_erasure(order)?;
        ledger.erase(prepared, clock.now())
    };
    Ok(recorder.run(at_once).await??)
}

/// What an order would come to.
///
/// # Errors
/// See [`EraseError`].
pub fn rehearse(view: &View, order: Order) -> Result<ErasureOut, EraseError> {
    let scope = order.scope.as_str();
    let prepared = view.rehearse_erasure(order)?;
    let entries = prepared.targets().into_iter().map(|t| (t, None)).collect();
    Ok(ErasureOut::new(scope, true, entries, prepared.beyond()))
}

/// What an order came to.
pub fn told(scope: &Scope, erased: &Erased) -> ErasureOut {
    let entries = erased.entries.iter().map(|(t, at)| (*t, Some(*at)));
    ErasureOut::new(scope.as_str(), false, entries.collect(), &erased.beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(json: &str) -> Result<Scope, WishError> {
        let wish: Wish = serde_json::from_str(json).unwrap();
        wish.order(None, || vec![7]).map(|order| order.scope)
    }

    #[test]
    fn a_wish_names_one_thing_and_says_why() {
        for (json, scope) in [
            (r#"{"contact":3,"reason":"x"}"#, Scope::Contact(3)),
            (r#"{"index":3,"reason":"x"}"#, Scope::Contact(3)),
            (
                r#"{"caller":"+1 (415) 555-0132","reason":"x"}"#,
                Scope::Caller("+14155550132".to_owned()),
            ),
            (
                r#"{"honeytoken":"h1","reason":"x"}"#,
                Scope::Honeytoken("h1".parse().unwrap()),
            ),
            (r#"{"due":true,"reason":"x"}"#, Scope::Due(vec![7])),
        ] {
            assert_eq!(wish(json), Ok(scope), "{json}");
        }
        for (json, error) in [
            (r#"{"reason":"x"}"#, WishError::NotOne),
            (r#"{"contact":1,"index":1,"reason":"x"}"#, WishError::NotOne),
            (
                r#"{"contact":1,"due":true,"reason":"x"}"#,
                WishError::NotOne,
            ),
            (r#"{"contact":1,"reason":" "}"#, WishError::Reason),
            (r#"{"caller":" ","reason":"x"}"#, WishError::Caller),
        ] {
            assert_eq!(wish(json), Err(error), "{json}");
        }
    }
}
