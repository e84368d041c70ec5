//! What outlives the payload of an erased entry: the openings of fields that hold nobody's data, and
//! the digests of the others, carried in the entry that erases it.
//!
//! With them the fields still lead to the root in the leaf, so that a stranger can be shown what is
//! left. The digests hide what they commit to for good: their salts came from the entry's secret,
//! which is gone.

use honeytoken::{Entry, Erasure};
use serde_json::{Map, Value, json};

use super::codec;
use crate::proof::Hash;
use crate::proof::commitment::{DisclosedField, Disclosure, Opening};
use crate::proof::hash::{from_hex, to_hex};

/// The names in [`Erasure::carried`].
const KEPT: &str = "kept";
const INSTEAD: &str = "instead";

/// What is left of an erased entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Remains {
    /// All its fields, ascending by name: the kept ones open, the others closed.
    pub fields: Vec<DisclosedField>,
    /// What the fold takes in place of closed fields, by name.
    pub instead: Map<String, Value>,
}

impl Remains {
    /// What an erasure keeps; none if it keeps nothing, as those of older versions.
    pub fn of(erasure: &Erasure) -> Option<Remains> {
        let kept = erasure.carried.get(KEPT)?.as_object()?;
        let fields: Option<Vec<_>> = kept.iter().map(|(name, v)| field(name, v)).collect();
        let mut fields = fields?;
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        let instead = erasure.carried.get(INSTEAD).and_then(Value::as_object);
        Some(Remains {
            fields,
            instead: instead.cloned().unwrap_or_default(),
        })
    }

    /// What is to be carried.
    pub fn carried(&self) -> Map<String, Value> {
        let kept = self.fields.iter().map(|f| (f.name.clone(), written(f)));
        let mut carried = Map::new();
        carried.insert(KEPT.to_owned(), Value::Object(kept.collect()));
        if !self.instead.is_empty() {
            carried.insert(INSTEAD.to_owned(), Value::Object(self.instead.clone()));
        }
        carried
    }

    /// The entry as the fold takes it; none if too little is left to make one.
    pub fn entry(&self, index: u64) -> Option<Entry> {
        let open = self.fields.iter().filter_map(|field| match &field.content {
            Disclosure::Open(opening) => Some((field.name.as_str(), opening.value.as_str())),
            Disclosure::Closed(_) => None,
        });
        let instead = self
            .instead
            .iter()
            .map(|(n, v)| (n.as_str(), v.to_string()));
        let instead: Vec<(&str, String)> = instead.collect();
        let all = open.chain(instead.iter().map(|(name, value)| (*name, value.as_str())));
        codec::entry(index, all).ok()
    }
}

fn written(field: &DisclosedField) -> Value {
    match &field.content {
        Disclosure::Closed(digest) => json!(digest.to_base64url()),
        Disclosure::Open(Opening { salt, value }) => {
            json!({ "salt": to_hex(salt), "value": value })
        }
    }
}

fn field(name: &str, written: &Value) -> Option<DisclosedField> {
    let content = match written {
        Value::String(digest) => Disclosure::Closed(Hash::from_base64url(digest)?),
        open => Disclosure::Open(Opening {
            salt: from_hex(open.get("salt")?.as_str()?)?.try_into().ok()?,
            value: open.get("value")?.as_str()?.to_owned(),
        }),
    };
    Some(DisclosedField {
        name: name.to_owned(),
        content,
    })
}
