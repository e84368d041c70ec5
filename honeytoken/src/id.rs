//! Short names for things: validated once, compared cheaply.

/// The longest id, in bytes.
const ID_BYTES_MAX: usize = 64;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// No text at all.
    #[error("id is empty; use 1 to 64 letters, digits, '.', '_' or '-'")]
    Empty,
    /// More than 64 bytes.
    #[error("id is longer than 64 bytes; use 1 to 64 letters, digits, '.', '_' or '-'")]
    TooLong,
    /// A character outside the set, or a first one that is neither letter nor digit.
    #[error(
        "id has a character at byte {0} that is not allowed there; use letters, digits, '.', '_' or '-', beginning with a letter or digit"
    )]
    Character(usize),
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > ID_BYTES_MAX {
        return Err(IdError::TooLong);
    }
    let allowed = |(i, b): (usize, u8)| {
        b.is_ascii_alphanumeric() || (i > 0 && matches!(b, b'.' | b'_' | b'-'))
    };
    match text.bytes().enumerate().find(|&c| !allowed(c)) {
        Some((at, _)) => Err(IdError::Character(at)),
        None => Ok(()),
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 ASCII letters, digits, `.`, `_` or `-`, beginning with a letter or digit.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<$name, IdError> {
                check(text).map(|()| $name(text.into()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<$name, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A provider account whose webhooks reach us.
    ConnectionId
);
id!(
    /// An app or platform that holds one of our numbers.
    PlatformId
);
id!(
    /// A line placed with a platform.
    HoneytokenId
);
id!(
    /// A case that groups platforms and honeytokens.
    StudyId
);
id!(
    /// An API key: who did it.
    KeyId
);
id!(
    /// An outside authority that vouches for checkpoints.
    AuthorityId
);
id!(
    /// A place that alerts go to.
    AlertTargetId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_per_refusal() {
        let long = "x".repeat(65);
        for (text, want) in [
            ("", IdError::Empty),
            (long.as_str(), IdError::TooLong),
            ("-a", IdError::Character(0)),
            ("a b", IdError::Character(1)),
            ("acmé", IdError::Character(3)),
        ] {
            assert_eq!(text.parse::<PlatformId>(), Err(want), "{text}");
        }
        assert_eq!("a.b_c-9".parse::<PlatformId>().unwrap().as_str(), "a.b_c-9");
    }
}
