//! Live connections, ready to verify.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use honeytoken::{Connection, ConnectionId, Registry, Timestamp};

use crate::address;
use crate::import;
use crate::ledger::View;
use crate::provider::{Nonces, Provider, Rejection, Verified, Webhook};

/// The longest wait for a provider's certificate, in seconds: the provider itself waits for our
/// answer, and comes again after a 503.
const FETCH_S: u64 = 8;
/// The largest certificate, in bytes.
const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;

/// A connection, ready to verify.
pub(crate) struct Connected {
    /// As last set.
    pub settings: Connection,
    /// The adapter with this connection's secrets.
    pub webhook: Webhook,
    /// Signatures that leave the body open, once used.
    nonces: Arc<Mutex<Nonces>>,
}

impl Connected {
    fn new(settings: Connection, webhook: Webhook, nonces: Arc<Mutex<Nonces>>) -> Connected {
        Connected {
            settings,
            webhook,
            nonces,
        }
    }

    /// Lets a request in whose signature leaves the body open, once for one body; the log knows
    /// what was let in before.
    ///
    /// # Errors
    /// When its signature came before with another body.
    pub(crate) fn admit(
        &self,
        verified: &Verified<'_>,
        log: &View,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let Some(nonce) = verified.nonce() else {
            return Ok(());
        };
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let recorded = log.has_nonce_of_other_bodies(&self.settings.connection, &nonce);
        nonces.admit(&nonce, recorded, verified.shares_nonce(now))
    }
}

/// Live connections by id: read at every webhook, written when an operator changes one.
#[derive(Default)]
pub(crate) struct Connections(RwLock<HashMap<ConnectionId, Arc<Connected>>>);

impl Connections {
    /// The connection, if it is live.
    pub(crate) fn get(&self, id: &ConnectionId) -> Option<Arc<Connected>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// Takes the connections as the fold has them; those that did not change keep what they
    /// learned. One whose settings an older version accepted and this one does not is left out,
    /// and said.
    pub(crate) fn refresh(&self, registry: &Registry) {
        let mut connections = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *connections);
        let hooked = |c: &&Connection| !import::is_past(&c.provider);
        for settings in registry.connections().filter(hooked) {
            let id = &settings.connection;
            let same = before
                .get(id)
                .filter(|connected| connected.settings == *settings);
            let nonces = || {
                before
                    .get(id)
                    .map(|c| Arc::clone(&c.nonces))
                    .unwrap_or_default()
            };
            match same
                .cloned()
                .map_or_else(|| connect(settings, nonces()), Ok)
            {
                Ok(connected) => {
                    connections.insert(id.clone(), connected);
                }
                Err(error) => {
                    tracing::error!(connection.id = %id, %error,
                        "connection cannot be used; set it anew");
                }
            }
        }
    }

    /// Fetches a certificate from the provider's own address: the connection as it is with it, not in use
    /// yet ([`Connections::install`]); none if that does not work now.
    pub(crate) async fn learn_certificate(
        &self,
        id: &ConnectionId,
        url: &str,
    ) -> Option<Arc<Connected>> {
        let pem = fetch(url).await.inspect_err(|error| {
            tracing::warn!(connection.id = %id, %error, "certificate cannot be fetched");
        });
        self.with_certificate(id, url, &pem.ok()?)
    }

    fn with_certificate(&self, id: &ConnectionId, url: &str, pem: &str) -> Option<Arc<Connected>> {
        let known = self.get(id)?;
        let webhook = known.webhook.learn_certificate(url, pem)?;
        let connected = Arc::new(Connected::new(
            known.settings.clone(),
            webhook,
            Arc::clone(&known.nonces),
        ));
        Some(connected)
    }

    /// Puts a connection that learnt something into use.
    pub(crate) fn install(&self, id: &ConnectionId, connected: Arc<Connected>) {
        let mut connections = self.0.write().unwrap_or_else(PoisonError::into_inner);
        connections.insert(id.clone(), connected);
    }

    /// Makes a connection able to use a certificate.
    #[cfg(test)]
    pub(crate) fn learn(&self, id: &ConnectionId, url: &str, pem: &str) {
        if let Some(connected) = self.with_certificate(id, url, pem) {
            self.install(id, connected);
        }
    }
}

