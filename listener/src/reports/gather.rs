//! What a report says, gathered from fold and log.

use std::collections::{BTreeMap, BTreeSet};

use attribution::{CampaignId, Cause, Held, Verdict};
use honeytoken::{Contact, Event, Language, Medium, Persona, PlatformId, Timestamp};
use report::bundle::{Preset, decoy_names};
use report::dossier::{
    Case, Dossier, Example, Frame, League, Number, ReplyAnswer, ReplyState, subject,
};
use report::{CampaignOut, GraphOut};
use store::ReadError;

use super::{Begun, Order, ReportError};
use crate::ledger::{State, View};

/// Campaigns of which something is quoted, at most.
const QUOTED_CAMPAIGNS_MAX: usize = 10;
/// Texts that are quoted of one campaign, and entries that are looked at for them.
const QUOTES_MAX: usize = 2;
const LOOKED_AT_MAX: usize = 12;

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

pub(super) fn dossier(
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

pub(super) fn league(
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
