//! JSON bodies: read into types, refused without repeating what stood in them.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::error::Category;

use super::Malformed;

/// Reads the whole body. Depth is bounded by serde_json; a field given twice is refused.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(body).map_err(|error| malformed(&error))
}

/// Where the JSON stopped making sense. serde's own message may quote a value, so only its naming
/// of fields is passed on.
fn malformed(error: &serde_json::Error) -> Malformed {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => Malformed::Shape {
            what: named_field(&error.to_string()),
            line,
            column,
        },
        Category::Syntax | Category::Eof | Category::Io => Malformed::NotJson { line, column },
    }
}

fn named_field(message: &str) -> String {
    let named = message.starts_with("missing field") || message.starts_with("duplicate field");
    match message.split_once(" at line") {
        Some((what, _)) if named => what.to_owned(),
        _ => "a value is of another type".to_owned(),
    }
}

/// A text that some providers write as a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loose(pub(super) String);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Loose, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Loose(text)),
            serde_json::Value::Number(number) => Ok(Loose(number.to_string())),
            _ => Err(D::Error::custom("neither text nor number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[expect(dead_code, reason = "only the shape matters")]
        to: String,
    }

    fn refused(body: &str) -> String {
        read::<Body>(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn messages_name_fields_and_never_values() {
        assert!(refused("{}").contains("missing field `to`"));
        assert!(refused(r#"{"to":"a","to":"b"}"#).contains("duplicate field `to`"));
        let message = refused(r#"{"to":918273645}"#);
        assert!(!message.contains("918273645"), "{message}");
    }

    #[test]
    fn a_bomb_of_brackets_is_refused() {
        let bomb = "[".repeat(1_000_000);
        assert!(matches!(
            read::<serde_json::Value>(bomb.as_bytes()),
            Err(Malformed::NotJson { .. })
        ));
    }
}
