//! A provider with one connection's settings: verifies, parses, answers, in that order.

use std::borrow::Cow;
use std::fmt;

use honeytoken::{Authentication, Nonce, Timestamp};

use super::mac::sha256_hex;
use super::{Answer, Calls, Malformed, Provider, Received, Refusal, Request, Undecided};

/// A provider with the settings of one connection. Cheap to share, free of locks.
pub struct Webhook {
    pub(super) provider: &'static Provider,
    pub(super) adapter: Box<dyn Adapter>,
}

/// Secrets stay out.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("provider", &self.provider.id)
            .finish_non_exhaustive()
    }
}

/// A request that its provider signed, or, for providers that sign nothing, that knew the shared
/// secret. Only [`Webhook::verify`] makes one.
#[derive(Clone)]
pub struct Verified<'a> {
    webhook: &'a Webhook,
    pub(super) request: Request<'a>,
    pub(super) proof: Proof<'a>,
}

/// Personal data and signatures stay out.
impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("provider", &self.webhook.provider.id)
            .field("authentication", &self.proof.authentication)
            .finish_non_exhaustive()
    }
}

/// What a successful verification found.
#[derive(Clone)]
pub(super) struct Proof<'a> {
    pub(super) authentication: Authentication,
    /// Owned where the provider does not send it in a header.
    pub(super) nonce: Option<Cow<'a, str>>,
    /// Until when the provider may sign other bodies with the same nonce.
    pub(super) shared_until: Option<Timestamp>,
}

impl<'a> Proof<'a> {
    /// A signature that leaves the body open, under a number used once.
    pub(super) fn without_body(nonce: impl Into<Cow<'a, str>>) -> Proof<'a> {
        Proof {
            authentication: Authentication::MacWithoutBody,
            nonce: Some(nonce.into()),
            shared_until: None,
        }
    }
}

impl From<Authentication> for Proof<'_> {
    fn from(authentication: Authentication) -> Self {
        Proof {
            authentication,
            nonce: None,
            shared_until: None,
        }
    }
}

/// A public key as its provider writes it, and where it was fetched, if it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKeyText {
    pub(crate) key: String,
    pub(crate) url: Option<String>,
}

/// What a provider's file implements. Private: the outside goes through [`Webhook`], so that
/// nothing is parsed that was not verified.
pub(super) trait Adapter: Send + Sync {
    /// Whether the provider sent this request, at `now` by our clock.
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal>;

    /// The events in it; none where it carries nothing about a line.
    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed>;

    /// What the provider expects to hear.
    fn answer(&self, _events: &[Received], _calls: Calls) -> Answer {
        Answer::EMPTY
    }

    /// An address that the provider wants fetched once, to confirm a subscription.
    fn follow_up(&self, _events: &[Received]) -> Option<String> {
        None
    }

    /// The public keys and certificates by which anybody can check the requests again; none where there are none.
    fn public_keys(&self) -> Vec<PublicKeyText> {
        Vec::new()
    }

    /// The adapter, able from now on to use this certificate; none if it needs no such thing.
    fn with_certificate(&self, _url: &str, _pem: &str) -> Option<Box<dyn Adapter>> {
        None
    }
}

impl Webhook {
    /// Which provider it is of.
    pub fn provider(&self) -> &'static Provider {
        self.provider
    }

    /// Whether the provider sent this request; `now` is our clock.
    ///
    /// # Errors
    /// [`Refusal::Rejected`] when it did not, or not now; [`Refusal::Undecided`] when that cannot
    /// be said yet.
    pub fn verify<'a>(
        &'a self,
        request: Request<'a>,
        now: Timestamp,
    ) -> Result<Verified<'a>, Refusal> {
        let proof = self.adapter.verify(&request, now)?;
        Ok(Verified {
            webhook: self,
            request,
            proof,
        })
    }

    /// The public keys and certificates by which anybody can check this connection's requests again.
    pub(crate) fn public_keys(&self) -> Vec<PublicKeyText> {
        self.adapter.public_keys()
    }

    /// A request that was verified so strongly when it came, and kept: signatures grow old, evidence does not.
    pub(crate) fn verified_before<'a>(
        &'a self,
        request: Request<'a>,
        authentication: Authentication,
    ) -> Verified<'a> {
        Verified {
            webhook: self,
            request,
            proof: authentication.into(),
        }
    }

    /// What to answer once `events` are durable.
    pub fn answer(&self, events: &[Received], calls: Calls) -> Answer {
        self.adapter.answer(events, calls)
    }

    /// An address that the provider wants fetched once (GET, no redirects) to confirm that we
    /// subscribed; checked to be the provider's own. None for nearly all events.
    pub fn follow_up(&self, events: &[Received]) -> Option<String> {
        self.adapter.follow_up(events)
    }

    /// The webhook that also knows the certificate (PEM) fetched from the address that
    /// [`Undecided::CertificateNeeded`] named; none if the PEM is not a certificate or the provider
    /// uses none.
    pub fn learn_certificate(&self, url: &str, pem: &str) -> Option<Webhook> {
        let adapter = self.adapter.with_certificate(url, pem)?;
        Some(Webhook {
            provider: self.provider,
            adapter,
        })
    }
}

impl Verified<'_> {
    /// The events in the request, in its order; none where it says nothing about a line.
    ///
    /// # Errors
    /// When the request is genuine but not what its provider is known to send.
    pub fn parse(&self) -> Result<Vec<Received>, Malformed> {
        let events = self.webhook.adapter.parse(self)?;
        if events.len() > EVENTS_MAX {
            return Err(Malformed::TooManyEvents);
        }
        Ok(events)
    }

    /// How strongly the request was authenticated.
    pub fn authentication(&self) -> Authentication {
        self.proof.authentication
    }

    /// The number used once that the provider signed, where the signature covers no body, with the
    /// body that it came with; for [`Nonces`](super::Nonces).
    pub fn nonce(&self) -> Option<Nonce> {
        self.proof.nonce.as_deref().map(|nonce| Nonce {
            sha256: sha256_hex(&[nonce.as_bytes()]),
            body_sha256: sha256_hex(&[self.request.body]),
        })
    }

    /// Whether the provider may still sign other bodies with the same number at `now`.
    pub fn shares_nonce(&self, now: Timestamp) -> bool {
        self.proof.shared_until.is_some_and(|until| now <= until)
    }
}

/// The most events in one request; a larger one is malformed. Batches seen hold a few.
pub const EVENTS_MAX: usize = 1_000;

impl From<Undecided> for Refusal {
    fn from(reason: Undecided) -> Refusal {
        Refusal::Undecided(reason)
    }
}
