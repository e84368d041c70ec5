//! The words of canaryline and their rules.
//!
//! A **line** is a phone number we hold; placed with a **platform** under a decoy **persona** it
//! is a **honeytoken**; a call or message that reaches it is a **contact**; everything that
//! happens is an **entry**, an **event** with an index and a time. The [`Registry`] is the fold of
//! entries that knows who holds what, and decides whether a further step is allowed.
//!
//! What this room deliberately does not do: I/O, waiting, asking the time, chance of its own. Time
//! and randomness are arguments; a decision is an [`Event`] to append, or a [`Refusal`] that says
//! why not and what would help.
//!
//! Every body of an event is plain data with serde's shape; its top-level fields are the fields
//! that the evidence log commits to one by one. How they become bytes is `store`'s business.

mod alert;
mod anchor;
mod attachment;
mod connection;
mod contact;
mod draw;
mod entry;
mod event;
mod finding;
mod honeytoken;
mod id;
mod judgement;
mod key;
mod label;
mod life;
mod line;
mod operation;
mod parts;
mod persona;
mod phone;
mod platform;
mod policy;
mod reconciliation;
mod registry;
mod reply;
mod secret;
mod sender;
mod settings;
mod spans;
mod study;
mod time;

pub use alert::{
    AlertAttempted, AlertBaseline, AlertOutcome, AlertRaised, AlertReplayed, AlertSettled,
    AlertTarget, AlertTargetRemoved,
};
pub use anchor::{Anchor, AnchorForm};
pub use attachment::{Attachment, AttachmentFailed};
pub use connection::{Connection, ConnectionRetired, ProviderKey};
pub use contact::{Authentication, Contact, Medium, Nonce, RawBody, Repeat, Unparsed};
pub use draw::{
    ControlsDrawn, DRAW_ALGORITHM, DrawSeed, DrawSource, Drawing, Lot, Placing, Stratum,
    StratumDrawn,
};
pub use entry::Entry;
pub use event::{Event, Genesis, Subject, UnknownKind};
pub use finding::{Finding, FindingPublished, FindingWithdrawn};
pub use honeytoken::{Consent, Honeytoken, HoneytokenEnded, RequestKind, RequestMade};
pub use id::{
    AlertTargetId, AuthorityId, ConnectionId, HoneytokenId, IdError, KeyId, PlatformId, StudyId,
};
pub use judgement::Judgement;
pub use key::{KeyCreated, KeyRevoked, Role, UnknownRole};
pub use label::{Label, LabelError};
pub use life::{
    Basis, Coverage, LineAlive, LineSilent, LineTest, LineTestMissed, LineUnproven, ProviderListed,
    TestMedium,
};
pub use line::{Line, LineRetired, LineRole, LineSoaked, LineState};
pub use operation::{Erasure, Note, NoteTopic, Operation, PersonalDataRead};
pub use parts::{Part, Unfinished};
pub use persona::{Language, Persona, PersonaSpec};
pub use phone::{Country, PhoneNumber, PhoneNumberError};
pub use platform::{Partner, Platform};
pub use policy::{DirtyAction, DirtyLines, Policy, PolicyError};
pub use reconciliation::{ReconciledDay, Reconciliation};
pub use registry::{
    Answer, Dirty, DrawFault, HoneytokenRecord, Issue, Labelled, LineChoice, LineView, Notice,
    PoolStratum, Refusal, Registry, Replies, ReplyStanding, SeedRecord,
};
pub use reply::{
    ReplyFile, ReplyFileKept, ReplyLapsed, ReplyNotified, ReplyPublished, ReplyReceived,
};
pub use secret::Secret;
pub use sender::{Sender, SenderKind};
pub use settings::{Recordings, Retention, Settings, SettingsError};
pub use spans::{Span, Spans};
pub use study::Study;
pub use time::{Timestamp, TimestampError};
