//! The fields of an event: each top-level field of its body as a name and JSON of its own.
//!
//! A serializer collects them directly, so that no event is written whole and parsed again.

use std::borrow::Cow;

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
    pub name: Cow<'static, str>,
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

/// All fields of an entry, strictly ascending by name.
pub(super) fn of_entry(
    at: Timestamp,
    by: Option<&KeyId>,
    event: &Event,
) -> Result<Vec<Field>, SealError> {
    let mut fields = event.serialize_body(Collector(Vec::with_capacity(24)))?;
    fields.push(field(KIND, event.kind())?);
    fields.push(field(AT, &at)?);
    if let Some(by) = by {
        fields.push(field(BY, by)?);
    }
    fields.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let twice = fields.windows(2).find(|pair| pair[0].name == pair[1].name);
    match twice {
        Some(pair) => Err(SealError::Twice(pair[0].name.to_string())),
        None => Ok(fields),
    }
}

/// A field of one serializable value.
pub(super) fn field<T: Serialize + ?Sized>(
    name: impl Into<Cow<'static, str>>,
    value: &T,
) -> Result<Field, serde_json::Error> {
    let name = name.into();
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains('\n') {
        return Err(serde_json::Error::custom(
            "name of a field is empty, long or broken",
        ));
    }
    Ok(Field {
        name,
        value: serde_json::to_string(value)?,
    })
}

/// Collects the fields of one struct or map.
struct Collector(Vec<Field>);

impl SerializeStruct for Collector {
    type Ok = Vec<Field>;
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Self::Error> {
        self.0.push(field(name, value)?);
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Self::Error> {
        Ok(self.0)
    }
}

/// A map's key comes before its value.
struct MapCollector {
    fields: Vec<Field>,
    key: Option<String>,
}

impl SerializeMap for MapCollector {
    type Ok = Vec<Field>;
    type Error = serde_json::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Self::Error> {
        let serde_json::Value::String(key) = serde_json::to_value(key)? else {
            return Err(Self::Error::custom("name of a field is not text"));
        };
        self.key = Some(key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        let key = self
            .key
            .take()
            .ok_or_else(|| Self::Error::custom("value without a name"))?;
        self.fields.push(field(key, value)?);
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Self::Error> {
        Ok(self.fields)
    }
}

type Refused<T> = Result<T, serde_json::Error>;
type Never = Impossible<Vec<Field>, serde_json::Error>;

fn refuse<T>() -> Refused<T> {
    Err(serde_json::Error::custom(
        "body of an event is not a struct",
    ))
}

impl Serializer for Collector {
    type Ok = Vec<Field>;
    type Error = serde_json::Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = MapCollector;
    type SerializeStruct = Collector;
    type SerializeStructVariant = Never;

    fn serialize_struct(self, _: &'static str, _: usize) -> Refused<Collector> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Refused<MapCollector> {
        Ok(MapCollector {
            fields: self.0,
            key: None,
        })
    }

    fn serialize_unit_struct(self, _: &'static str) -> Refused<Vec<Field>> {
        Ok(self.0)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Refused<Vec<Field>> {
        value.serialize(self)
    }

    fn serialize_bool(self, _: bool) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_i8(self, _: i8) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_i16(self, _: i16) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_i32(self, _: i32) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_i64(self, _: i64) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_u8(self, _: u8) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_u16(self, _: u16) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_u32(self, _: u32) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_u64(self, _: u64) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_f32(self, _: f32) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_f64(self, _: f64) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_char(self, _: char) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_str(self, _: &str) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_bytes(self, _: &[u8]) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_none(self) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_unit(self) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_unit_variant(self, _: &str, _: u32, _: &str) -> Refused<Vec<Field>> {
        refuse()
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &str,
        _: u32,
        _: &str,
        _: &T,
    ) -> Refused<Vec<Field>> {
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
