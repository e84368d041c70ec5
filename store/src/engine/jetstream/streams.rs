//! The streams of a log: what they are called, and how they must be set.

use std::time::Duration;

use async_nats::jetstream::context::CreateStreamErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, Context};

use super::settings::JetStreamSettings;
use crate::error::Fault;

/// Within this a message that is sent again is known, in seconds.
const DUPLICATES_S: u64 = 120;

/// What streams and subjects are called.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) log: String,
    pub(super) log_subject: String,
    pub(super) side: String,
    pub(super) side_subject: String,
}

impl Names {
    pub(super) fn new(prefix: &str) -> Names {
        Names {
            log: format!("{prefix}-log"),
            log_subject: format!("{prefix}.log"),
            side: format!("{prefix}-side"),
            side_subject: format!("{prefix}.side"),
        }
    }
}

/// Batches, for good: nothing leaves but by erasure, and a full stream refuses.
fn log(names: &Names, settings: &JetStreamSettings) -> Config {
    Config {
        name: names.log.clone(),
        subjects: vec![names.log_subject.clone()],
        deny_purge: true,
        duplicate_window: Duration::from_secs(DUPLICATES_S),
        ..kept(settings)
    }
}

/// What nodes tell each other: the newest under each name.
fn side(names: &Names, settings: &JetStreamSettings) -> Config {
    Config {
        name: names.side.clone(),
        subjects: vec![format!("{}.>", names.side_subject)],
        max_messages_per_subject: 1,
        ..kept(settings)
    }
}

fn kept(settings: &JetStreamSettings) -> Config {
    Config {
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        num_replicas: settings.replicas,
        discard: DiscardPolicy::New,
        allow_direct: true,
        ..Config::default()
    }
}

/// Makes the streams that are missing, and refuses those that would lose entries.
pub(super) async fn check_or_make(
    context: &Context,
    names: &Names,
    settings: &JetStreamSettings,
) -> Result<(), Fault> {
    for wanted in [log(names, settings), side(names, settings)] {
        check_or_make_one(context, wanted).await?;
    }
    Ok(())
}

async fn check_or_make_one(context: &Context, wanted: Config) -> Result<(), Fault> {
    let unreachable = |error: String| Fault::Unreachable(error);
    let found = context.get_stream(&wanted.name).await;
    let found = match found {
        Ok(stream) => stream.cached_info().config.clone(),
        Err(error) if is_missing(&error) => match context.create_stream(&wanted).await {
            Ok(stream) => stream.cached_info().config.clone(),
            Err(error) if error.kind() == CreateStreamErrorKind::TimedOut => {
                return Err(unreachable(error.to_string()));
            }
            Err(error) => {
                return Err(unreachable(format!(
                    "stream {} cannot be made: {error}",
                    wanted.name
                )));
            }
        },
        Err(error) => return Err(unreachable(error.to_string())),
    };
    match difference(&found, &wanted) {
        None => Ok(()),
        Some(what) => Err(Fault::Cluster(format!(
            "stream {} has another setting than it needs: {what}; set it so, or choose another \
             prefix",
            wanted.name
        ))),
    }
}

fn is_missing(error: &jetstream::context::GetStreamError) -> bool {
    use jetstream::ErrorCode;
    use jetstream::context::GetStreamErrorKind;
    matches!(error.kind(), GetStreamErrorKind::JetStream(e) if e.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// What a stream that exists has otherwise than it must be for a log.
fn difference(found: &Config, wanted: &Config) -> Option<String> {
    let unlimited = |limit: i64| limit <= 0;
    let checks = [
        (
            found.subjects == wanted.subjects,
            format!("subjects {:?}", wanted.subjects),
        ),
        (found.storage == wanted.storage, "storage file".into()),
        (
            found.num_replicas >= wanted.num_replicas,
            format!("{} replicas", wanted.num_replicas),
        ),
        (
            found.retention == wanted.retention,
            "retention limits".into(),
        ),
        (found.discard == wanted.discard, "discard new".into()),
        (found.deny_purge || !wanted.deny_purge, "deny purge".into()),
        (found.max_age.is_zero(), "no maximum age".into()),
        (
            unlimited(found.max_messages) && unlimited(found.max_bytes),
            "no limit of messages or bytes".into(),
        ),
        (
            found.max_messages_per_subject.max(0) == wanted.max_messages_per_subject.max(0),
            "messages per subject".into(),
        ),
        (found.allow_direct, "allow direct".into()),
        (
            wanted.duplicate_window.is_zero() || found.duplicate_window >= wanted.duplicate_window,
            format!("a duplicate window of {DUPLICATES_S} s"),
        ),
    ];
    let wrong = checks.into_iter().find(|(fits, _)| !fits);
    wrong.map(|(_, what)| what)
}

#[cfg(test)]
mod tests {
    use super::super::settings::Credentials;
    use super::*;

    fn settings() -> JetStreamSettings {
        JetStreamSettings {
            servers: vec![],
            prefix: "c".into(),
            replicas: 3,
            credentials: Credentials::default(),
            tls: false,
            ca: None,
            client: None,
            connect_wait_s: 1,
        }
    }

    type Spoil = fn(&mut Config);

    #[test]
    fn a_stream_that_would_lose_entries_is_refused_by_name() {
        let wanted = log(&Names::new("c"), &settings());
        assert_eq!(difference(&wanted, &wanted), None);
        let spoiled: [(&str, Spoil); 6] = [
            ("replicas", |c| c.num_replicas = 1),
            ("storage", |c| c.storage = StorageType::Memory),
            ("discard", |c| c.discard = DiscardPolicy::Old),
            ("maximum age", |c| c.max_age = Duration::from_secs(1)),
            ("limit", |c| c.max_bytes = 1 << 20),
            ("purge", |c| c.deny_purge = false),
        ];
        for (word, spoil) in spoiled {
            let mut found = wanted.clone();
            spoil(&mut found);
            let said = difference(&found, &wanted).unwrap_or_default();
            assert!(said.contains(word), "{word}: {said}");
        }
    }
}
