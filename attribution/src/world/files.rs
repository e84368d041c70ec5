//! A world as the files that `canaryline import` reads, and the truth beside them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::cast::{Cast, DAY_S, Host, Placement, START_UNIX_S};
use super::chance::Chance;
use super::draft::{Draft, Event, ORIGINS};
use super::names::Tongue;
use super::scenario::Scenario;

/// A row of `lines.jsonl`. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineRow {
    /// The number in E.164.
    pub number: String,
    /// `control` or `canary`.
    pub role: String,
    /// Block of neighbouring numbers.
    pub block: String,
    /// ISO 3166 code.
    pub country: String,
    /// Since when it is held.
    pub acquired_at: i64,
    /// When it was given to the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_at: Option<i64>,
    /// To whom it was given; none for a control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The platform's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_name: Option<String>,
    /// Its trade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// Its domains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Its senders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_senders: Vec<String>,
    /// Its signatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<String>,
    /// Whom it declared to share with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared_partners: Vec<PartnerRow>,
    /// As whom the number was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<PersonaRow>,
    /// What the persona asked the platform for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestRow>,
}

/// What a persona asked for, in `lines.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// `opt_out`, `erasure` or `access`.
    pub kind: String,
    /// When.
    pub at: i64,
}

/// A declared partner in `lines.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartnerRow {
    /// Its name.
    pub name: String,
    /// Its domains.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Its senders.
    #[serde(default)]
    pub senders: Vec<String>,
}

/// A persona in `lines.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonaRow {
    /// The decoy's name.
    pub name: String,
}

/// A row of `contacts.jsonl`. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactRow {
    /// Id of this delivery.
    pub delivery_id: String,
    /// When it reached us.
    pub received_at: i64,
    /// The provider's id; a repeat bears the same.
    pub provider_event_id: String,
    /// Our number.
    pub to: String,
    /// The caller as shown.
    pub from: String,
    /// `sms` or `call`.
    pub kind: String,
    /// The message, or the transcript, possibly empty.
    pub text: String,
    /// Seconds.
    pub duration: u32,
    /// When the provider says it happened.
    pub timestamp: i64,
    /// STIR/SHAKEN attestation, empty if none.
    pub attestation: String,
}

/// What is true of a platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlatformTruth {
    /// `honest`, `first_party`, `declared`, `leak_once`, `resell` or `broker`.
    pub label: String,
    /// Whether its numbers reached undeclared third parties.
    pub leaks: bool,
    /// Its broker.
    pub broker: Option<String>,
    /// When its numbers first left, Unix seconds.
    pub leak_time: Option<i64>,
    /// The numbers it was given.
    pub numbers: Vec<String>,
    /// Contacts that followed from it.
    pub leak_contacts: u32,
    /// Findings beside the leak: `opt_out_violated`, `erasure_ignored`, `impersonated`.
    #[serde(default)]
    pub flags: Vec<String>,
}

/// What is true of a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberTruth {
    /// Somebody had it before.
    pub recycled: bool,
    /// Nobody was given it.
    pub control: bool,
}

/// What is true of a world; contacts by the number in `provider_event_id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// Words for `contact_cause`.
    pub causes: Vec<String>,
    /// By platform id.
    pub platforms: BTreeMap<String, PlatformTruth>,
    /// Members by broker.
    pub brokers: BTreeMap<String, Vec<String>>,
    /// By number.
    pub numbers: BTreeMap<String, NumberTruth>,
    /// Index into `causes`, by event.
    pub contact_cause: Vec<i32>,
    /// Index of the platform that it followed from, -1 if none, by event.
    pub contact_platform: Vec<i32>,
    /// Whose campaign it was, by event.
    pub contact_campaign: Vec<i64>,
}

/// A simulated world and the truth behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// `lines.jsonl`.
    pub lines: Vec<LineRow>,
    /// `contacts.jsonl`, ordered by `received_at`.
    pub contacts: Vec<ContactRow>,
    /// `truth.json`.
    pub truth: Truth,
}

fn unix(day: f64) -> i64 {
    START_UNIX_S + (day * DAY_S) as i64
}

