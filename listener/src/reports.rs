//! Reports for people: recorded on the writer's thread, gathered beside it.
//!
//! That a report was made is in the log before anybody holds it, and with a platform's report the
//! verdict with its statistics, under a signed checkpoint that the report names.

use std::collections::{BTreeMap, BTreeSet};

use attribution::{CampaignId, Cause, Class, Held, Verdict};
use honeytoken::{
    Contact, Event, FindingPublished, KeyId, Language, Medium, Operation, Persona, PlatformId,
    Policy, ReplyStanding, StudyId, Timestamp,
};
use report::bundle::{Preset, decoy_names};
use report::dossier::{
    AnchorLine, Case, Dossier, Example, Frame, League, LogHead, Number, ReplyAnswer, ReplyState,
    subject,
};
use report::paper::{Paper, PdfError};
use report::{CampaignOut, GraphOut};
use store::{Fault, ReadError};

use crate::ledger::{Ledger, RecordError, State, View};

/// Campaigns of which something is quoted, at most.
const QUOTED_CAMPAIGNS_MAX: usize = 10;
/// Texts that are quoted of one campaign, and entries that are looked at for them.
const QUOTES_MAX: usize = 2;
const LOOKED_AT_MAX: usize = 12;

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
        "platform {0} stands accused and was not offered a reply; tell it and note that with canaryline reply notify, or take another preset"
    )]
    Unheard(PlatformId),
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
    let view = ledger.view();
    let program = format!("canaryline {}", env!("CARGO_PKG_VERSION"));
    let events = decided(&view.state(), &order, &program, now)?;
    let by = order.by.as_ref().map(|(key, _)| key);
    let recorded = ledger.record(now, by, events)?;
    let signed = ledger.checkpoint()?;
    let checkpoint = signed.checkpoint();
    let log = LogHead {
        origin: checkpoint.origin.clone(),
        entries: checkpoint.size,
        root: checkpoint.root.to_base64(),
        vkey: ledger.store().verifier_key().to_string(),
        anchors: anchors(&view.state()),
    };
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
    let operation = |what: String| {
        let detail = format!("report on {what} for {}", order.preset.as_str());
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
            let accused = [Class::Leaked, Class::Resold]
                .map(Class::as_str)
                .contains(&judgement.class.as_str());
            let unheard = state.registry.reply_standing(id, now) == ReplyStanding::NotOffered;
            if accused && unheard && order.preset == Preset::Public {
                return Err(ReportError::Unheard(id.clone()));
            }
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
    let checkpoint = signed.checkpoint();
    Some(LogHead {
        origin: checkpoint.origin.clone(),
        entries: checkpoint.size,
        root: checkpoint.root.to_base64(),
        vkey,
        anchors: anchors(&view.state()),
    })
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
        by: None,
    };
    let begun = Begun {
        order,
        at: now,
        judgement: finding.judgement,
        log,
        program: format!("canaryline {}", env!("CARGO_PKG_VERSION")),
    };
    collect(view, begun)
}

/// Gathers what was begun; long for many numbers, and needs no writer.
///
/// # Errors
/// See [`ReportError`].
pub fn collect(view: &View, begun: Begun) -> Result<Paper, ReportError> {
    let state = view.state();
    let verdicts = state.judgement.verdicts();
    let frame = frame(&begun, &state, &verdicts);
    match begun.order.about.clone() {
        About::Platform(id) => {
            let verdict = verdicts.into_iter().find(|v| v.platform == id);
            let verdict = verdict.ok_or_else(|| ReportError::UnknownPlatform(id.clone()))?;
            Ok(dossier(view, &state, &begun, frame, verdict)?.paper())
        }
        About::Study(id) => {
            let study = state.registry.study(&id);
            let study = study.ok_or(ReportError::UnknownStudy(id))?;
            let in_it = |v: &Verdict| study.platforms.contains(&v.platform);
            let verdicts = verdicts.into_iter().filter(in_it).collect();
            Ok(league(
                view,
                &state,
                &begun,
                frame,
                verdicts,
                Some(study.name.clone()),
            )?
            .paper())
        }
        About::League => Ok(league(view, &state, &begun, frame, verdicts, None)?.paper()),
    }
}