fn connect(settings: &Connection, nonces: Arc<Mutex<Nonces>>) -> Result<Arc<Connected>, String> {
    let provider = Provider::find(&settings.provider).map_err(|error| error.to_string())?;
    let webhook = provider
        .connect(&settings.secrets)
        .map_err(|error| error.to_string())?;
    Ok(Arc::new(Connected::new(settings.clone(), webhook, nonces)))
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The request failed.
    #[error(transparent)]
    Http(reqwest::Error),
    /// It lies elsewhere, which is nothing that the adapter checked.
    #[error("answer is a redirect: redirects are not followed")]
    Redirect,
    /// More than a certificate.
    #[error("answer is larger than {CERTIFICATE_BYTES_MAX} bytes")]
    TooLarge,
}

impl From<reqwest::Error> for FetchError {
    /// Without the address: that of a subscription holds the token that confirms it.
    fn from(error: reqwest::Error) -> FetchError {
        FetchError::Http(error.without_url())
    }
}

/// Gets a provider's own address, which the adapter has checked: no redirects, no other host, no proxy
/// that would resolve its name in our place, and no name that leads into a private network.
///
/// # Errors
/// See [`FetchError`].
pub(crate) async fn fetch(url: &str) -> Result<String, FetchError> {
    fetch_by(&client(false)?, url).await
}

/// A client for providers' own addresses, or, for tests, for this machine.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn client(local: bool) -> reqwest::Result<reqwest::Client> {
    // Already installed is fine: the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .timeout(Duration::from_secs(FETCH_S));
    match local {
        true => builder.build(),
        false => {
            let outside = address::guard(false);
            builder.https_only(true).dns_resolver(outside).build()
        }
    }
}

/// Gets an address by this client.
///
/// # Errors
/// See [`FetchError`].
pub(crate) async fn fetch_by(client: &reqwest::Client, url: &str) -> Result<String, FetchError> {
    let answer = client.get(url).send().await?.error_for_status()?;
    if answer.status().is_redirection() {
        return Err(FetchError::Redirect);
    }
    let (mut answer, mut bytes) = (answer, Vec::new());
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > CERTIFICATE_BYTES_MAX {
            return Err(FetchError::TooLarge);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::hooks::testing::Answers;

    #[tokio::test]
    async fn an_answer_is_fetched_and_bounded_and_never_a_redirect() {
        let large = "a".repeat(CERTIFICATE_BYTES_MAX + 1);
        let answers =
            Answers::serve(&[(200, "pem"), (302, "elsewhere"), (404, "no"), (200, &large)]).await;
        let (client, url) = (client(true).unwrap(), answers.url());
        assert_eq!(fetch_by(&client, &url).await.unwrap(), "pem");
        assert!(matches!(
            fetch_by(&client, &url).await,
            Err(FetchError::Redirect)
        ));
        assert!(matches!(
            fetch_by(&client, &url).await,
            Err(FetchError::Http(_))
        ));
        assert!(matches!(
            fetch_by(&client, &url).await,
            Err(FetchError::TooLarge)
        ));
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_called() {
        let answers = Answers::serve(&[(200, "secret")]).await;
        let url = answers
            .url()
            .replace("http://127.0.0.1", "https://localhost");
        let refused = fetch(&url).await.unwrap_err();
        let mut told = vec![refused.to_string()];
        let mut cause = refused.source();
        while let Some(error) = cause {
            told.push(error.to_string());
            cause = error.source();
        }
        let private = address::AddressError::Private.to_string();
        assert!(told.contains(&private), "{told:?}");
        assert_eq!(answers.asked(), 0);
    }

    #[tokio::test]
    async fn what_is_not_encrypted_is_not_fetched() {
        let answers = Answers::serve(&[(200, "pem")]).await;
        assert!(fetch(&answers.url()).await.is_err());
        assert_eq!(answers.asked(), 0);
    }
}
