//! Reports for people: recorded on the writer's thread, gathered beside it.
//!
//! That a report was made is in the log before anybody holds it, and with a platform's report the
//! verdict with its statistics, under a signed checkpoint that the report names.

mod gather;
mod unheard;

use attribution::Verdict;
use honeytoken::{
    Event, FindingPublished, KeyId, Language, Operation, PlatformId, Policy, StudyId, Timestamp,
};
use report::bundle::Preset;
use report::dossier::{AnchorLine, Frame, LogHead};
use report::paper::{Paper, PdfError};
use store::proof::SignedCheckpoint;
use store::{Fault, ReadError};

pub(crate) use gather::answers;
use gather::{dossier, league};
pub use unheard::{Reason, ReasonError};

use crate::judging;
use crate::ledger::{Ledger, RecordError, State, View};

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// One platform.
    Platform(PlatformId),
    /// The platforms of a study.
    Study(StudyId),
    /// All platforms.
    League,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// About what.
    pub about: About,
    /// For whom.
    pub preset: Preset,
    /// In which language.
    pub lang: Language,
    /// Who publishes it, if they want to be named.
    pub brand: Option<String>,
    /// Why it is published though it accuses somebody who was not offered a reply.
    pub without_reply: Option<Reason>,
    /// The key that asks, and whether it may see everything; none: the operator, who may.
    pub by: Option<(KeyId, bool)>,
}