fn frame(begun: &Begun, state: &State, verdicts: &[Verdict]) -> Frame {
    let accused = |v: &&Verdict| matches!(v.class, Class::Leaked | Class::Resold);
    Frame {
        lang: begun.order.lang,
        preset: begun.order.preset,
        brand: begun.order.brand.clone(),
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

fn number(state: &State, held: Held) -> Number {
    let line = state.registry.line(&held.number, Timestamp::EPOCH);
    let soak = line.map(|view| {
        let end = view.line.soak_until.unwrap_or(held.registered_at);
        (view.line.acquired_at, end.min(held.registered_at))
    });
    Number {
        soak: soak.filter(|(from, until)| from < until),
        held,
    }
}

fn numbers(state: &State, platform: &PlatformId) -> Vec<Number> {
    let held = state.judgement.held(platform).into_iter();
    held.map(|held| number(state, held)).collect()
}

fn case(
    view: &View,
    state: &State,
    verdict: Verdict,
    now: Timestamp,
) -> Result<Option<Case>, ReportError> {
    let Some(platform) = state.registry.platform(&verdict.platform) else {
        return Ok(None);
    };
    let standing = state.registry.reply_standing(&verdict.platform, now);
    let answers = answers(view, state, &verdict.platform)?;
    Ok(Some(Case {
        platform: platform.clone(),
        verdict,
        reply: ReplyState { standing, answers },
    }))
}

/// What a platform answered, from the log.
pub(crate) fn answers(
    view: &View,
    state: &State,
    platform: &PlatformId,
) -> Result<Vec<ReplyAnswer>, ReadError> {
    let replies = state.registry.replies(platform);
    let mut answers = Vec::new();
    for known in replies.into_iter().flat_map(|replies| &replies.answers) {
        if let Some(Event::ReplyReceived(reply)) =
            view.reader.entry(known.index)?.map(|entry| entry.event)
        {
            answers.push(ReplyAnswer {
                entry: known.index,
                received_at: reply.received_at,
                from: reply.from,
                text: reply.text,
                files: reply
                    .files
                    .into_iter()
                    .map(|file| (file.name, file.sha256))
                    .collect(),
                published: known.published,
            });
        }
    }
    Ok(answers)
}

fn dossier(
    view: &View,
    state: &State,
    begun: &Begun,
    frame: Frame,
    verdict: Verdict,
) -> Result<Dossier, ReportError> {
    let id = verdict.platform.clone();
    let numbers = numbers(state, &id);
    let unknown = || ReportError::UnknownPlatform(id.clone());
    let case = case(view, state, verdict, begun.at)?.ok_or_else(unknown)?;
    let others = state.registry.platforms().map(|p| &p.platform);
    let others = others.filter(|other| **other != id && begun.order.sees(state, other));
    let others = others.flat_map(|other| state.judgement.held(other));
    let campaigns = campaigns(state, &begun.order, &numbers);
    let (graph, names) = behind(state, &begun.order, &id);
    Ok(Dossier {
        frame,
        others: others.map(|held| subject(&held)).collect(),
        examples: examples(view, &numbers, &campaigns)?,
        campaigns,
        decoys: decoy_names(personas(state, &numbers).iter()),
        graph,
        names,
        judgement: begun.judgement,
        case,
        numbers,
    })
}

/// As whom these numbers were given to anybody.
fn personas(state: &State, numbers: &[Number]) -> Vec<Persona> {
    let on = numbers
        .iter()
        .flat_map(|number| state.registry.honeytokens_on(&number.held.number));
    on.map(|record| record.honeytoken.persona.clone()).collect()
}

/// Leak contacts of these numbers, by campaign, oldest first.
fn leaks(numbers: &[Number]) -> BTreeMap<CampaignId, Vec<u64>> {
    let mut leaks: BTreeMap<CampaignId, Vec<u64>> = BTreeMap::new();
    for number in numbers {
        let since = number.held.registered_at;
        for contact in number
            .held
            .contacts
            .iter()
            .filter(|c| c.at >= since && c.cause == Cause::Leak)
        {
            if let Some(campaign) = contact.campaign {
                leaks.entry(campaign).or_default().push(contact.entry);
            }
        }
    }
    leaks
        .values_mut()
        .for_each(|entries| entries.sort_unstable());
    leaks
}

fn campaigns(state: &State, order: &Order, numbers: &[Number]) -> Vec<CampaignOut> {
    let leaks = leaks(numbers);
    let all = state.judgement.campaigns().into_iter();
    let ours = all.filter(|campaign| leaks.contains_key(&campaign.campaign));
    ours.map(|campaign| CampaignOut::new(campaign, |p| order.sees(state, p)))
        .collect()
}

/// What the campaigns with most contacts said: a few different texts of each.
fn examples(
    view: &View,
    numbers: &[Number],
    campaigns: &[CampaignOut],
) -> Result<Vec<Example>, ReadError> {
    let leaks = leaks(numbers);
    let mut largest: Vec<&CampaignOut> = campaigns.iter().collect();
    largest.sort_by_key(|campaign| std::cmp::Reverse(campaign.contacts));
    let mut examples = Vec::new();
    for campaign in largest.into_iter().take(QUOTED_CAMPAIGNS_MAX) {
        let id = leaks
            .iter()
            .find(|(id, _)| id.to_string() == campaign.campaign);
        let Some((id, entries)) = id else { continue };
        let mut said = BTreeSet::new();
        for entry in entries.iter().take(LOOKED_AT_MAX) {
            let Some(Event::Contact(contact)) = view.reader.entry(*entry)?.map(|entry| entry.event)
            else {
                continue;
            };
            let text = contact.text.clone().unwrap_or_default();
            if said.len() < QUOTES_MAX && !text.trim().is_empty() && said.insert(text) {
                examples.push(example(*entry, *id, contact));
            }
        }
    }
    Ok(examples)
}

fn example(entry: u64, campaign: CampaignId, contact: Contact) -> Example {
    Example {
        entry,
        campaign: Some(campaign),
        at: contact.received_at,
        call: contact.medium != Medium::Sms,
        authentication: contact.authentication.as_str(),
        from: contact.from,
        text: contact.text,
    }
}

/// The brokers behind a platform, with their other platforms as far as the reader may see them. To the
/// platform itself and the public these others are no news that a report on it may bring.
fn behind(state: &State, order: &Order, id: &PlatformId) -> (GraphOut, BTreeMap<String, String>) {
    let mut brokers = state.judgement.brokers();
    brokers.retain(|broker| broker.sources.iter().any(|source| source.platform == *id));
    let shown = state
        .judgement
        .verdicts()
        .into_iter()
        .filter(|v| order.sees(state, &v.platform));
    let graph = GraphOut::new(&brokers, &shown.map(|v| (v.platform, v.class)).collect());
    let platforms = graph.nodes.iter().filter(|node| node.kind == "platform");
    let name = |node: &str| {
        let closed = order.preset != Preset::Regulator && node != id.as_str();
        let known = state
            .registry
            .platforms()
            .find(|p| p.platform.as_str() == node);
        match closed {
            true => match order.lang {
                Language::Zh => "（另一平台）".to_owned(),
                Language::En => "(another platform)".to_owned(),
            },
            false => known.map_or_else(|| node.to_owned(), |p| p.name.clone()),
        }
    };
    let names = platforms
        .map(|node| (node.id.clone(), name(&node.id)))
        .collect();
    (graph, names)
}

fn league(
    view: &View,
    state: &State,
    begun: &Begun,
    frame: Frame,
    verdicts: Vec<Verdict>,
    study: Option<String>,
) -> Result<League, ReportError> {
    let mut cases = Vec::new();
    for verdict in verdicts
        .into_iter()
        .filter(|v| begun.order.sees(state, &v.platform))
    {
        cases.extend(case(view, state, verdict, begun.at)?);
    }
    let shown = cases
        .iter()
        .map(|case| (case.platform.platform.clone(), case.verdict.class))
        .collect();
    Ok(League {
        frame,
        study,
        numbers: cases
            .iter()
            .flat_map(|case| numbers(state, &case.platform.platform))
            .collect(),
        graph: GraphOut::new(&state.judgement.brokers(), &shown),
        cases,
    })
}
