//! A verdict that changes is committed to, with the numbers it follows from, before anybody asks.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// How often it is looked whether verdicts changed, in seconds, while the log grows.
const EVERY_S: u64 = 60;

/// The program and its version, as judgements name it.
pub(crate) fn program() -> String {
    format!("canaryline {}", env!("CARGO_PKG_VERSION"))
}

/// Records a judgement whenever a platform's class changes, for ever.
pub(crate) async fn keep_up(app: Arc<App>) {
    let mut size = app.recorder.size();
    while size.changed().await.is_ok() {
        tokio::time::sleep(Duration::from_secs(EVERY_S)).await;
        size.mark_unchanged();
        let view = Arc::clone(app.recorder.view());
        while view.folds_anew() {
            // The evidence holds what is erased, which nobody else can check.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let due = move || view.state().judgements_due(&program());
        let due = tokio::task::spawn_blocking(due).await.unwrap_or_default();
        if due.is_empty() {
            continue;
        }
        let recorded = app.recorder.decide(None, move |_| Ok(due)).await;
        if let Err(error) = recorded {
            tracing::error!(%error, "changed verdicts cannot be recorded");
        }
    }
}

#[cfg(test)]
mod tests {
    use attribution::world::{generate, scenario};
    use honeytoken::{Event, Judgement};
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::program;
    use crate::exports::tests::{Log, NOW};
    use crate::import::{ContactRow, LineRow, contact, line_events};

    fn due(log: &Log) -> Vec<Judgement> {
        let events = log.ledger.view().state().judgements_due(&program());
        let judgement = |event| match event {
            Event::Judgement(judgement) => judgement,
            other => panic!("{other:?}"),
        };
        events.into_iter().map(judgement).collect()
    }

    /// Rows as a file would carry them.
    fn read<T: Serialize, U: DeserializeOwned>(rows: &[T]) -> Vec<U> {
        let rows = rows.iter().map(|row| serde_json::to_value(row).unwrap());
        rows.map(|row| serde_json::from_value(row).unwrap())
            .collect()
    }

    #[test]
    fn a_changed_verdict_is_committed_to_once_with_what_it_follows_from() {
        let mut log = Log::new();
        assert_eq!(
            due(&log),
            [],
            "that nothing can be said yet need not be said"
        );
        let world = generate(&scenario("demo").unwrap(), 3);
        let (lines, rows): (Vec<LineRow>, Vec<ContactRow>) =
            (read(&world.lines), read(&world.contacts));
        let until = rows.last().unwrap().received_at;
        let lines = line_events(&lines, &log.ledger.view().state().registry, until);
        log.ledger.record(NOW, None, lines).unwrap();
        for rows in rows.chunks(256) {
            let events = rows.iter().cloned().map(contact).collect();
            log.ledger.record(NOW, None, events).unwrap();
        }
        let found = due(&log);
        assert!(
            found
                .iter()
                .any(|j| j.class == "leaked" || j.class == "resold")
        );
        for judgement in &found {
            let class = attribution::recompute(judgement).unwrap();
            assert_eq!(class.as_str(), judgement.class);
            log.record(Event::Judgement(judgement.clone()));
        }
        assert_eq!(due(&log), []);
        // A verdict on the record that no longer holds is said anew.
        let earlier = Judgement {
            class: "insufficient".to_owned(),
            ..found[0].clone()
        };
        log.record(Event::Judgement(earlier));
        let again = due(&log);
        assert_eq!(again.len(), 1);
        assert_eq!(
            (&again[0].platform, &again[0].class),
            (&found[0].platform, &found[0].class)
        );
    }
}
