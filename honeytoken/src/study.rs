//! A case that groups platforms and honeytokens.

use serde::{Deserialize, Serialize};

use crate::{KeyId, PlatformId, StudyId};

/// A study, as last set: which platforms belong to it and which keys may see it.
///
/// Keys with a role below admin see only the studies that name them, unless a study names none:
/// then every key sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Study {
    /// Its id.
    pub study: StudyId,
    /// Its name.
    pub name: String,
    /// Its platforms.
    #[serde(default)]
    pub platforms: Vec<PlatformId>,
    /// The keys that may see it; empty: all.
    #[serde(default)]
    pub members: Vec<KeyId>,
}
