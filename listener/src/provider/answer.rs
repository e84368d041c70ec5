//! What a provider expects to hear.

/// What becomes of a call that a provider asks us about. Never answered: the caller's line would
/// be billed, and a canary that picks up is no canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Calls {
    /// Busy.
    #[default]
    Reject,
    /// Let it ring, where the provider can: so that the caller may leave.
    LetRing {
        /// For how long, in seconds; then it is rejected.
        seconds: u8,
    },
}

/// A successful answer: what ends the provider's retries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200 or 204.
    pub status: u16,
    /// The body's media type; none without a body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// 200 without a body.
    pub const EMPTY: Answer = Answer {
        status: 200,
        content_type: None,
        body: String::new(),
    };

    /// 200 with a body of that media type.
    pub(super) fn ok(content_type: &'static str, body: impl Into<String>) -> Answer {
        Answer {
            status: 200,
            content_type: Some(content_type),
            body: body.into(),
        }
    }
}
