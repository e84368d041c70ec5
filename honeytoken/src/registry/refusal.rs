//! Why a step is not allowed, and the way out.

use crate::{ConnectionId, HoneytokenId, KeyId, PhoneNumber, PlatformId, StudyId, Timestamp};

/// A step that the rules do not allow. Not a fault: nothing is broken, nothing was recorded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// No such platform.
    #[error("platform {0} is unknown; declare it first")]
    UnknownPlatform(PlatformId),
    /// No such line.
    #[error("line {0:?} is unknown; add it first")]
    UnknownLine(PhoneNumber),
    /// No such connection.
    #[error("connection {0} is unknown; create it first")]
    UnknownConnection(ConnectionId),
    /// No such honeytoken.
    #[error("honeytoken {0} is unknown")]
    UnknownHoneytoken(HoneytokenId),
    /// No such study.
    #[error("study {0} is unknown; create it first")]
    UnknownStudy(StudyId),
    /// No such key.
    #[error("key {0} is unknown or already revoked")]
    UnknownKey(KeyId),
    /// Still listening to its own noise.
    #[error("line {number:?} is soaking until {until}; wait, or choose another line")]
    StillSoaking {
        /// Which line.
        number: PhoneNumber,
        /// When it becomes ready.
        until: Timestamp,
    },
    /// A line belongs to one platform.
    #[error(
        "line {number:?} is already placed with {platform}; choose another, or add the line as shared"
    )]
    AlreadyPlaced {
        /// Which line.
        number: PhoneNumber,
        /// Who has it.
        platform: PlatformId,
    },
    /// Out of service.
    #[error("line {0:?} is retired; choose another")]
    Retired(PhoneNumber),
    /// Controls are never placed.
    #[error("line {0:?} is a control and is never placed; choose a canary")]
    IsControl(PhoneNumber),
    /// The number is in the pool already.
    #[error("line {0:?} is already in the pool; retire it first")]
    AlreadyAdded(PhoneNumber),
    /// Placed already, so that its role is fixed.
    #[error("line {0:?} was placed before and cannot become a control")]
    WasPlaced(PhoneNumber),
    /// No line is ready.
    #[error("no line is ready{in_country}; add lines, or wait until their soak ends")]
    NoReadyLine {
        /// ` in XX`, if a country was asked for.
        in_country: String,
    },
    /// Heard too much in its soak.
    #[error(
        "line {0:?} is dirty: it heard too much in its soak; soak it anew, retire it, or choose another"
    )]
    Dirty(PhoneNumber),
    /// Was given away, so that nothing it hears is its own noise.
    #[error("line {0:?} was placed and cannot soak anew; add another line")]
    PlacedSoak(PhoneNumber),
    /// Nothing can be drawn yet.
    #[error("no seed for draws is committed; commit one with POST /v1/draw-seeds")]
    NoDrawSeed,
    /// There is nothing to draw.
    #[error(
        "no line is to be drawn: the pool has controls enough, or too few lines are left; add lines, or ask for a larger share"
    )]
    NothingToDraw,
    /// Not a share.
    #[error("share is not more than 0 and at most 0.5; use one such as 0.25")]
    Share,
    /// The name is in use.
    #[error(
        "persona's name is used by another live persona; choose another, or leave it out to have one drawn"
    )]
    NameInUse,
    /// The name is empty.
    #[error("persona's name is empty; give one, or leave the persona out to have one drawn")]
    NameEmpty,
    /// A placement cannot precede the line.
    #[error("registration at {registered_at} lies before the line was acquired at {acquired_at}")]
    BeforeAcquired {
        /// The claimed registration.
        registered_at: Timestamp,
        /// Since when we hold the line.
        acquired_at: Timestamp,
    },
    /// The placement is over.
    #[error("honeytoken {0} has ended")]
    Ended(HoneytokenId),
    /// Somebody must be able to administer.
    #[error("key {0} is the last admin key; create another before revoking it")]
    LastAdmin(KeyId),
    /// A name is missing.
    #[error("{0} has no name; give one")]
    Unnamed(&'static str),
    /// No time to answer, or too much of it.
    #[error("{0} days are no time to answer; give 1 to 180")]
    ReplyDays(u32),
    /// Something that is yet to come cannot be noted.
    #[error("{0} lies ahead; give a time that is past")]
    Ahead(Timestamp),
    /// No such answer.
    #[error("entry {0} is no answer of this platform")]
    UnknownReply(u64),
    /// More notices or answers than anybody reads.
    #[error("platform {0} has 100 notices or answers already; sum up what is new in a note")]
    TooManyReplies(PlatformId),
    /// Nothing can be said of the platform yet.
    #[error(
        "platform {0} has not been watched long enough to say anything; there is nothing to publish"
    )]
    NothingFound(PlatformId),
    /// Whoever stands accused has a right of reply.
    #[error(
        "platform {0} was not told what is found, or has time to answer still; tell it and wait, or give the reason why not, which is published too"
    )]
    NotHeard(PlatformId),
    /// The same stands in public.
    #[error("the same stands in public already, as finding {0}; withdraw that first")]
    PublishedAlready(u64),
    /// More findings than a page holds.
    #[error("2000 findings were published already; publish more from another installation")]
    TooManyFindings,
    /// A reason that nobody reads to its end.
    #[error("reason is longer than {0} bytes; sum it up")]
    LongReason(usize),
    /// No finding of this name stands.
    #[error("no finding {0} stands in public; GET /v1/findings lists those that do")]
    UnknownFinding(u64),
    /// A country code is not ISO 3166.
    #[error("country {0:?} is unknown; use two letters such as CN, US or GB")]
    UnknownCountry(String),
}

