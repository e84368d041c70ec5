//! What an analyst calls a contact, beside what the program makes of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest label, in bytes.
const LABEL_BYTES_MAX: usize = 32;

/// A word that is no label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("label is not 1 to 32 small letters or '_'; use the word of a cause, such as background")]
pub struct LabelError;

/// An analyst's word for why a contact happened: the word of a cause. It stands beside the program's
/// own and never moves a verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Label(Arc<str>);

impl Label {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Label, LabelError> {
        let sound = (1..=LABEL_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        sound.then(|| Label(text.into())).ok_or(LabelError)
    }
}

impl TryFrom<String> for Label {
    type Error = LabelError;

    fn try_from(text: String) -> Result<Label, LabelError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_words() {
        assert_eq!(
            "previous_owner".parse::<Label>().unwrap().as_str(),
            "previous_owner"
        );
        for text in ["", "Leak", "a b", "+14155550132", "é", &"a".repeat(33)] {
            assert_eq!(text.parse::<Label>(), Err(LabelError), "{text}");
        }
    }
}
