//! `[anchors.NAME]` in the settings.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use honeytoken::{AnchorForm, AuthorityId, IdError};
use serde::Deserialize;
use store::proof::time_stamp::{Roots, RootsError};
use store::proof::{KeyType, NoteError, VerifierKey};

/// How often an authority is asked unless told otherwise, in seconds.
const EVERY_S: NonZeroU32 = match NonZeroU32::new(3600) {
    Some(seconds) => seconds,
    None => NonZeroU32::MIN,
};

/// An authority that vouches for checkpoints.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnchorConfig {
    /// A time-stamping authority (RFC 3161).
    Rfc3161 {
        /// Where requests are posted.
        url: String,
        /// A file with the certificates of its roots, PEM.
        roots: PathBuf,
        /// How often it is asked while the log grows, in seconds; soon after a placement in any
        /// case.
        #[serde(default = "every_s")]
        every_s: NonZeroU32,
    },
    /// A witness (C2SP tlog-witness).
    Witness {
        /// Where it is; `/add-checkpoint` is added.
        url: String,
        /// Its verifier key, `name+id+key`, of type 0x04.
        key: String,
        /// As above.
        #[serde(default = "every_s")]
        every_s: NonZeroU32,
    },
}

fn every_s() -> NonZeroU32 {
    EVERY_S
}

/// Why an authority of the settings cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AnchorSettingsError {
    /// Its name is no id.
    #[error("it is not an id: {0}")]
    Id(#[from] IdError),
    /// No address.
    #[error("its url is no address; expected http://… or https://…")]
    Url,
    /// The roots cannot be read.
    #[error("its roots {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// They are none.
    #[error("its roots {0} do not serve: {1}")]
    Roots(PathBuf, RootsError),
    /// The witness's key does not serve.
    #[error("its key does not serve: {0}")]
    Key(#[from] NoteError),
    /// It is a log's key.
    #[error("its key is not a witness's; expected one of type 0x04")]
    KeyType,
}

/// An authority, ready to be asked.
#[derive(Debug)]
pub(crate) struct Authority {
    pub(crate) id: AuthorityId,
    pub(super) url: String,
    pub(super) every_s: u32,
    pub(super) trust: Trust,
}

/// What makes its answers count.
#[derive(Debug)]
pub(super) enum Trust {
    Rfc3161(Roots),
    Witness(VerifierKey),
}

impl Authority {
    fn of(name: &str, config: &AnchorConfig) -> Result<Authority, AnchorSettingsError> {
        let (url, every_s, trust) = match config {
            AnchorConfig::Rfc3161 {
                url,
                roots,
                every_s,
            } => (url, every_s, read_roots(roots)?),
            AnchorConfig::Witness { url, key, every_s } => (url, every_s, witness(key)?),
        };
        let parsed = reqwest::Url::parse(url).map_err(|_| AnchorSettingsError::Url)?;
        if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
            return Err(AnchorSettingsError::Url);
        }
        Ok(Authority {
            id: name.parse()?,
            url: url.clone(),
            every_s: every_s.get(),
            trust,
        })
    }

    /// What it gives.
    pub(crate) fn form(&self) -> AnchorForm {
        match self.trust {
            Trust::Rfc3161(_) => AnchorForm::Rfc3161,
            Trust::Witness(_) => AnchorForm::Witness,
        }
    }

    #[cfg(test)]
    pub(super) fn for_tests(id: &str, every_s: u32) -> Authority {
        Authority {
            id: id.parse().unwrap(),
            url: String::new(),
            every_s,
            trust: Trust::Rfc3161(Roots::default()),
        }
    }
}

fn read_roots(path: &PathBuf) -> Result<Trust, AnchorSettingsError> {
    let pem = std::fs::read(path);
    let pem = pem.map_err(|error| AnchorSettingsError::Unreadable(path.clone(), error))?;
    let roots = Roots::from_pem(&pem);
    roots
        .map(Trust::Rfc3161)
        .map_err(|error| AnchorSettingsError::Roots(path.clone(), error))
}

fn witness(key: &str) -> Result<Trust, AnchorSettingsError> {
    let key: VerifierKey = key.parse()?;
    match key.kind() {
        KeyType::Cosignature => Ok(Trust::Witness(key)),
        KeyType::Ed25519 => Err(AnchorSettingsError::KeyType),
    }
}

/// The authorities of the settings, or the name of the one that cannot be asked, and why.
pub(crate) fn authorities(
    settings: &BTreeMap<String, AnchorConfig>,
) -> Result<Vec<Authority>, (String, AnchorSettingsError)> {
    let one = |(name, config): (&String, &AnchorConfig)| {
        Authority::of(name, config).map_err(|error| (name.clone(), error))
    };
    settings.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use crate::Config;

    fn refusal(anchor: &str) -> String {
        let config: Config = format!("[anchors.one]\n{anchor}").parse().unwrap();
        config.authorities().unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_asked_is_refused_by_name() {
        for (anchor, word) in [
            (
                "kind = 'rfc3161'\nurl = 'http://a'\nroots = '/nowhere/x.pem'",
                "/nowhere/x.pem",
            ),
            (
                "kind = 'rfc3161'\nurl = 'http://a'\nroots = 'Cargo.toml'",
                "no certificate",
            ),
            ("kind = 'witness'\nurl = 'http://a'\nkey = 'x'", "key"),
            (
                "kind = 'witness'\nurl = 'http://a'\nkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'",
                "0x04",
            ),
        ] {
            let said = refusal(anchor);
            assert!(said.contains("one") && said.contains(word), "{said}");
        }
        for unknown in [
            "[anchors.one]\nkind = 'pigeon'",
            "[anchors.one]\nkind = 'witness'\nurl = 'http://a'\nkey = 'x'\ncolour = 1",
            "[anchors.one]\nkind = 'witness'\nurl = 'http://a'\nkey = 'x'\nevery_s = 0",
        ] {
            assert!(unknown.parse::<Config>().is_err(), "{unknown}");
        }
    }
}
