//! From what an operator wrote to a target that can be used: the one fallible door.

use std::collections::BTreeMap;

use honeytoken::{
    AlertTarget, AlertTargetId, Event, KeyId, Language, PlatformId, Registry, Secret, StudyId,
    Timestamp,
};
use serde::Deserialize;

use super::{channel, topic};
use crate::address::AddressError;
use crate::ledger::{Ledger, RecordError};

/// Minutes between two alerts on one platform, unless the target says otherwise.
const THROTTLE_DEFAULT_MIN: u32 = 10;
/// A week.
const THROTTLE_MAX_MIN: u32 = 7 * 24 * 60;

/// Why a target cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No such channel.
    #[error("channel {0:?} is unknown; use {1}")]
    Channel(String, String),
    /// No such topic.
    #[error("topic {0:?} is unknown; use {1}")]
    Topic(String, String),
    /// A setting or secret that the channel needs.
    #[error("{0} is missing; channel {1} cannot do without")]
    Missing(&'static str, &'static str),
    /// A setting or secret that the channel does not have.
    #[error("{name:?} is no setting or secret of channel {channel}; use {known}")]
    Unknown {
        /// The name given.
        name: String,
        /// Of which channel.
        channel: &'static str,
        /// The names there are.
        known: String,
    },
    /// An address that is not called.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A value of another form.
    #[error("{0} is not {1}")]
    Form(&'static str, &'static str),
    /// A throttle of more than a week.
    #[error("throttle_min is more than {THROTTLE_MAX_MIN}, a week")]
    Throttle,
    /// An id that is none.
    #[error("{0}: {1}")]
    Id(&'static str, honeytoken::IdError),
    /// A platform or study that does not exist.
    #[error("{0} {1} does not exist")]
    Nothing(&'static str, String),
    /// A variable that holds a secret is not set.
    #[error("environment variable {0} is not set; a secret is taken from it")]
    NoVariable(String),
}

/// A target as it is written down, in the settings or the API, but for its secrets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertConfig {
    /// In which form, such as `slack`.
    pub channel: String,
    /// What the channel needs and may be shown.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// Secret's name → environment variable.
    #[serde(default)]
    pub secrets_env: BTreeMap<String, String>,
    /// What it wants to hear of; empty: of everything.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Of which platforms; empty: of all.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Of the platforms of which study.
    #[serde(default)]
    pub study: Option<String>,
    /// `zh` or `en`.
    #[serde(default)]
    pub language: Option<Language>,
    /// At most one message per platform (and, without a platform, per topic) in so many minutes.
    #[serde(default)]
    pub throttle_min: Option<u32>,
    /// What links in its messages begin with.
    #[serde(default)]
    pub link_base: Option<String>,
    /// Whether it may be on this machine or in a private network.
    #[serde(default)]
    pub allow_private: bool,
}

/// A target that is not checked yet.
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) written: AlertConfig,
    pub(crate) secrets: BTreeMap<String, Secret>,
    pub(crate) owner: Option<KeyId>,
}

/// A target that can be used.
///
/// # Errors
/// See [`TargetError`].
pub(crate) fn checked(draft: Draft) -> Result<AlertTarget, TargetError> {
    let Draft {
        id,
        written,
        secrets,
        owner,
    } = draft;
    if let Some(word) = written
        .topics
        .iter()
        .find(|word| topic::find(word).is_none())
    {
        return Err(TargetError::Topic(word.clone(), topic::words()));
    }
    let throttle_min = written.throttle_min.unwrap_or(THROTTLE_DEFAULT_MIN);
    if throttle_min > THROTTLE_MAX_MIN {
        return Err(TargetError::Throttle);
    }
    let is_link = |base: &String| base.starts_with("https://") || base.starts_with("http://");
    if written
        .link_base
        .as_ref()
        .is_some_and(|base| !is_link(base))
    {
        return Err(TargetError::Form("link_base", "an address with https://"));
    }
    let platforms = written.platforms.iter().map(|id| parsed("platforms", id));
    let study = written
        .study
        .as_deref()
        .map(|id| parsed::<StudyId>("study", id));
    let target = AlertTarget {
        target: parsed("id", &id)?,
        channel: written.channel,
        settings: written.settings,
        secrets,
        topics: written.topics,
        platforms: platforms.collect::<Result<Vec<PlatformId>, _>>()?,
        study: study.transpose()?,
        language: written.language.unwrap_or(Language::En),
        throttle_min,
        link_base: written.link_base,
        allow_private: written.allow_private,
        owner,
        disabled: None,
    };
    channel::connect(&target)?;
    Ok(target)
}

fn parsed<T: std::str::FromStr<Err = honeytoken::IdError>>(
    name: &'static str,
    text: &str,
) -> Result<T, TargetError> {
    text.parse().map_err(|error| TargetError::Id(name, error))
}

/// That everything a target names exists.
///
/// # Errors
/// [`TargetError::Nothing`].
pub fn known(registry: &Registry, target: &AlertTarget) -> Result<(), TargetError> {
    let unknown = target
        .platforms
        .iter()
        .find(|id| registry.platform(id).is_none());
    if let Some(id) = unknown {
        return Err(TargetError::Nothing("platform", id.to_string()));
    }
    match target
        .study
        .as_ref()
        .filter(|id| registry.study(id).is_none())
    {
        Some(id) => Err(TargetError::Nothing("study", id.to_string())),
        None => Ok(()),
    }
}

/// The target of the settings, its secrets from the environment by `variable`.
///
/// # Errors
/// See [`TargetError`].
pub fn from_settings(
    id: &str,
    written: &AlertConfig,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<AlertTarget, TargetError> {
    let secret = |(name, var): (&String, &String)| {
        let value = variable(var);
        let value = value.ok_or_else(|| TargetError::NoVariable(var.clone()))?;
        Ok((name.clone(), Secret::new(value)))
    };
    let secrets = written.secrets_env.iter().map(secret);
    checked(Draft {
        id: id.to_owned(),
        secrets: secrets.collect::<Result<_, TargetError>>()?,
        written: written.clone(),
        owner: None,
    })
}

/// Sets the targets of the settings anew where they differ. One that was disabled and did not
/// change stays so.
///
/// # Errors
/// A failed disk.
pub fn set_targets(
    ledger: &mut Ledger,
    now: Timestamp,
    targets: Vec<AlertTarget>,
) -> Result<(), RecordError> {
    if !ledger.has_turn() {
        return ledger.in_turn(|ledger| set_targets(ledger, now, targets))?;
    }
    let view = ledger.view();
    let events: Vec<Event> = {
        let state = view.state();
        let known = |id: &AlertTargetId| state.alerts.target(id);
        targets
            .into_iter()
            .filter(|target| !known(&target.target).is_some_and(|before| same(before, target)))
            .map(Event::AlertTargetSet)
            .collect()
    };
    match events.is_empty() {
        true => Ok(()),
        false => ledger.record(now, None, events).map(drop),
    }
}

fn same(before: &AlertTarget, now: &AlertTarget) -> bool {
    let enabled = AlertTarget {
        disabled: None,
        ..before.clone()
    };
    enabled == *now
}
