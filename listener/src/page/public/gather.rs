//! What stands in public, and what is said of it, from the fold.

use attribution::{Class, Verdict};
use honeytoken::{Finding, Policy, ReplyStanding, Timestamp};
use report::dossier::{LogHead, ReplyAnswer};
use report::paper::Paper;

use crate::app::App;
use crate::ledger::{State as Fold, View};
use crate::page::lang::Lang;
use crate::reports::{self, ReportError};

/// Everything that the public page says.
pub(super) struct Gathered {
    /// Where the page is reached.
    pub(super) base: String,
    /// Who publishes.
    pub(super) brand: String,
    /// Findings, the newest first.
    pub(super) findings: Vec<Published>,
    /// The log that they rest on; none before its first checkpoint.
    pub(super) log: Option<LogHead>,
    pub(super) policy: Policy,
    /// When all this was gathered.
    pub(super) at: Timestamp,
}

/// A finding, as it stands in public.
pub(super) struct Published {
    pub(super) finding: Finding,
    /// The platform's name.
    pub(super) name: String,
    pub(super) class: Class,
    pub(super) state: Standing,
    pub(super) reply: ReplyStanding,
    /// What the platform answered and wants to stand beside it.
    pub(super) answers: Vec<ReplyAnswer>,
}

/// Where a finding stands.
pub(super) enum Standing {
    /// As published; the verdict, and the report in English and Chinese.
    Stands(Box<(Verdict, [Paper; 2])>),
    /// What is said of the platform has changed since, which nobody decided to publish.
    Moved,
    /// Taken back.
    Withdrawn(Timestamp, String),
    /// Another finding on the platform took its place.
    Superseded(u64),
}

impl Published {
    /// Where it is, for good.
    pub(super) fn path(&self) -> String {
        path(self.finding.index)
    }

    /// When it changed last.
    pub(super) fn changed_at(&self) -> Timestamp {
        match &self.state {
            Standing::Withdrawn(at, _) => *at,
            _ => self.finding.at,
        }
    }

    /// Whether people are to see it in lists.
    pub(super) fn is_listed(&self) -> bool {
        matches!(self.state, Standing::Stands(_) | Standing::Moved)
    }

    /// What is said, in a few words.
    pub(super) fn title(&self, lang: Lang) -> String {
        let word = report::class_word(self.class, lang.language());
        let name = &self.name;
        match (&self.state, lang) {
            (Standing::Withdrawn(..), Lang::En) => format!("Withdrawn: finding on {name}"),
            (Standing::Withdrawn(..), Lang::Zh) => format!("已撤回：关于{name}的结论"),
            (Standing::Moved | Standing::Superseded(_), Lang::En) => {
                format!("{name}: under review")
            }
            (Standing::Moved | Standing::Superseded(_), Lang::Zh) => format!("{name}：复核中"),
            (Standing::Stands(_), Lang::En) => format!("{name}: {word}"),
            (Standing::Stands(_), Lang::Zh) => format!("{name}：{word}"),
        }
    }
}

/// Where the finding of an entry is.
pub(super) fn path(index: u64) -> String {
    format!("/public/f/{index}")
}

/// The verdict on a finding's platform, while it says what was published: the last judgement on record
/// does, and so does the evidence as it is now.
pub(super) fn publicly_stands(state: &Fold, finding: &Finding) -> Option<Verdict> {
    let platform = &finding.published.platform;
    let class = finding.published.class.as_str();
    let on_record = state.judged(platform) == Some(class);
    let verdict = state.judgement.verdict(platform).filter(|_| on_record)?;
    (verdict.class.as_str() == class).then_some(verdict)
}

/// Gathers everything; as long as reports on all findings take.
///
/// # Errors
/// When an entry cannot be read.
pub(super) fn gather(app: &App, vkey: String, at: Timestamp) -> Result<Gathered, ReportError> {
    let view = app.recorder.view();
    let (findings, policy) = {
        let registry = &view.state().registry;
        let policy = registry.policy().cloned().unwrap_or_else(Policy::standard);
        (registry.findings().to_vec(), policy)
    };
    let log = reports::head(view, vkey);
    let brand = app.brand();
    let mut all = Vec::new();
    for finding in findings.into_iter().rev() {
        all.extend(published(
            view,
            finding,
            log.as_ref(),
            brand.as_deref(),
            at,
        )?);
    }
    Ok(Gathered {
        base: app.public_url.trim_end_matches('/').to_owned(),
        brand: brand.unwrap_or_else(|| "Canaryline".to_owned()),
        findings: all,
        log,
        policy,
        at,
    })
}

fn published(
    view: &View,
    finding: Finding,
    log: Option<&LogHead>,
    brand: Option<&str>,
    now: Timestamp,
) -> Result<Option<Published>, ReportError> {
    let platform = &finding.published.platform;
    // The lock is not held while reports are made, which take it themselves.
    let (name, reply, newest, verdict, answers) = {
        let state = view.state();
        let Some(known) = state.registry.platform(platform) else {
            return Ok(None);
        };
        let newest = state.registry.findings().iter().rev();
        let mut newest = newest.filter(|f| f.published.platform == *platform);
        (
            known.name.clone(),
            state.registry.reply_standing(platform, now),
            newest.next().map_or(finding.index, |f| f.index),
            publicly_stands(&state, &finding),
            reports::answers(view, &state, platform)?,
        )
    };
    let Some(class) = class(&finding.published.class) else {
        return Ok(None);
    };
    let state = match (&finding.withdrawn, verdict, log) {
        (Some((at, reason)), ..) => Standing::Withdrawn(*at, reason.clone()),
        _ if newest != finding.index => Standing::Superseded(newest),
        (None, Some(verdict), Some(log)) => {
            let paper = |lang: Lang| {
                let of = (&finding.published, lang.language(), brand);
                reports::of_finding(view, of, log.clone(), now)
            };
            Standing::Stands(Box::new((verdict, [paper(Lang::En)?, paper(Lang::Zh)?])))
        }
        _ => Standing::Moved,
    };
    let answers = answers.into_iter().filter(|answer| answer.published);
    Ok(Some(Published {
        answers: answers.collect(),
        finding,
        name,
        class,
        state,
        reply,
    }))
}

fn class(word: &str) -> Option<Class> {
    use Class::{Disclosed, FirstParty, Insufficient, Leaked, Quiet, Resold};
    let all = [Insufficient, Quiet, FirstParty, Disclosed, Leaked, Resold];
    all.into_iter().find(|class| class.as_str() == word)
}
