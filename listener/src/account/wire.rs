//! How requests travel, and how the provider knows us.

use std::sync::Arc;
use std::time::Duration;

use honeytoken::Secret;

use super::token::Signer;
use crate::address;

/// The longest wait for a connection, in seconds.
const CONNECT_S_MAX: u64 = 10;

/// How requests travel.
#[derive(Clone)]
pub(crate) enum Wire {
    /// Over the network.
    Http(reqwest::Client),
    /// They do not: these bytes are the answer to everything, see [`super::Accounts::canned`].
    Canned(Arc<[u8]>),
}

/// How a provider knows us.
#[derive(Clone)]
pub(crate) enum Auth {
    /// User and password (RFC 7617).
    Basic(String, Secret),
    /// A token (RFC 6750).
    Bearer(Secret),
    /// A token of our own making for each request.
    Signed(Arc<Signer>),
}

impl Auth {
    /// A request that shows who we are; none if a token cannot be made.
    pub(super) fn show(&self, request: reqwest::RequestBuilder) -> Option<reqwest::RequestBuilder> {
        Some(match self {
            Auth::Basic(user, password) => request.basic_auth(user, Some(password.expose())),
            Auth::Bearer(token) => request.bearer_auth(token.expose()),
            Auth::Signed(signer) => request.bearer_auth(signer.token()?),
        })
    }
}

/// A client that speaks with providers, or, for tests, with this machine.
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
        .connect_timeout(Duration::from_secs(CONNECT_S_MAX))
        .user_agent(concat!("canaryline/", env!("CARGO_PKG_VERSION")));
    match local {
        true => builder.build(),
        false => {
            let outside = address::guard(false);
            builder.https_only(true).dns_resolver(outside).build()
        }
    }
}
