//! Genuine and not understood.

use super::Rejection;

/// A genuine request that is not what its provider is known to send: kept, so that nothing is lost
/// while the adapter is mended. Names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not JSON.
    #[error("body is not JSON from line {line}, column {column}")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 0.
        column: usize,
    },
    /// JSON of another shape.
    #[error("body has another shape than expected: {what}, line {line}, column {column}")]
    Shape {
        /// Which field.
        what: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 0.
        column: usize,
    },
    /// A field is absent or empty.
    #[error("field {0} is missing")]
    Missing(&'static str),
    /// A field came twice, with two values.
    #[error("field {0} came with two values")]
    Repeated(&'static str),
    /// A field is not UTF-8.
    #[error("field {0} is not UTF-8")]
    NotText(&'static str),
    /// A field's value is not of its form.
    #[error("field {0} has a value that is not of its form")]
    Value(&'static str),
    /// An event that the adapter does not know.
    #[error("event is of a kind that this adapter does not know")]
    UnknownEvent,
    /// More events in one request than anyone sends.
    #[error("body has more than {max} events, or is too large for as many as it has", max = super::EVENTS_MAX)]
    TooManyEvents,
    /// The form could not be read again, which verification already did.
    #[error("form cannot be read")]
    Form,
}

impl From<Rejection> for Malformed {
    fn from(_: Rejection) -> Malformed {
        Malformed::Form
    }
}
