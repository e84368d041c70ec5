//! Many lines at once: each is decided by the rules, all that may be added become one group commit.

use std::collections::BTreeSet;

use honeytoken::{Event, KeyId, Line, LineRole, PhoneNumber, Refusal, Registry, Timestamp};

use crate::ledger::{Ledger, RecordError};

/// Lines in one group commit: contacts wait for it, so it must not take long.
pub const BATCH_LINES_MAX: usize = 256;

/// A line that is in the pool now, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The entry that added it; none if it was only tried.
    pub index: Option<u64>,
    /// What to think about.
    pub warnings: Vec<&'static str>,
}

/// What became of a line.
pub type Outcome = Result<Added, Refusal>;

/// Adds lines, one after another, and says of each what became of it.
#[derive(Debug, Default)]
pub struct Adding {
    /// Whether nothing is to be recorded.
    pub dry_run: bool,
    /// Numbers that were added, or would have been: a second one of a file is refused.
    taken: BTreeSet<PhoneNumber>,
}

impl Adding {
    /// Begins; with `dry_run`, nothing will be recorded.
    pub fn new(dry_run: bool) -> Adding {
        Adding {
            dry_run,
            taken: BTreeSet::new(),
        }
    }

    /// Takes at most [`BATCH_LINES_MAX`] lines in as one group commit; answers in their order.
    ///
    /// # Errors
    /// When the disk fails: then none of them is in.
    pub fn batch(
        &mut self,
        ledger: &mut Ledger,
        now: Timestamp,
        by: Option<&KeyId>,
        lines: Vec<Line>,
    ) -> Result<Vec<Outcome>, RecordError> {
        if !self.dry_run && !ledger.has_turn() {
            return ledger.in_turn(|ledger| self.batch(ledger, now, by, lines))?;
        }
        let view = ledger.view();
        let (events, mut outcomes) = self.decide(&view.state().registry, lines, now);
        if self.dry_run || events.is_empty() {
            return Ok(outcomes);
        }
        let mut indices = ledger.record(now, by, events)?.into_iter();
        for added in outcomes.iter_mut().flatten() {
            added.index = indices.next();
        }
        Ok(outcomes)
    }

    fn decide(
        &mut self,
        registry: &Registry,
        lines: Vec<Line>,
        now: Timestamp,
    ) -> (Vec<Event>, Vec<Outcome>) {
        let (mut events, mut outcomes) = (Vec::new(), Vec::new());
        for line in lines {
            let line = registry.with_default_soak(line, now);
            let (number, warnings) = (line.number, warnings(&line, now));
            let decided = match self.taken.contains(&number) {
                true => Err(Refusal::AlreadyAdded(number)),
                false => registry.add_line(line),
            };
            outcomes.push(decided.map(|event| {
                self.taken.insert(number);
                events.push(event);
                Added {
                    index: None,
                    warnings,
                }
            }));
        }
        (events, outcomes)
    }
}

fn warnings(line: &Line, now: Timestamp) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if !line.number.is_assigned() {
        warnings.push("number is not assigned in its country's plan; fine for a test");
    }
    match line.soak_until {
        _ if line.role == LineRole::Control => {}
        None => warnings.push("line has no soak: its own noise is not known; 30 days are advised"),
        Some(end) if end <= now => {
            warnings.push("soak is over before it began: the line's own noise is not known");
        }
        Some(_) => {}
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_s(1_800_000_000);

    fn registry() -> Registry {
        let mut registry = Registry::new();
        registry.apply(&honeytoken::Entry {
            index: 0,
            at: NOW,
            by: None,
            event: Event::ConnectionSet(honeytoken::Connection {
                connection: "tw".parse().unwrap(),
                ..crate::import::connection()
            }),
        });
        registry
    }

    fn line(number: &str, soak_until: Option<Timestamp>) -> Line {
        Line {
            number: number.parse().unwrap(),
            connection: "tw".parse().unwrap(),
            role: LineRole::Canary,
            block: None,
            country: None,
            acquired_at: NOW,
            soak_until,
            shared: false,
        }
    }

    #[test]
    fn a_number_is_taken_once_also_when_only_tried() {
        let mut adding = Adding::new(true);
        let number = "+447700900123";
        let lines = vec![
            line(number, None),
            line("+447700900124", None),
            line(number, None),
        ];
        let (events, outcomes) = adding.decide(&registry(), lines, NOW);
        assert_eq!(events.len(), 2);
        assert_eq!(outcomes[2].as_ref().unwrap_err().code(), "already_added");
        let (events, _) = adding.decide(&registry(), vec![line(number, None)], NOW);
        assert!(events.is_empty());
    }

    #[test]
    fn a_soak_that_is_missing_or_over_is_a_warning() {
        let said = |soak| warnings(&line("+8613800138000", soak), NOW).join("\n");
        assert!(said(None).contains("no soak"), "{}", said(None));
        assert!(
            said(Some(NOW)).contains("over before"),
            "{}",
            said(Some(NOW))
        );
        assert_eq!(said(Some(NOW.plus_s(1))), "");
    }
}