pub(super) fn world(
    s: &Scenario,
    seed: u64,
    cast: &Cast,
    mut draft: Draft,
    chance: &mut Chance,
) -> World {
    draft.events.sort_by(|a, b| {
        (a.day, a.number)
            .partial_cmp(&(b.day, b.number))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    World {
        lines: lines(cast),
        contacts: deliveries(s, cast, &draft.events, chance),
        truth: truth(s, seed, cast, &draft.events),
    }
}

fn lines(cast: &Cast) -> Vec<LineRow> {
    let controls = cast
        .numbers
        .iter()
        .enumerate()
        .filter(|(_, n)| n.control)
        .map(|(i, _)| line(cast, i));
    let placed = cast.hosts.iter().enumerate().flat_map(|(p, host)| {
        host.placements
            .iter()
            .map(move |at| placed(cast, p, host, at))
    });
    controls.chain(placed).collect()
}

fn line(cast: &Cast, i: usize) -> LineRow {
    let number = &cast.numbers[i];
    LineRow {
        number: number.text.clone(),
        role: "control".into(),
        block: format!("B{:02}", number.block),
        country: if number.tongue == Tongue::Chinese {
            "CN"
        } else {
            "US"
        }
        .into(),
        acquired_at: unix(number.acquired),
        registered_at: None,
        platform: None,
        platform_name: None,
        sector: None,
        domains: Vec::new(),
        known_senders: Vec::new(),
        signatures: Vec::new(),
        declared_partners: Vec::new(),
        persona: None,
        requests: Vec::new(),
    }
}

fn placed(cast: &Cast, p: usize, host: &Host, at: &Placement) -> LineRow {
    let partner = |c: &super::cast::Company| PartnerRow {
        name: c.name.clone(),
        domains: vec![c.domain.clone()],
        senders: c.senders.clone(),
    };
    LineRow {
        role: "canary".into(),
        registered_at: Some(unix(at.registered)),
        platform: Some(platform_id(p)),
        platform_name: Some(host.company.name.clone()),
        sector: Some(host.sector.into()),
        domains: vec![host.company.domain.clone()],
        known_senders: host.company.senders.clone(),
        signatures: vec![host.company.name.clone()],
        declared_partners: host.partners.iter().map(partner).collect(),
        persona: Some(PersonaRow {
            name: at.persona.clone(),
        }),
        requests: [("opt_out", at.opted_out), ("erasure", at.erased)]
            .into_iter()
            .filter_map(|(kind, day)| Some((kind, day?)))
            .map(|(kind, day)| RequestRow {
                kind: kind.into(),
                at: unix(day),
            })
            .collect(),
        ..line(cast, at.number)
    }
}

fn platform_id(p: usize) -> String {
    format!("p{p:03}")
}

fn deliveries(s: &Scenario, cast: &Cast, events: &[Event], chance: &mut Chance) -> Vec<ContactRow> {
    let mut rows = Vec::with_capacity(events.len());
    for (i, event) in events.iter().enumerate() {
        let row = row(i, event, cast, s, chance);
        if chance.hits(s.repeats) {
            rows.push(ContactRow {
                received_at: row.received_at + 20 + chance.below(600) as i64,
                ..row.clone()
            });
        }
        rows.push(row);
    }
    rows.sort_by(|a, b| {
        (a.received_at, &a.provider_event_id).cmp(&(b.received_at, &b.provider_event_id))
    });
    for (i, row) in rows.iter_mut().enumerate() {
        row.delivery_id = format!("d{i:09}");
    }
    rows
}

fn row(i: usize, event: &Event, cast: &Cast, s: &Scenario, chance: &mut Chance) -> ContactRow {
    let at = unix(event.day);
    let delay = if chance.hits(s.late) {
        chance.wait(20_000.0)
    } else {
        chance.wait(2.0)
    };
    ContactRow {
        delivery_id: String::new(),
        received_at: at + delay as i64,
        provider_event_id: format!("ev{i:09}"),
        to: cast.numbers[event.number].text.clone(),
        from: event.from.clone(),
        kind: if event.sms { "sms" } else { "call" }.into(),
        text: event.text.clone(),
        duration: event.duration,
        timestamp: at,
        attestation: event.attestation.into(),
    }
}

fn truth(s: &Scenario, seed: u64, cast: &Cast, events: &[Event]) -> Truth {
    // By platform: the first leak contact's day, and how many there are.
    let mut leaks: BTreeMap<i32, (f64, u32)> = BTreeMap::new();
    for event in events
        .iter()
        .filter(|e| e.origin == super::draft::Origin::Leak)
    {
        let of = leaks.entry(event.platform).or_insert((event.day, 0));
        *of = (of.0.min(event.day), of.1 + 1);
    }
    let mut flags = flags(cast, events);
    let platforms: BTreeMap<_, _> = cast
        .hosts
        .iter()
        .enumerate()
        .map(|(p, h)| {
            let flags = flags.remove(&p).unwrap_or_default();
            (
                platform_id(p),
                platform(h, cast, leaks.get(&(p as i32)), flags),
            )
        })
        .collect();
    let mut brokers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, platform) in &platforms {
        if let Some(broker) = &platform.broker {
            brokers.entry(broker.clone()).or_default().push(id.clone());
        }
    }
    let number = |n: &super::cast::Number| NumberTruth {
        recycled: n.recycled,
        control: n.control,
    };
    Truth {
        scenario: s.name.clone(),
        seed,
        causes: ORIGINS.iter().map(|o| (*o).to_owned()).collect(),
        platforms,
        brokers,
        numbers: cast
            .numbers
            .iter()
            .map(|n| (n.text.clone(), number(n)))
            .collect(),
        contact_cause: events.iter().map(|e| e.origin as i32).collect(),
        contact_platform: events.iter().map(|e| e.platform).collect(),
        contact_campaign: events.iter().map(|e| e.campaign).collect(),
    }
}

fn platform(
    host: &Host,
    cast: &Cast,
    leaks: Option<&(f64, u32)>,
    flags: BTreeSet<&'static str>,
) -> PlatformTruth {
    PlatformTruth {
        label: host.conduct.label().into(),
        leaks: host.conduct.leaks(),
        broker: match host.conduct {
            super::cast::Conduct::Broker(group) if host.tongue == Tongue::Chinese => {
                Some(format!("b{group}z"))
            }
            super::cast::Conduct::Broker(group) => Some(format!("b{group}e")),
            _ => None,
        },
        leak_time: host.leak_day.map(unix).or(leaks.map(|l| unix(l.0))),
        numbers: host
            .placements
            .iter()
            .map(|a| cast.numbers[a.number].text.clone())
            .collect(),
        leak_contacts: leaks.map_or(0, |l| l.1),
        flags: flags.into_iter().map(str::to_owned).collect(),
    }
}

/// What platforms, or others in their name, truly did besides, by platform.
fn flags(cast: &Cast, events: &[Event]) -> BTreeMap<usize, BTreeSet<&'static str>> {
    let mut found: BTreeMap<usize, BTreeSet<&'static str>> = BTreeMap::new();
    let sought = sought(events);
    for (p, host) in cast.hosts.iter().enumerate() {
        if host.placements.iter().any(|at| sought.contains(&at.number)) {
            found.entry(p).or_default().insert("recycled");
        }
    }
    for event in events {
        let (platform, posed) = match (usize::try_from(event.platform), event.poses_as) {
            (Ok(platform), _) => (platform, false),
            (_, Some(platform)) => (platform, true),
            _ => continue,
        };
        let placements = cast.hosts[platform].placements.iter();
        for at in placements.filter(|at| at.number == event.number && event.day > at.registered) {
            let flags = finding(event, at, posed);
            found.entry(platform).or_default().extend(flags);
        }
    }
    found
}

/// Numbers at which somebody who had them before was asked for, more than once or twice.
fn sought(events: &[Event]) -> BTreeSet<usize> {
    let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
    for event in events {
        if event.origin == super::draft::Origin::PreviousOwner {
            *counts.entry(event.number).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|c| c.1 > 2)
        .map(|c| c.0)
        .collect()
}

fn finding(event: &Event, at: &Placement, posed: bool) -> Vec<&'static str> {
    use super::draft::Origin;
    if posed {
        return vec!["impersonated"];
    }
    let after = |asked: Option<f64>| asked.is_some_and(|day| event.day > day);
    let advertised = matches!(event.origin, Origin::FirstParty | Origin::Partner);
    let mut found = Vec::new();
    if advertised && after(at.opted_out) {
        found.push("opt_out_violated");
    }
    if (advertised || event.origin == Origin::Transaction) && after(at.erased) {
        found.push("erasure_ignored");
    }
    found
}
