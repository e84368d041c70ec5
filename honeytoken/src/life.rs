//! What shows that a line lives, and for how long.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, PhoneNumber, Timestamp};

/// What an interval of proven life rests on, strongest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The provider's list of our numbers held it at both ends: it is ours, and nothing says that
    /// what reaches it reaches us.
    ProviderList,
    /// The operator says so (imports of the past).
    Asserted,
    /// Whoever runs the line said `line.heartbeat` at both ends.
    Heartbeat,
    /// The phone that holds its SIM card said that it is up at both ends.
    Device,
    /// A message or call of our own went through the provider and came back at both ends.
    TestMessage,
}

impl Basis {
    /// All of them, weakest first.
    pub const ALL: [Basis; 5] = [
        Basis::ProviderList,
        Basis::Asserted,
        Basis::Heartbeat,
        Basis::Device,
        Basis::TestMessage,
    ];

    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Basis::ProviderList => "provider_list",
            Basis::Asserted => "asserted",
            Basis::Heartbeat => "heartbeat",
            Basis::Device => "device",
            Basis::TestMessage => "test_message",
        }
    }

    /// Whether a contact would have been heard: only such time is exposure.
    pub const fn is_exposure(self) -> bool {
        !matches!(self, Basis::ProviderList)
    }
}

/// A line was alive from one moment to another: only such hours count as exposure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Which line.
    pub number: PhoneNumber,
    /// Beginning, included.
    pub from: Timestamp,
    /// End, excluded.
    pub until: Timestamp,
    /// What it rests on.
    pub basis: Basis,
}

/// By which medium a line is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestMedium {
    /// A message with a code in its text.
    Sms,
    /// A call, known by who calls.
    Call,
}

/// A line is tested: one of our own lines is about to write to it or to call it. Recorded before
/// anything is sent, so that what comes back is known for what it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTest {
    /// The line under test.
    pub number: PhoneNumber,
    /// Ours too: it sends.
    pub partner: PhoneNumber,
    /// The connection through whose account it sends.
    pub connection: ConnectionId,
    /// By message or by call.
    pub medium: TestMedium,
    /// What the message holds and nobody could guess.
    pub code: String,
    /// What has not come back by then is missed.
    pub due: Timestamp,
}

/// Whoever knows the code could answer for the line.
impl fmt::Debug for LineTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineTest")
            .field("number", &self.number)
            .field("medium", &self.medium)
            .field("due", &self.due)
            .finish_non_exhaustive()
    }
}

/// A test did not come back in time, or could not be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTestMissed {
    /// The line under test.
    pub number: PhoneNumber,
    /// The entry of the test.
    pub test: u64,
    /// Whether that says nothing about the line: it was never sent, or nobody was listening.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub void: bool,
    /// Why, in plain words; never personal data.
    pub reason: String,
}

/// The provider's list of our numbers was asked, and held the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderListed {
    /// The line.
    pub number: PhoneNumber,
    /// Whose list it was.
    pub connection: ConnectionId,
}

/// Nothing was heard of a line for longer than its signs of life allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineSilent {
    /// The line.
    pub number: PhoneNumber,
    /// Its last sign, or, if there was none since, when we began to listen.
    pub since: Timestamp,
    /// Which kind of sign is missing.
    pub missing: Basis,
}

/// A line that was silent gave a sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAlive {
    /// The line.
    pub number: PhoneNumber,
    /// Since when it had been silent.
    pub silent_since: Timestamp,
    /// The sign.
    pub sign_at: Timestamp,
}

/// A line has nothing that could prove its life: said once, since its silence will not be noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUnproven {
    /// The line.
    pub number: PhoneNumber,
}
