//! What entries can be found by.

use honeytoken::{ConnectionId, HoneytokenId, KeyId, PhoneNumber, PlatformId, StudyId};
use ring::hmac;

use super::run::TERM_BYTES;

/// A question whose answer is a list of entries, in log order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lookup {
    /// Events that are one and the same for their provider.
    Dedupe {
        /// The connection.
        connection: ConnectionId,
        /// The adapter's dedupe key.
        key: String,
    },
    /// Events that belong to one call.
    Session {
        /// The connection.
        connection: ConnectionId,
        /// The provider's name for the call.
        session: String,
    },
    /// Entries about a number.
    Line(PhoneNumber),
    /// Entries about a platform.
    Platform(PlatformId),
    /// Entries about a honeytoken.
    Honeytoken(HoneytokenId),
    /// Entries about a study.
    Study(StudyId),
    /// Entries about a connection.
    Connection(ConnectionId),
    /// What a key did.
    Key(KeyId),
    /// What a sender sent, as shown.
    Sender(String),
    /// All contacts.
    Contacts,
    /// All entries of a kind.
    Kind(&'static str),
    /// Anything else: a name for the question, and what is asked for.
    Other(&'static str, String),
}

/// A look-up as the index knows it: it never holds a number or an id in the clear.
type Term = [u8; TERM_BYTES];

impl Lookup {
    pub(super) fn term(&self, key: &hmac::Key) -> Term {
        let (name, parts): (&str, [&str; 2]) = match self {
            Lookup::Dedupe { connection, key } => ("dedupe", [connection.as_str(), key]),
            Lookup::Session {
                connection,
                session,
            } => ("session", [connection.as_str(), session]),
            Lookup::Line(number) => ("line", [number.as_str(), ""]),
            Lookup::Platform(id) => ("platform", [id.as_str(), ""]),
            Lookup::Honeytoken(id) => ("honeytoken", [id.as_str(), ""]),
            Lookup::Study(id) => ("study", [id.as_str(), ""]),
            Lookup::Connection(id) => ("connection", [id.as_str(), ""]),
            Lookup::Key(id) => ("key", [id.as_str(), ""]),
            Lookup::Sender(sender) => ("sender", [sender, ""]),
            Lookup::Contacts => ("contacts", ["", ""]),
            Lookup::Kind(kind) => ("kind", [kind, ""]),
            Lookup::Other(name, text) => ("other", [name, text]),
        };
        // No name, id or first part of a pair holds a NUL, so the parts cannot run together.
        let mut context = hmac::Context::with_key(key);
        for part in [name, "\0", parts[0], "\0", parts[1]] {
            context.update(part.as_bytes());
        }
        let mut term = [0; TERM_BYTES];
        term.copy_from_slice(&context.sign().as_ref()[..TERM_BYTES]);
        term
    }
}
