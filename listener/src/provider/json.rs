//! JSON bodies: read into types, refused without repeating what stood in them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::error::Category;

use super::Malformed;
use super::form::FIELDS_MAX;

/// Reads the whole body. Depth is bounded by serde_json; a field given twice is refused.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Malformed> {
    // Parts that are passed over are not decoded, so what is no text at all could slip through.
    let text = std::str::from_utf8(body).map_err(|_| Malformed::NotText("body"))?;
    serde_json::from_str(text).map_err(|error| malformed(&error))
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

/// An object of texts and numbers, as text, each name once: two of a name would let whoever checks
/// the signature and whoever reads the event disagree. A null is an absent field.
#[derive(Debug, Default)]
pub(super) struct Flat(pub(super) BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Flat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Flat, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Flat;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts and numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flat, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Option<Loose>>()? {
                    let again = value.is_some_and(|Loose(v)| fields.insert(name, v).is_some());
                    if again || fields.len() > FIELDS_MAX {
                        return Err(A::Error::custom("a field twice, or too many fields"));
                    }
                }
                Ok(Flat(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// Texts by name, each name once.
pub(super) fn each_once<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    struct Texts;

    impl<'de> Visitor<'de> for Texts {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of texts")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut texts = BTreeMap::new();
            while let Some((name, text)) = map.next_entry()? {
                if texts.insert(name, text).is_some() {
                    return Err(A::Error::custom("a field twice"));
                }
            }
            Ok(texts)
        }
    }

    deserializer.deserialize_map(Texts)
}

/// A text that some providers write as a number, or as true or false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loose(pub(super) String);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Loose, D::Error> {
        struct Scalar;

        impl Visitor<'_> for Scalar {
            type Value = Loose;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, or true or false")
            }

            fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
                Ok(Loose(text.to_owned()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Loose, E> {
                Ok(Loose(number.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Loose, E> {
                Ok(Loose(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Loose, E> {
                Ok(Loose(number.to_string()))
            }

            fn visit_bool<E>(self, answer: bool) -> Result<Loose, E> {
                Ok(Loose(answer.to_string()))
            }
        }

        deserializer.deserialize_any(Scalar)
    }
}

/// A value beside the event itself: kept if it is a text or a number, and never a reason not to
/// understand the event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "serde_json::Value")]
pub(super) struct Aside(Option<String>);

impl Aside {
    pub(super) fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl From<serde_json::Value> for Aside {
    fn from(value: serde_json::Value) -> Aside {
        use serde_json::Value;
        Aside(match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(answer) => Some(answer.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
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
    fn a_flat_object_names_each_field_once() {
        let flat: Flat = read(br#"{"b":2,"a":"x","c":null}"#).unwrap();
        assert_eq!(
            flat.0.into_iter().collect::<Vec<_>>(),
            [
                ("a".to_owned(), "x".to_owned()),
                ("b".to_owned(), "2".to_owned()),
            ]
        );
        for bad in [r#"{"a":"x","a":"x"}"#, r#"{"a":{}}"#, "[]", "1"] {
            assert!(read::<Flat>(bad.as_bytes()).is_err(), "{bad}");
        }
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
