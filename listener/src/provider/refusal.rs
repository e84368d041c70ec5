//! Why a request is not accepted.

/// Why a request was not verified. Not a fault: counted, answered, never recorded as a contact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The provider did not send it, or not now: 401 or 403.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// It cannot be judged now: 503, so that a genuine one comes again.
    #[error(transparent)]
    Undecided(Undecided),
}

/// Why the provider did not send this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejection {
    /// No signature, or a part of it is missing.
    #[error("signature is missing: no {0}")]
    MissingSignature(&'static str),
    /// The signature fits neither URL nor body under this secret.
    #[error("signature does not fit: check secret, public URL and that the raw body was signed")]
    BadSignature,
    /// Signed too long ago, or in the future.
    #[error("{0} is too far from our clock: too old, or in the future")]
    Stale(&'static str),
    /// The time of signing cannot be read.
    #[error("{0} is not a time")]
    BadTime(&'static str),
    /// Signed by the provider, but for somebody else.
    #[error("{0} is not ours")]
    WrongAccount(&'static str),
    /// Signed under an algorithm that is not accepted.
    #[error("{0} names an algorithm that is not accepted")]
    UnknownAlgorithm(&'static str),
    /// A header or field that must be single came more than once.
    #[error("{0} came more than once")]
    Repeated(&'static str),
    /// The signature covers decoded fields, and these cannot be decoded.
    #[error("{0} cannot be decoded, so no signature can cover it")]
    Undecodable(&'static str),
    /// More fields than anyone sends.
    #[error("form has more than {0} fields")]
    TooManyFields(usize),
    /// A signature that came before, with another body.
    #[error("signature was used before, for another body")]
    Replayed,
    /// A part of the request that matters is outside what the signature covers.
    #[error("{0} is not covered by the signature")]
    Uncovered(&'static str),
    /// The signed certificate address is not the provider's.
    #[error("{0} does not belong to the provider")]
    ForeignAddress(&'static str),
}

impl Rejection {
    /// A short stable word, for counters.
    pub const fn code(&self) -> &'static str {
        match self {
            Rejection::MissingSignature(_) => "missing_signature",
            Rejection::BadSignature => "bad_signature",
            Rejection::Stale(_) => "stale",
            Rejection::BadTime(_) => "bad_time",
            Rejection::WrongAccount(_) => "wrong_account",
            Rejection::UnknownAlgorithm(_) => "unknown_algorithm",
            Rejection::Repeated(_) => "repeated",
            Rejection::Undecodable(_) => "undecodable",
            Rejection::TooManyFields(_) => "too_many_fields",
            Rejection::Replayed => "replayed",
            Rejection::Uncovered(_) => "uncovered",
            Rejection::ForeignAddress(_) => "foreign_address",
        }
    }

    /// The HTTP status to answer: 401 when nothing was presented, else 403.
    pub const fn status(&self) -> u16 {
        match self {
            Rejection::MissingSignature(_) => 401,
            _ => 403,
        }
    }
}

/// Why it cannot be said now whether the provider sent this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// The connection has no secret for the kind of signature that came.
    #[error("secret {0} is not set for this connection")]
    SecretMissing(&'static str),
    /// The signing certificate is not here yet. The address is checked: it is the provider's.
    #[error("signing certificate is not fetched yet")]
    CertificateNeeded {
        /// Where to fetch it: https, no redirects.
        url: String,
    },
    /// The provider sometimes sends a genuine event unsigned and repeats it signed.
    #[error("signature is missing: the provider repeats the event with one when asked again")]
    Unsigned,
}

impl Undecided {
    /// A short stable word, for counters.
    pub const fn code(&self) -> &'static str {
        match self {
            Undecided::SecretMissing(_) => "secret_missing",
            Undecided::CertificateNeeded { .. } => "certificate_needed",
            Undecided::Unsigned => "unsigned",
        }
    }
}

impl Refusal {
    /// A short stable word, for counters.
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::Rejected(reason) => reason.code(),
            Refusal::Undecided(reason) => reason.code(),
        }
    }

    /// The HTTP status to answer.
    pub const fn status(&self) -> u16 {
        match self {
            Refusal::Rejected(reason) => reason.status(),
            Refusal::Undecided(_) => 503,
        }
    }
}
