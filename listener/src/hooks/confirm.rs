//! Subscriptions that a provider wants confirmed by fetching an address of its own.

use std::time::Duration;

use crate::connections::{Connected, FetchError, fetch};
use crate::provider::Received;

/// How long to wait before each further attempt, in seconds: five attempts in about seven minutes.
/// SNS gives three days, but an address that fails so long is not ours to insist on.
const RETRY_S: [u64; 4] = [10, 30, 90, 270];

/// Fetches the address that a provider wants fetched to confirm a subscription, in the background:
/// the event itself is durable.
pub(super) fn confirm(connected: &Connected, events: &[Received]) {
    let Some(url) = connected.webhook.follow_up(events) else {
        return;
    };
    let id = connected.settings.connection.clone();
    tokio::spawn(async move {
        let (attempts, outcome) = fetched(|| fetch(&url), RETRY_S.map(Duration::from_secs)).await;
        match outcome {
            Ok(_) => tracing::info!(connection.id = %id, attempts, "subscription confirmed"),
            Err(error) => tracing::error!(connection.id = %id, attempts, %error,
                "subscription cannot be confirmed; ask the provider to send it again"),
        }
    });
}

/// Attempts it at once and then after each wait, until it works; how often, and how the last one went.
async fn fetched<F: Future<Output = Result<String, FetchError>>>(
    attempt: impl Fn() -> F,
    waits: [Duration; RETRY_S.len()],
) -> (usize, Result<String, FetchError>) {
    let (mut attempts, mut outcome) = (1, attempt().await);
    for wait in waits {
        if outcome.is_ok() {
            break;
        }
        tokio::time::sleep(wait).await;
        attempts += 1;
        outcome = attempt().await;
    }
    (attempts, outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::{client, fetch_by};
    use crate::hooks::testing::Answers;

    const NO_WAITS: [Duration; RETRY_S.len()] = [Duration::ZERO; RETRY_S.len()];

    /// How many attempts were made, whether the last one worked, and how often the server was asked.
    async fn tried(answers: &[(u16, &str)]) -> (usize, bool, usize) {
        let answers = Answers::serve(answers).await;
        let (client, url) = (client(true).unwrap(), answers.url());
        let (attempts, outcome) = fetched(|| fetch_by(&client, &url), NO_WAITS).await;
        (attempts, outcome.is_ok(), answers.asked())
    }

    #[tokio::test]
    async fn what_works_at_once_is_fetched_once() {
        assert_eq!(tried(&[(200, "ok"), (200, "ok")]).await, (1, true, 1));
    }

    #[tokio::test]
    async fn what_fails_is_fetched_again() {
        let answers = [(500, ""), (503, ""), (200, "ok"), (200, "ok")];
        assert_eq!(tried(&answers).await, (3, true, 3));
    }

    #[tokio::test]
    async fn what_always_fails_is_given_up() {
        assert_eq!(tried(&[(500, ""); 9]).await, (5, false, 5));
    }

    #[test]
    fn each_wait_is_longer_and_all_are_minutes() {
        assert!(RETRY_S.is_sorted_by(|a, b| a < b));
        assert!((120..1_800).contains(&RETRY_S.iter().sum::<u64>()));
    }
}
