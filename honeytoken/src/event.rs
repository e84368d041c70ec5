//! The closed list of what can happen.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    AlertAttempted, AlertBaseline, AlertRaised, AlertReplayed, AlertSettled, AlertTarget,
    AlertTargetRemoved, Anchor, Attachment, AttachmentFailed, Connection, ConnectionId,
    ConnectionRetired, Contact, ControlsDrawn, Coverage, DrawSeed, Erasure, FindingPublished,
    FindingWithdrawn, Honeytoken, HoneytokenEnded, Judgement, KeyCreated, KeyId, KeyRevoked, Line,
    LineAlive, LineRetired, LineSilent, LineSoaked, LineTest, LineTestMissed, LineUnproven, Note,
    NoteTopic, Operation, PersonalDataRead, PhoneNumber, Platform, PlatformId, Policy, ProviderKey,
    ProviderListed, Reconciliation, Repeat, ReplyFileKept, ReplyLapsed, ReplyNotified,
    ReplyPublished, ReplyReceived, RequestMade, Sender, Settings, Study, Unparsed,
};

/// The first entry of every log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// The log's name, first line of every checkpoint.
    pub origin: String,
    /// Version of the formats in this log.
    pub format: u32,
    /// Public key of the VRF that makes subjects of numbers, in lower-case hex.
    pub vrf_public_key: String,
    /// The program and version that began it.
    pub program: String,
    /// A restored backup begins a new log: the last checkpoint of the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<String>,
}

/// A kind of event that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event kind {0:?} is unknown; a newer version of canaryline wrote it")]
pub struct UnknownKind(pub String);

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($body:ty) = $kind:literal,)*) => {
        /// What happened. Each variant's body is a struct whose fields the log commits to.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $variant($body),)*
        }

        impl Event {
            /// All kinds, in the order of the list.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// The word for this kind in the log.
            pub const fn kind(&self) -> &'static str {
                match self { $(Event::$variant(_) => $kind,)* }
            }

            /// Writes the body alone, as a struct.
            ///
            /// # Errors
            /// The serializer's.
            pub fn serialize_body<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Event::$variant(body) => body.serialize(serializer),)* }
            }

            /// Reads a body of the given kind; unknown fields are passed over.
            ///
            /// # Errors
            /// An unknown kind, or the deserializer's.
            pub fn deserialize_body<'de, D: Deserializer<'de>>(
                kind: &str,
                deserializer: D,
            ) -> Result<Event, D::Error> {
                match kind {
                    $($kind => <$body>::deserialize(deserializer).map(Event::$variant),)*
                    _ => Err(serde::de::Error::custom(UnknownKind(kind.to_owned()))),
                }
            }
        }
    };
}

