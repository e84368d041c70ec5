//! Fields of `application/x-www-form-urlencoded` bodies and query strings.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode;

use super::{Malformed, Rejection};

/// The most fields of a form; a message with ten pictures has about sixty.
pub(super) const FIELDS_MAX: usize = 1_000;

/// A decoded form in the order of its fields. Names and values are bytes: a signature covers what
/// was decoded, text or not.
#[derive(Debug, Default)]
pub(super) struct Form<'a>(Vec<Field<'a>>);

/// A name and a value.
pub(super) type Field<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

impl<'a> Form<'a> {
    pub(super) fn parse(encoded: &'a [u8]) -> Result<Form<'a>, Rejection> {
        let parts = encoded
            .split(|b| *b == b'&')
            .filter(|part| !part.is_empty());
        let fields: Vec<_> = parts.take(FIELDS_MAX + 1).map(field).collect();
        if fields.len() > FIELDS_MAX {
            return Err(Rejection::TooManyFields(FIELDS_MAX));
        }
        Ok(Form(fields))
    }

    /// The fields, sorted by name, then by value, as bytes.
    pub(super) fn sorted(&self) -> Vec<&Field<'a>> {
        let mut fields: Vec<_> = self.0.iter().collect();
        fields.sort_unstable();
        fields
    }

    /// All fields as text, each name once.
    pub(super) fn flat(&self) -> Result<BTreeMap<String, String>, Rejection> {
        let text = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).map_err(|_| Rejection::Undecodable("form"))?;
            Ok(text.to_owned())
        };
        let mut fields = BTreeMap::new();
        for (name, value) in &self.0 {
            if fields.insert(text(name)?, text(value)?).is_some() {
                return Err(Rejection::Repeated("form field"));
            }
        }
        Ok(fields)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is a field of that name, even an empty one.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| **key == *name.as_bytes())
    }

    /// The value of the field, possibly empty; none if it is absent.
    ///
    /// # Errors
    /// When the field came twice with different values, or is not UTF-8.
    pub(super) fn get(&self, name: &'static str) -> Result<Option<&str>, Malformed> {
        let mut values = self.0.iter().filter(|(key, _)| **key == *name.as_bytes());
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        if values.any(|(_, other)| other != value) {
            return Err(Malformed::Repeated(name));
        }
        std::str::from_utf8(value)
            .map(Some)
            .map_err(|_| Malformed::NotText(name))
    }

    /// The value of a field that must be there and not empty.
    pub(super) fn filled(&self, name: &'static str) -> Result<&str, Malformed> {
        self.non_empty(name)?.ok_or(Malformed::Missing(name))
    }

    /// The value, if there is one and it is not empty.
    pub(super) fn non_empty(&self, name: &'static str) -> Result<Option<&str>, Malformed> {
        Ok(self.get(name)?.filter(|value| !value.is_empty()))
    }

    /// The value of a numbered field such as `MediaUrl0`, if it is UTF-8.
    pub(super) fn numbered(&self, name: &str, number: usize) -> Option<&str> {
        let name = format!("{name}{number}");
        let (_, value) = self.0.iter().find(|(key, _)| **key == *name.as_bytes())?;
        std::str::from_utf8(value).ok()
    }
}

fn field(part: &[u8]) -> Field<'_> {
    match part.iter().position(|b| *b == b'=') {
        Some(at) => (decode(&part[..at]), decode(&part[at + 1..])),
        None => (decode(part), Cow::Borrowed(&[])),
    }
}

/// `+` is a space; `%` that begins no escape stands for itself.
fn decode(part: &[u8]) -> Cow<'_, [u8]> {
    if !part.contains(&b'+') {
        return percent_decode(part).into();
    }
    let spaced: Vec<u8> = part
        .iter()
        .map(|b| if *b == b'+' { b' ' } else { *b })
        .collect();
    Cow::Owned(percent_decode(&spaced).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_like_a_browser() {
        let form = Form::parse(b"a=1+2%2B&&b&c=%zz&d=%E9%98%BF").unwrap();
        assert_eq!(form.get("a").unwrap(), Some("1 2+"));
        assert_eq!(form.get("b").unwrap(), Some(""));
        assert_eq!(form.get("c").unwrap(), Some("%zz"));
        assert_eq!(form.get("d").unwrap(), Some("阿"));
        assert_eq!(form.get("e").unwrap(), None);
    }

    #[test]
    fn a_field_given_twice_must_agree_with_itself() {
        let form = Form::parse(b"To=1&To=2&From=3&From=3").unwrap();
        assert_eq!(form.get("To"), Err(Malformed::Repeated("To")));
        assert_eq!(form.get("From"), Ok(Some("3")));
    }

    #[test]
    fn bytes_that_are_no_text() {
        let form = Form::parse(b"Body=%ff").unwrap();
        assert_eq!(form.get("Body"), Err(Malformed::NotText("Body")));
    }

    #[test]
    fn bounded() {
        let many = "a=1&".repeat(FIELDS_MAX + 1);
        assert_eq!(
            Form::parse(many.as_bytes()).unwrap_err(),
            Rejection::TooManyFields(FIELDS_MAX)
        );
    }
}
