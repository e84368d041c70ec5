//! Why a provider was asked in vain.

use super::Ability;

/// Why a provider was asked in vain. No message holds a secret, a number or an address.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The connection's provider has no account here.
    #[error("provider {0} has no account that canaryline can use; it takes its webhooks only")]
    NoAccount(String),
    /// A credential is missing.
    #[error("connection has no {0}; set it anew with that secret to use the provider's account")]
    NoCredential(&'static str),
    /// A setting of the connection is not of its form.
    #[error("{name} is not {wanted}")]
    Setting {
        /// Which.
        name: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// It cannot, or we do not know how.
    #[error("{title} cannot {} for canaryline: {why}", ability.in_words())]
    Cannot {
        /// The provider.
        title: &'static str,
        /// What was asked.
        ability: Ability,
        /// Why not.
        why: &'static str,
    },
    /// The credentials are not accepted.
    #[error("{0} does not accept the credentials; check the connection's secrets")]
    Unauthorized(&'static str),
    /// Nothing of this name there.
    #[error("{0} does not know what was asked for")]
    NotFound(&'static str),
    /// The provider refuses.
    #[error("{title} refuses with status {status}{}", with_code(.said))]
    Refused {
        /// The provider.
        title: &'static str,
        /// The status of its answer.
        status: u16,
        /// Its own short code, if it gives one.
        said: String,
    },
    /// Too many requests, also after waiting.
    #[error("{title} wants fewer requests; come again in {retry_after_s} s")]
    TooMany {
        /// The provider.
        title: &'static str,
        /// When to come again, in seconds.
        retry_after_s: u64,
    },
    /// It fails, or cannot be reached, also after several attempts.
    #[error("{title} cannot be asked now ({why}); come again later")]
    Unavailable {
        /// The provider.
        title: &'static str,
        /// `status 503`, `no connection`, `no answer in time`, ….
        why: String,
    },
    /// The answer is not what the provider documents.
    #[error("{title} answered with something else than it documents: {what}")]
    Malformed {
        /// The provider.
        title: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// Larger than the limit.
    #[error("{title} answered with more than {bytes_max} bytes")]
    TooLarge {
        /// The provider.
        title: &'static str,
        /// The limit.
        bytes_max: usize,
    },
    /// An address that is not the provider's.
    #[error("address is not one of {0}'s own; it is not asked")]
    ForeignHost(&'static str),
    /// A number was bought and does not call us.
    #[error(
        "{title} sold the number, but it does not call us yet ({cause}); buy it again: nothing is ordered twice"
    )]
    NotPointed {
        /// The provider.
        title: &'static str,
        /// What it said.
        cause: Box<AccountError>,
    },
    /// Nobody can say whether an order was carried out.
    #[error("{title} left open whether the order was carried out ({cause}); ask again later")]
    Unknown {
        /// The provider.
        title: &'static str,
        /// What it said.
        cause: Box<AccountError>,
    },
}

fn with_code(said: &str) -> String {
    match said.is_empty() {
        true => String::new(),
        false => format!(" and code {said}"),
    }
}

impl AccountError {
    /// Whether the provider may have done what was asked although it did not say so.
    pub const fn leaves_open(&self) -> bool {
        matches!(
            self,
            AccountError::Unavailable { .. }
                | AccountError::Malformed { .. }
                | AccountError::TooLarge { .. }
        )
    }

    /// Whether no later attempt can help, whatever is done about credentials and settings.
    pub const fn is_for_good(&self) -> bool {
        matches!(
            self,
            AccountError::NoAccount(_)
                | AccountError::Cannot { .. }
                | AccountError::TooLarge { .. }
                | AccountError::ForeignHost(_)
        )
    }

    /// What failed once the number was bought: money is spent, which no other error says.
    pub(super) fn after_order(self, title: &'static str) -> AccountError {
        let cause = Box::new(self);
        AccountError::NotPointed { title, cause }
    }

    /// A short stable code for answers.
    pub const fn code(&self) -> &'static str {
        match self {
            AccountError::NoAccount(_) => "no_account",
            AccountError::NoCredential(_) => "no_credential",
            AccountError::Setting { .. } => "bad_setting",
            AccountError::Cannot { .. } => "cannot",
            AccountError::Unauthorized(_) => "provider_unauthorized",
            AccountError::NotFound(_) => "not_at_provider",
            AccountError::Refused { .. } => "provider_refuses",
            AccountError::TooMany { .. } => "provider_busy",
            AccountError::Unavailable { .. } => "provider_unavailable",
            AccountError::Malformed { .. } => "provider_malformed",
            AccountError::TooLarge { .. } => "provider_too_large",
            AccountError::ForeignHost(_) => "foreign_host",
            AccountError::NotPointed { .. } => "bought_not_pointed",
            AccountError::Unknown { .. } => "outcome_unknown",
        }
    }
}