events! {
    /// The log begins.
    Genesis(Genesis) = "genesis",
    /// A connection is made or changed.
    ConnectionSet(Connection) = "connection_set",
    /// A connection is closed.
    ConnectionRetired(ConnectionRetired) = "connection_retired",
    /// A provider's public key is kept, for whoever checks its signatures again.
    ProviderKey(ProviderKey) = "provider_key",
    /// A number enters the pool.
    LineAdded(Line) = "line_added",
    /// A number leaves service.
    LineRetired(LineRetired) = "line_retired",
    /// A number's soak begins anew.
    LineSoaked(LineSoaked) = "line_soaked",
    /// Lines are drawn by lot to be controls.
    ControlsDrawn(ControlsDrawn) = "controls_drawn",
    /// A seed is fixed before anything is drawn with it.
    DrawSeedCommitted(DrawSeed) = "draw_seed_committed",
    /// A platform is declared or described anew.
    PlatformDeclared(Platform) = "platform_declared",
    /// A study is made or changed.
    StudySet(Study) = "study_set",
    /// A number is placed.
    HoneytokenIssued(Honeytoken) = "honeytoken_issued",
    /// A placement ends.
    HoneytokenEnded(HoneytokenEnded) = "honeytoken_ended",
    /// The persona asked the platform for something.
    RequestMade(RequestMade) = "request_made",
    /// A call or message reached a line.
    Contact(Contact) = "contact",
    /// A provider repeated itself.
    Repeat(Repeat) = "repeat",
    /// A signed request could not be read.
    Unparsed(Unparsed) = "unparsed",
    /// A recording or picture was fetched.
    Attachment(Attachment) = "attachment",
    /// A recording or picture could not be fetched.
    AttachmentFailed(AttachmentFailed) = "attachment_failed",
    /// A provider's lists were compared with the log.
    Reconciliation(Reconciliation) = "reconciliation",
    /// A line was proven alive for a while.
    Coverage(Coverage) = "coverage",
    /// A line is about to be tested.
    LineTest(LineTest) = "line_test",
    /// A test came to nothing.
    LineTestMissed(LineTestMissed) = "line_test_missed",
    /// The provider's list of our numbers held the line.
    ProviderListed(ProviderListed) = "provider_listed",
    /// A line fell silent.
    LineSilent(LineSilent) = "line_silent",
    /// A silent line is back.
    LineAlive(LineAlive) = "line_alive",
    /// Nothing can prove that a line lives.
    LineUnproven(LineUnproven) = "line_unproven",
    /// A key was made.
    KeyCreated(KeyCreated) = "key_created",
    /// A key was revoked.
    KeyRevoked(KeyRevoked) = "key_revoked",
    /// Personal data was looked at.
    PersonalDataRead(PersonalDataRead) = "personal_data_read",
    /// The installation was started, stopped, backed up, rebuilt, ….
    Operation(Operation) = "operation",
    /// A payload is to be destroyed.
    Erasure(Erasure) = "erasure",
    /// An analyst said something.
    Note(Note) = "note",
    /// The rules for verdicts are set.
    Policy(Policy) = "policy",
    /// An outside authority vouched for a checkpoint.
    Anchor(Anchor) = "anchor",
    /// A verdict, with the numbers it follows from.
    Judgement(Judgement) = "judgement",
    /// A place that alerts go to is made or changed.
    AlertTargetSet(AlertTarget) = "alert_target_set",
    /// A place that alerts went to is gone.
    AlertTargetRemoved(AlertTargetRemoved) = "alert_target_removed",
    /// Where every platform stood when alerts began.
    AlertBaseline(AlertBaseline) = "alert_baseline",
    /// Something that people should hear of.
    AlertRaised(AlertRaised) = "alert_raised",
    /// Sending an alert failed and is tried again.
    AlertAttempted(AlertAttempted) = "alert_attempted",
    /// Sending an alert is over.
    AlertSettled(AlertSettled) = "alert_settled",
    /// A dead alert is to be sent once more.
    AlertReplayed(AlertReplayed) = "alert_replayed",
    /// A platform was told what is found, and asked to answer.
    ReplyNotified(ReplyNotified) = "reply_notified",
    /// A platform answered.
    ReplyReceived(ReplyReceived) = "reply_received",
    /// A file that came with an answer is kept.
    ReplyFileKept(ReplyFileKept) = "reply_file",
    /// An answer is to be published, or no longer to.
    ReplyPublished(ReplyPublished) = "reply_published",
    /// A platform's time to answer is over.
    ReplyLapsed(ReplyLapsed) = "reply_lapsed",
    /// A finding is to stand in public.
    FindingPublished(FindingPublished) = "finding_published",
    /// A finding is no longer to stand in public.
    FindingWithdrawn(FindingWithdrawn) = "finding_withdrawn",
    /// People set how the installation is run.
    SettingsSet(Settings) = "settings_set",
}

/// Whom or what an entry is filed under in the public leaves: one subject per number, so that a
/// reader can be shown *all* entries about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A number, ours or not yet known.
    Number(PhoneNumber),
    /// A called party that is no number, as the provider names it.
    Party(Sender),
    /// A platform.
    Platform(PlatformId),
    /// A key.
    Key(KeyId),
    /// An id of another kind: connection, honeytoken, study.
    Other(&'static str, String),
    /// The log itself.
    Log,
}

impl Subject {
    /// The VRF's input: unambiguous, as the kind comes first and no kind holds a colon.
    pub fn vrf_input(&self) -> String {
        match self {
            Subject::Number(number) => format!("number:{}", number.as_str()),
            Subject::Party(party) => format!("party:{}", party.as_str()),
            Subject::Platform(id) => format!("platform:{id}"),
            Subject::Key(id) => format!("key:{id}"),
            Subject::Other(kind, id) => format!("{kind}:{id}"),
            Subject::Log => "log:".to_owned(),
        }
    }
}

