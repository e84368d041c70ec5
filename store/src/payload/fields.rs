//! The fields of an event: each top-level field of its body as a name and JSON of its own.
//!
//! A serializer collects them directly, so that no event is written whole and parsed again.

use std::borrow::Cow;
use std::ops::Range;

use honeytoken::{Event, KeyId, Timestamp};
use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeMap, SerializeStruct, Serializer};

use super::SealError;

/// Names that every payload has beside those of the body.
pub(super) const KIND: &str = "kind";
/// When it was recorded.
pub(super) const AT: &str = "at";
/// By which key.
pub(super) const BY: &str = "by";
/// The longest name of a field; its length is one byte.
const NAME_BYTES_MAX: usize = 255;

/// A name and its value.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Unique in its entry; no line feed.
    pub name: String,
    /// JSON, the exact bytes that are committed to.
    pub value: String,
}

/// Personal data stays out.
impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The fields of an entry, all values in one piece of memory: entries are sealed by the thousand,
/// and what is allocated one by one must be freed one by one.
#[derive(Default)]
pub(crate) struct Fields {
    values: Vec<u8>,
    spans: Vec<(Cow<'static, str>, Range<usize>)>,
}

impl Fields {
    /// All fields of an entry, strictly ascending by name.
    pub(crate) fn of_entry(
        at: Timestamp,
        by: Option<&KeyId>,
        event: &Event,
    ) -> Result<Fields, SealError> {
        let mut fields = Fields {
            values: Vec::with_capacity(2048),
            spans: Vec::with_capacity(24),
        };
        event.serialize_body(Collector(&mut fields))?;
        fields.push(KIND.into(), event.kind())?;
        fields.push(AT.into(), &at)?;
        if let Some(by) = by {
            fields.push(BY.into(), by)?;
        }
        fields.spans.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let twice = fields.spans.windows(2).find(|pair| pair[0].0 == pair[1].0);
        match twice {
            Some(pair) => Err(SealError::Twice(pair[0].0.to_string())),
            None => Ok(fields),
        }
    }

    /// Names and values, ascending by name.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[u8])> {
        self.spans
            .iter()
            .map(|(name, span)| (name.as_ref(), &self.values[span.clone()]))
    }

    fn push<T: Serialize + ?Sized>(
        &mut self,
        name: Cow<'static, str>,
        value: &T,
    ) -> Result<(), serde_json::Error> {
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains('\n') {
            let what = "name of a field is empty, long or broken";
            return Err(serde_json::Error::custom(what));
        }
        let start = self.values.len();
        serde_json::to_writer(&mut self.values, value)?;
        self.spans.push((name, start..self.values.len()));
        Ok(())
    }
}

/// Collects the fields of one struct or map.
struct Collector<'a>(&'a mut Fields);

impl SerializeStruct for Collector<'_> {
    type Ok = ();
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Refused<()> {
        self.0.push(name.into(), value)
    }

    fn end(self) -> Refused<()> {
        Ok(())
    }
}

/// A map's key comes before its value.
struct MapCollector<'a> {
    fields: &'a mut Fields,
    key: Option<String>,
}

impl SerializeMap for MapCollector<'_> {
    type Ok = ();
    type Error = serde_json::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Refused<()> {
        let serde_json::Value::String(key) = serde_json::to_value(key)? else {
            return Err(serde_json::Error::custom("name of a field is not text"));
        };
        self.key = Some(key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Refused<()> {
        let key = self.key.take();
        let key = key.ok_or_else(|| serde_json::Error::custom("value without a name"))?;
        self.fields.push(key.into(), value)
    }

    fn end(self) -> Refused<()> {
        Ok(())
    }
}

type Refused<T> = Result<T, serde_json::Error>;
type Never = Impossible<(), serde_json::Error>;

fn refuse<T>() -> Refused<T> {
    Err(serde_json::Error::custom(
        "body of an event is not a struct",
    ))
}

impl<'a> Serializer for Collector<'a> {
    type Ok = ();
    type Error = serde_json::Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = MapCollector<'a>;
    type SerializeStruct = Collector<'a>;
    type SerializeStructVariant = Never;

    fn serialize_struct(self, _: &'static str, _: usize) -> Refused<Collector<'a>> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Refused<MapCollector<'a>> {
        Ok(MapCollector {
            fields: self.0,
            key: None,
        })
    }

    fn serialize_unit_struct(self, _: &'static str) -> Refused<()> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Refused<()> {
        value.serialize(self)
    }

    fn serialize_bool(self, _: bool) -> Refused<()> {
        refuse()
    }
    fn serialize_i8(self, _: i8) -> Refused<()> {
        refuse()
    }
    fn serialize_i16(self, _: i16) -> Refused<()> {
        refuse()
    }
    fn serialize_i32(self, _: i32) -> Refused<()> {
        refuse()
    }
    fn serialize_i64(self, _: i64) -> Refused<()> {
        refuse()
    }
    fn serialize_u8(self, _: u8) -> Refused<()> {
        refuse()
    }
    fn serialize_u16(self, _: u16) -> Refused<()> {
        refuse()
    }
    fn serialize_u32(self, _: u32) -> Refused<()> {
        refuse()
    }
    fn serialize_u64(self, _: u64) -> Refused<()> {
        refuse()
    }
    fn serialize_f32(self, _: f32) -> Refused<()> {
        refuse()
    }
    fn serialize_f64(self, _: f64) -> Refused<()> {
        refuse()
    }
    fn serialize_char(self, _: char) -> Refused<()> {
        refuse()
    }
    fn serialize_str(self, _: &str) -> Refused<()> {
        refuse()
    }
    fn serialize_bytes(self, _: &[u8]) -> Refused<()> {
        refuse()
    }
    fn serialize_none(self) -> Refused<()> {
        refuse()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Refused<()> {
        refuse()
    }
    fn serialize_unit(self) -> Refused<()> {
        refuse()
    }
    fn serialize_unit_variant(self, _: &str, _: u32, _: &str) -> Refused<()> {
        refuse()
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &str,
        _: u32,
        _: &str,
        _: &T,
    ) -> Refused<()> {
        refuse()
    }
    fn serialize_seq(self, _: Option<usize>) -> Refused<Never> {
        refuse()
    }
    fn serialize_tuple(self, _: usize) -> Refused<Never> {
        refuse()
    }
    fn serialize_tuple_struct(self, _: &str, _: usize) -> Refused<Never> {
        refuse()
    }
    fn serialize_tuple_variant(self, _: &str, _: u32, _: &str, _: usize) -> Refused<Never> {
        refuse()
    }
    fn serialize_struct_variant(self, _: &str, _: u32, _: &str, _: usize) -> Refused<Never> {
        refuse()
    }
}
