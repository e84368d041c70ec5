//! A connection to any server of the cluster, which comes back by itself.

use std::time::Duration;

use async_nats::ConnectOptions;
use async_nats::jetstream::{self, Context};

use super::settings::JetStreamSettings;
use super::streams::{self, Names};
use crate::error::Fault;

/// A server that does not take a connection is left for the next after this, in seconds.
const CONNECT_S: u64 = 5;
/// Between two tries to connect, in milliseconds.
pub(super) const CONNECT_RETRY_MS: u64 = 500;
/// A server answers within this, in milliseconds, or is asked again.
const ANSWER_MS: u64 = 2_000;

/// Connects within the patience of the settings, and makes or checks the streams.
pub(super) async fn connect(settings: &JetStreamSettings, names: &Names) -> Result<Context, Fault> {
    let patience = Duration::from_secs(settings.connect_wait_s);
    let mut why = String::from("no answer in time");
    let attempts = async {
        loop {
            match try_connect(settings, names).await {
                Err(Fault::Unreachable(now)) => why = now,
                outcome => return outcome,
            }
            tokio::time::sleep(Duration::from_millis(CONNECT_RETRY_MS)).await;
        }
    };
    let outcome = tokio::time::timeout(patience, attempts).await;
    outcome.unwrap_or_else(|_| {
        Err(Fault::Unreachable(format!(
            "{} of {}: {why}",
            names.log,
            settings.servers.join(", ")
        )))
    })
}

async fn try_connect(settings: &JetStreamSettings, names: &Names) -> Result<Context, Fault> {
    let options = options(settings).await?;
    let client = options.connect(settings.servers.clone()).await;
    let client = client.map_err(|error| Fault::Unreachable(error.to_string()))?;
    let context = jetstream::context::ContextBuilder::new()
        .timeout(Duration::from_millis(ANSWER_MS))
        .ack_timeout(Duration::from_millis(ANSWER_MS))
        .build(client);
    streams::check_or_make(&context, names, settings).await?;
    Ok(context)
}

async fn options(settings: &JetStreamSettings) -> Result<ConnectOptions, Fault> {
    let mut options = ConnectOptions::new()
        .name("canaryline")
        .connection_timeout(Duration::from_secs(CONNECT_S))
        .reconnect_delay_callback(|attempts| {
            Duration::from_millis((attempts as u64 * 100).min(1_000))
        });
    if settings.tls {
        options = options.require_tls(true);
    }
    if let Some(ca) = &settings.ca {
        options = options.add_root_certificates(ca.clone());
    }
    if let Some((certificate, key)) = &settings.client {
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    if let Some((user, password)) = &settings.credentials.user {
        options = options.user_and_password(user.clone(), password.clone());
    }
    if let Some(token) = &settings.credentials.token {
        options = options.token(token.clone());
    }
    if let Some(file) = &settings.credentials.file {
        let unreadable = |error| {
            Fault::Cluster(format!(
                "credentials {} cannot be read: {error}",
                file.display()
            ))
        };
        options = options.credentials_file(file).await.map_err(unreadable)?;
    }
    Ok(options)
}