impl Order {
    /// Whether a platform is open to whoever asks.
    fn sees(&self, state: &State, platform: &PlatformId) -> bool {
        match &self.by {
            None | Some((_, true)) => true,
            Some((key, false)) => state.registry.may_see(key, platform),
        }
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Nobody knows the platform.
    #[error("platform {0} is unknown; GET /v1/platforms lists those that are")]
    UnknownPlatform(PlatformId),
    /// Nobody knows the study.
    #[error("study {0} is unknown; GET /v1/studies lists those that are")]
    UnknownStudy(StudyId),
    /// It would accuse in public somebody who was not asked.
    #[error(
        "{} stands accused and was not offered a reply; note that it was told with canaryline reply notify, say why not with --without-reply REASON, or take another preset",
        unheard::words(.0)
    )]
    Unheard(Vec<PlatformId>),
    /// It could not be recorded.
    #[error("{0}")]
    Record(#[from] RecordError),
    /// It could not be put under a checkpoint.
    #[error("{0}")]
    Fault(#[from] Fault),
    /// An entry cannot be read.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// It cannot be set.
    #[error("{0}")]
    Pdf(#[from] PdfError),
}

/// A report that is on the record.
#[derive(Debug, Clone)]
pub struct Begun {
    order: Order,
    at: Timestamp,
    judgement: u64,
    log: LogHead,
    program: String,
}

/// Records that the report is made, and for a platform its verdict, and signs a checkpoint over both.
///
/// # Errors
/// See [`ReportError`].
pub fn begin(ledger: &mut Ledger, order: Order, now: Timestamp) -> Result<Begun, ReportError> {
    if !ledger.has_turn() {
        return ledger.in_turn(|ledger| begin(ledger, order, now))?;
    }
    let view = ledger.view();
    let program = judging::program();
    let events = decided(&view.state(), &order, &program, now)?;
    let by = order.by.as_ref().map(|(key, _)| key);
    let recorded = ledger.record(now, by, events)?;
    let signed = ledger.checkpoint()?;
    let log = head_of(&view, &signed, ledger.store().verifier_key().to_string());
    let judgement = recorded.last().copied().unwrap_or_default();
    Ok(Begun {
        order,
        at: now,
        judgement,
        log,
        program,
    })
}

fn decided(
    state: &State,
    order: &Order,
    program: &str,
    now: Timestamp,
) -> Result<Vec<Event>, ReportError> {
    let excuse = unheard::excuse(state, order, now)?;
    let operation = |what: String| {
        let detail = format!("report on {what} for {}{excuse}", order.preset.as_str());
        Event::Operation(Operation {
            operation: "export".to_owned(),
            detail,
        })
    };
    match &order.about {
        About::League => Ok(vec![operation("all platforms".to_owned())]),
        About::Study(id) => match state.registry.study(id) {
            Some(study) if study_is_open(order, &study.members) => {
                Ok(vec![operation(format!("study {id}"))])
            }
            _ => Err(ReportError::UnknownStudy(id.clone())),
        },
        About::Platform(id) => {
            let unknown = || ReportError::UnknownPlatform(id.clone());
            let known = state.registry.platform(id).is_some() && order.sees(state, id);
            let judgement = state.judgement.judgement(id, state.size(), program);
            let judgement = judgement.filter(|_| known).ok_or_else(unknown)?;
            Ok(vec![
                operation(format!("platform {id}")),
                Event::Judgement(judgement),
            ])
        }
    }
}

fn study_is_open(order: &Order, members: &[KeyId]) -> bool {
    match &order.by {
        None | Some((_, true)) => true,
        Some((key, false)) => members.is_empty() || members.contains(key),
    }
}

fn anchors(state: &State) -> Vec<AnchorLine> {
    let line =
        |(authority, anchored): (&honeytoken::AuthorityId, &crate::ledger::Anchored)| AnchorLine {
            authority: authority.to_string(),
            entries: anchored.size,
            at: anchored.stamped_at,
        };
    state.anchoring.all().map(line).collect()
}

/// Where the log stands by its newest checkpoint; none before its first.
pub(crate) fn head(view: &View, vkey: String) -> Option<LogHead> {
    let signed = view.reader.checkpoint()?;
    Some(head_of(view, &signed, vkey))
}

fn head_of(view: &View, signed: &SignedCheckpoint, vkey: String) -> LogHead {
    let checkpoint = signed.checkpoint();
    LogHead {
        origin: checkpoint.origin.clone(),
        entries: checkpoint.size,
        root: checkpoint.root.to_base64(),
        vkey,
        anchors: anchors(&view.state()),
    }
}

/// The public report on a finding, in a language, by whoever publishes it. Nothing is recorded, since
/// publishing was.
///
/// # Errors
/// See [`ReportError`].
pub(crate) fn of_finding(
    view: &View,
    (finding, lang, brand): (&FindingPublished, Language, Option<&str>),
    log: LogHead,
    now: Timestamp,
) -> Result<Paper, ReportError> {
    let order = Order {
        about: About::Platform(finding.platform.clone()),
        preset: Preset::Public,
        lang,
        brand: brand.map(str::to_owned),
        without_reply: finding.unheard.as_deref().and_then(|why| why.parse().ok()),
        by: None,
    };
    let begun = Begun {
        order,
        at: now,
        judgement: finding.judgement,
        log,
        program: judging::program(),
    };
    gathered(view, &view.state(), begun)
}

/// Gathers what was begun; long for many numbers, and needs no writer.
///
/// # Errors
/// See [`ReportError`].
pub fn collect(view: &View, begun: Begun) -> Result<Paper, ReportError> {
    let state = view.state();
    // A contact may have come since it was begun and turned a verdict against somebody else.
    unheard::excuse(&state, &begun.order, begun.at)?;
    gathered(view, &state, begun)
}

fn gathered(view: &View, state: &State, begun: Begun) -> Result<Paper, ReportError> {
    let verdicts = state.judgement.verdicts();
    let frame = frame(&begun, state, &verdicts);
    match begun.order.about.clone() {
        About::Platform(id) => {
            let verdict = verdicts.into_iter().find(|v| v.platform == id);
            let verdict = verdict.ok_or_else(|| ReportError::UnknownPlatform(id.clone()))?;
            Ok(dossier(view, state, &begun, frame, verdict)?.paper())
        }
        About::Study(id) => {
            let study = state.registry.study(&id);
            let study = study.ok_or(ReportError::UnknownStudy(id))?;
            let in_it = |v: &Verdict| study.platforms.contains(&v.platform);
            let verdicts = verdicts.into_iter().filter(in_it).collect();
            Ok(league(
                view,
                state,
                &begun,
                frame,
                verdicts,
                Some(study.name.clone()),
            )?
            .paper())
        }
        About::League => Ok(league(view, state, &begun, frame, verdicts, None)?.paper()),
    }
}

fn frame(begun: &Begun, state: &State, verdicts: &[Verdict]) -> Frame {
    let accused = |v: &&Verdict| v.class.is_accusing();
    Frame {
        lang: begun.order.lang,
        preset: begun.order.preset,
        brand: begun.order.brand.clone(),
        without_reply: begun.order.without_reply.as_ref().map(Reason::to_string),
        made_at: begun.at,
        program: begun.program.clone(),
        policy: state
            .registry
            .policy()
            .cloned()
            .unwrap_or_else(Policy::standard),
        watched: verdicts.iter().filter(|v| v.canaries > 0).count(),
        accused: verdicts.iter().filter(accused).count(),
        log: begun.log.clone(),
    }
}
