//! An entry's payload opened, field by field.

use honeytoken::Entry;
use zeroize::Zeroizing;

use super::codec::{self, PayloadError};
use super::fields::Field;
use crate::proof::commitment::{self, DisclosedField, Disclosure, Opening, Salts};

/// All fields of an entry with what is needed to disclose any of them.
pub struct Opened {
    pub(crate) index: u64,
    pub(crate) secret: Zeroizing<[u8; 32]>,
    pub(crate) fields: Vec<Field>,
}

/// Contents stay out.
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl Opened {
    /// The fields, ascending by name, raw request and credentials included.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The value of one field, JSON.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| field.value.as_str())
    }

    /// The entry.
    ///
    /// # Errors
    /// The fields are not those of an event that this version knows.
    pub fn entry(&self) -> Result<Entry, PayloadError> {
        let fields = self
            .fields
            .iter()
            .map(|f| (f.name.as_str(), f.value.as_str()));
        codec::entry(self.index, fields)
    }

    /// What a stranger is given: the fields that `show` names are open, the others closed.
    pub fn disclose(&self, show: impl Fn(&str) -> bool) -> Vec<DisclosedField> {
        let salts = Salts::new(&self.secret);
        let disclose = |field: &Field| {
            let salt = salts.salt(&field.name);
            let content = if show(&field.name) {
                Disclosure::Open(Opening {
                    salt,
                    value: field.value.clone(),
                })
            } else {
                let value = field.value.as_bytes();
                Disclosure::Closed(commitment::digest(&field.name, &salt, value))
            };
            DisclosedField {
                name: field.name.clone(),
                content,
            }
        };
        self.fields.iter().map(disclose).collect()
    }
}
