//! A connection's secrets, read once.

use std::collections::BTreeMap;

use honeytoken::Secret;

/// The ending that marks a secret's predecessor.
const PREVIOUS: &str = "_previous";

/// A secret that a provider's webhook is verified with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretName {
    /// Its name in a connection's `secrets`.
    pub name: &'static str,
    /// Whether the connection cannot do without.
    pub required: bool,
    /// Whether it is there to ask the provider's account, not to verify what it sends.
    pub for_account: bool,
    /// What it is and where the provider shows it.
    pub about: &'static str,
}

/// Where a stand-in for the provider's API listens on this machine. No secret, and not for use.
pub(super) const API_BASE: SecretName = SecretName::account(
    "api_base",
    "for tests alone: http:// and an address of this machine that stands for the provider's API",
);

impl SecretName {
    /// A credential for the provider's account, see [`crate::account`].
    pub(super) const fn account(name: &'static str, about: &'static str) -> SecretName {
        SecretName {
            name,
            required: false,
            for_account: true,
            about,
        }
    }

    pub(super) const fn required(name: &'static str, about: &'static str) -> SecretName {
        SecretName {
            name,
            required: true,
            for_account: false,
            about,
        }
    }

    pub(super) const fn optional(name: &'static str, about: &'static str) -> SecretName {
        SecretName {
            name,
            required: false,
            for_account: false,
            about,
        }
    }
}

/// Why a connection's secrets are not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A secret that the provider needs is missing or empty.
    #[error("secret {0} is missing; the provider's webhooks cannot be verified without")]
    Missing(&'static str),
    /// One of several secrets is needed.
    #[error("none of the secrets {0} is set; give those of the services that call us")]
    MissingAll(&'static str),
    /// A name that the provider does not have.
    #[error("secret {name:?} is unknown here; use {known}")]
    Unknown {
        /// The name given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A secret that is not of its form.
    #[error("secret {name} is not {wanted}")]
    Form {
        /// Which.
        name: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
}

/// The secrets of one connection, all of known names.
pub(super) struct Secrets<'a>(&'a BTreeMap<String, Secret>);

impl<'a> Secrets<'a> {
    pub(super) fn new(
        known: &[SecretName],
        given: &'a BTreeMap<String, Secret>,
    ) -> Result<Secrets<'a>, SettingsError> {
        for name in given.keys() {
            let plain = name.strip_suffix(PREVIOUS).unwrap_or(name);
            if !known.iter().any(|k| k.name == plain || k.name == *name) {
                let known = known.iter().map(|k| k.name).collect::<Vec<_>>().join(", ");
                return Err(SettingsError::Unknown {
                    name: name.clone(),
                    known,
                });
            }
        }
        let missing = |k: &&SecretName| k.required && !given.contains_key(k.name);
        match known.iter().find(missing) {
            Some(k) => Err(SettingsError::Missing(k.name)),
            None => Ok(Secrets(given)),
        }
    }

    /// The secret, if it is set and not empty.
    pub(super) fn optional(&self, name: &str) -> Option<&'a str> {
        self.0
            .get(name)
            .map(Secret::expose)
            .filter(|secret| !secret.is_empty())
    }

    /// The secret, which may not be empty.
    pub(super) fn required(&self, name: &'static str) -> Result<&'a str, SettingsError> {
        self.optional(name).ok_or(SettingsError::Missing(name))
    }

    /// The secret and its predecessor, as far as they are set, newest first.
    pub(super) fn rotating(&self, name: &'static str) -> Vec<&'a str> {
        let previous = format!("{name}{PREVIOUS}");
        self.optional(name)
            .into_iter()
            .chain(self.optional(&previous))
            .collect()
    }

    /// Like [`Secrets::rotating`], at least the newest of them.
    pub(super) fn rotating_required(
        &self,
        name: &'static str,
    ) -> Result<Vec<&'a str>, SettingsError> {
        self.required(name)?;
        Ok(self.rotating(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [SecretName; 2] = [
        SecretName::required("auth_token", ""),
        SecretName::optional("account_sid", ""),
    ];

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, Secret> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), Secret::new(*v)))
            .collect()
    }

    #[test]
    fn one_reason_per_refusal() {
        let refused = |pairs: &[(&str, &str)]| Secrets::new(&KNOWN, &given(pairs)).err();
        assert_eq!(refused(&[("auth_token", "t")]), None);
        assert_eq!(refused(&[]), Some(SettingsError::Missing("auth_token")));
        let typo = refused(&[("auth_token", "t"), ("autth_token", "x")]).unwrap();
        assert!(
            typo.to_string().contains("auth_token, account_sid"),
            "{typo}"
        );
    }

    #[test]
    fn a_secret_and_its_predecessor() {
        let given = given(&[("auth_token", "new"), ("auth_token_previous", "old")]);
        let secrets = Secrets::new(&KNOWN, &given).unwrap();
        assert_eq!(secrets.rotating("auth_token"), ["new", "old"]);
        assert_eq!(
            secrets.required("account_sid"),
            Err(SettingsError::Missing("account_sid"))
        );
    }
}