impl Refusal {
    /// A short stable code for answers and counters.
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::UnknownPlatform(_) => "unknown_platform",
            Refusal::UnknownLine(_) => "unknown_line",
            Refusal::UnknownConnection(_) => "unknown_connection",
            Refusal::UnknownHoneytoken(_) => "unknown_honeytoken",
            Refusal::UnknownStudy(_) => "unknown_study",
            Refusal::UnknownKey(_) => "unknown_key",
            Refusal::StillSoaking { .. } => "still_soaking",
            Refusal::AlreadyPlaced { .. } => "already_placed",
            Refusal::Retired(_) => "retired",
            Refusal::IsControl(_) => "is_control",
            Refusal::AlreadyAdded(_) => "already_added",
            Refusal::WasPlaced(_) => "was_placed",
            Refusal::NoReadyLine { .. } => "no_ready_line",
            Refusal::Dirty(_) => "dirty",
            Refusal::PlacedSoak(_) => "placed_soak",
            Refusal::NoDrawSeed => "no_draw_seed",
            Refusal::NothingToDraw => "nothing_to_draw",
            Refusal::Share => "bad_share",
            Refusal::NameInUse => "name_in_use",
            Refusal::NameEmpty => "name_empty",
            Refusal::BeforeAcquired { .. } => "before_acquired",
            Refusal::Ended(_) => "ended",
            Refusal::LastAdmin(_) => "last_admin",
            Refusal::Unnamed(_) => "unnamed",
            Refusal::UnknownCountry(_) => "unknown_country",
            Refusal::ReplyDays(_) => "bad_reply_days",
            Refusal::Ahead(_) => "lies_ahead",
            Refusal::UnknownReply(_) => "unknown_reply",
            Refusal::TooManyReplies(_) => "too_many_replies",
            Refusal::NothingFound(_) => "nothing_found",
            Refusal::NotHeard(_) => "not_heard",
            Refusal::PublishedAlready(_) => "published_already",
            Refusal::TooManyFindings => "too_many_findings",
            Refusal::LongReason(_) => "long_reason",
            Refusal::UnknownFinding(_) => "unknown_finding",
        }
    }

    /// Whether what was named does not exist, rather than being in the wrong state.
    pub const fn is_unknown(&self) -> bool {
        matches!(
            self,
            Refusal::UnknownPlatform(_)
                | Refusal::UnknownLine(_)
                | Refusal::UnknownConnection(_)
                | Refusal::UnknownHoneytoken(_)
                | Refusal::UnknownStudy(_)
                | Refusal::UnknownKey(_)
                | Refusal::UnknownReply(_)
                | Refusal::UnknownFinding(_)
        )
    }
}