impl Event {
    /// What this event is filed under.
    pub fn subject(&self) -> Subject {
        match self {
            Event::LineAdded(line) => Subject::Number(line.number),
            Event::LineRetired(line) => Subject::Number(line.number),
            Event::LineSoaked(line) => Subject::Number(line.number),
            Event::HoneytokenIssued(token) => Subject::Number(token.number),
            Event::Coverage(coverage) => Subject::Number(coverage.number),
            Event::LineTest(test) => Subject::Number(test.number),
            Event::LineTestMissed(missed) => Subject::Number(missed.number),
            Event::ProviderListed(listed) => Subject::Number(listed.number),
            Event::LineSilent(line) => Subject::Number(line.number),
            Event::LineAlive(line) => Subject::Number(line.number),
            Event::LineUnproven(line) => Subject::Number(line.number),
            Event::Contact(c) => called_party(c.to.as_ref(), &c.connection),
            Event::Repeat(r) => called_party(r.to.as_ref(), &r.connection),
            Event::PlatformDeclared(p) => Subject::Platform(p.platform.clone()),
            Event::Judgement(j) => Subject::Platform(j.platform.clone()),
            Event::ReplyNotified(r) => Subject::Platform(r.platform.clone()),
            Event::ReplyReceived(r) => Subject::Platform(r.platform.clone()),
            Event::ReplyFileKept(f) => Subject::Platform(f.platform.clone()),
            Event::ReplyPublished(r) => Subject::Platform(r.platform.clone()),
            Event::ReplyLapsed(r) => Subject::Platform(r.platform.clone()),
            Event::FindingPublished(f) => Subject::Platform(f.platform.clone()),
            Event::FindingWithdrawn(f) => Subject::Platform(f.platform.clone()),
            Event::Note(Note {
                topic: NoteTopic::Platform(id),
                ..
            }) => Subject::Platform(id.clone()),
            Event::KeyCreated(key) => Subject::Key(key.key.clone()),
            Event::KeyRevoked(key) => Subject::Key(key.key.clone()),
            Event::PersonalDataRead(read) => Subject::Key(read.reader.clone()),
            Event::ConnectionSet(c) => Subject::Other("connection", c.connection.to_string()),
            Event::ConnectionRetired(c) => Subject::Other("connection", c.connection.to_string()),
            Event::ProviderKey(k) => Subject::Other("connection", k.connection.to_string()),
            Event::Attachment(a) => called_party(a.to.as_ref(), &a.connection),
            Event::AttachmentFailed(a) => Subject::Other("connection", a.connection.to_string()),
            Event::Reconciliation(r) => Subject::Other("connection", r.connection.to_string()),
            Event::Unparsed(u) => Subject::Other("connection", u.connection.to_string()),
            Event::StudySet(s) => Subject::Other("study", s.study.to_string()),
            Event::HoneytokenEnded(h) => Subject::Other("honeytoken", h.honeytoken.to_string()),
            Event::RequestMade(r) => Subject::Other("honeytoken", r.honeytoken.to_string()),
            Event::AlertTargetSet(t) => Subject::Other("alert_target", t.target.to_string()),
            Event::AlertTargetRemoved(t) => Subject::Other("alert_target", t.target.to_string()),
            Event::AlertAttempted(a) => Subject::Other("alert_target", a.target.to_string()),
            Event::AlertSettled(a) => Subject::Other("alert_target", a.target.to_string()),
            Event::AlertRaised(AlertRaised {
                platform: Some(id), ..
            }) => Subject::Platform(id.clone()),
            Event::Genesis(_)
            | Event::AlertBaseline(_)
            | Event::AlertRaised(_)
            | Event::AlertReplayed(_)
            | Event::Operation(_)
            | Event::Erasure(_)
            | Event::ControlsDrawn(_)
            | Event::DrawSeedCommitted(_)
            | Event::Note(_)
            | Event::Policy(_)
            | Event::SettingsSet(_)
            | Event::Anchor(_) => Subject::Log,
        }
    }
}

fn called_party(to: Option<&Sender>, connection: &ConnectionId) -> Subject {
    match to {
        None => Subject::Other("connection", connection.to_string()),
        Some(party) => match party.number() {
            Some(number) => Subject::Number(number),
            None => Subject::Party(party.clone()),
        },
    }
}
