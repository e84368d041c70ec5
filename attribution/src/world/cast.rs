//! Who is in a world: numbers and platforms, and which number was given to whom.

use super::chance::Chance;
use super::names::{self, Tongue};
use super::scenario::Scenario;

/// 2026-01-01T00:00:00Z, when every world begins.
pub(crate) const START_UNIX_S: i64 = 1_767_225_600;
pub(crate) const DAY_S: f64 = 86_400.0;

/// What a platform truly does with numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conduct {
    Honest,
    FirstParty,
    Declared,
    LeakOnce,
    Resell,
    Broker(usize),
}

impl Conduct {
    pub(crate) fn leaks(self) -> bool {
        matches!(
            self,
            Conduct::LeakOnce | Conduct::Resell | Conduct::Broker(_)
        )
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Conduct::Honest => "honest",
            Conduct::FirstParty => "first_party",
            Conduct::Declared => "declared",
            Conduct::LeakOnce => "leak_once",
            Conduct::Resell => "resell",
            Conduct::Broker(_) => "broker",
        }
    }
}

pub(crate) struct Number {
    pub(crate) text: String,
    pub(crate) block: usize,
    pub(crate) tongue: Tongue,
    pub(crate) acquired: f64,
    pub(crate) appeal: f64,
    pub(crate) recycled: bool,
    pub(crate) control: bool,
    pub(crate) owner: String,
}

pub(crate) struct Placement {
    pub(crate) number: usize,
    pub(crate) registered: f64,
    pub(crate) persona: String,
    /// When the persona asked not to be sent advertising, and to be forgotten.
    pub(crate) opted_out: Option<f64>,
    pub(crate) erased: Option<f64>,
}

pub(crate) struct Company {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) senders: Vec<String>,
}

pub(crate) struct Host {
    pub(crate) conduct: Conduct,
    pub(crate) company: Company,
    pub(crate) sector: &'static str,
    pub(crate) tongue: Tongue,
    pub(crate) partners: Vec<Company>,
    pub(crate) placements: Vec<Placement>,
    pub(crate) leak_day: Option<f64>,
    /// It does as personas ask.
    pub(crate) heeds: bool,
}

pub(crate) struct Cast {
    pub(crate) numbers: Vec<Number>,
    pub(crate) hosts: Vec<Host>,
}

const SECTORS: [&str; 8] = [
    "社交", "教育", "房产", "电商", "travel", "health", "games", "finance",
];

impl Cast {
    pub(crate) fn draw(s: &Scenario, chance: &mut Chance) -> Cast {
        let tongues = host_tongues(s, chance);
        let mut numbers = numbers(s, &tongues, chance);
        let conducts = conducts(s, chance);
        let mut hosts: Vec<Host> = conducts
            .into_iter()
            .zip(tongues)
            .map(|(c, t)| host(c, t, s, chance))
            .collect();
        place(s, &mut numbers, &mut hosts, chance);
        Cast { numbers, hosts }
    }
}

/// Days between a registration and what its persona asks for.
const ASKS_AFTER_DAYS: (f64, f64) = (5.0, 60.0);

/// What personas ask for, and who does not care.
pub(crate) fn ask(cast: &mut Cast, s: &Scenario, chance: &mut Chance) {
    for host in &mut cast.hosts {
        host.heeds = !chance.hits(s.heedless);
        for at in &mut host.placements {
            let mut when = |share| {
                let day = at.registered + chance.between(ASKS_AFTER_DAYS.0, ASKS_AFTER_DAYS.1);
                chance.hits(share).then_some(day)
            };
            at.opted_out = when(s.opt_outs);
            at.erased = when(s.erasures);
        }
    }
}

fn host_tongues(s: &Scenario, chance: &mut Chance) -> Vec<Tongue> {
    let chinese = (f64::from(s.platforms) * s.china).round() as usize;
    let mut list: Vec<Tongue> = (0..s.platforms as usize)
        .map(|i| {
            if i < chinese {
                Tongue::Chinese
            } else {
                Tongue::English
            }
        })
        .collect();
    chance.shuffle(&mut list);
    list
}

fn conducts(s: &Scenario, chance: &mut Chance) -> Vec<Conduct> {
    let count = |share: f64| (share * f64::from(s.platforms)).round() as usize;
    let mut list = vec![Conduct::FirstParty; count(s.first_party)];
    list.extend(vec![Conduct::Declared; count(s.declared)]);
    list.extend(vec![Conduct::LeakOnce; count(s.leak_once)]);
    list.extend(vec![Conduct::Resell; count(s.resell)]);
    let brokers = (s.brokers as usize).max(1);
    list.extend((0..count(s.broker)).map(|_| Conduct::Broker(chance.below(brokers))));
    list.resize(s.platforms as usize, Conduct::Honest);
    chance.shuffle(&mut list);
    list
}

/// Numbers of both roles; which of them are controls is decided when they are placed.
fn numbers(s: &Scenario, tongues: &[Tongue], chance: &mut Chance) -> Vec<Number> {
    let canaries = if s.shared_lines > 0 {
        s.shared_lines
    } else {
        s.platforms * s.canaries
    } as usize;
    let total = canaries + s.controls as usize;
    let chinese = tongues.iter().filter(|t| **t == Tongue::Chinese).count();
    let share = chinese as f64 / tongues.len().max(1) as f64;
    let china_blocks =
        ((f64::from(s.blocks) * share).round() as usize).clamp(1, s.blocks.max(2) as usize - 1);
    let prefixes: Vec<String> = (0..s.blocks as usize)
        .map(|b| prefix(b < china_blocks, chance))
        .collect();
    let china_total = ((total as f64) * share).ceil() as usize + 3;
    let mut next = vec![0; prefixes.len()];
    (0..total + 6)
        .map(|i| {
            let chinese = i < china_total;
            let block = if chinese {
                chance.below(china_blocks)
            } else {
                china_blocks + chance.below(prefixes.len() - china_blocks)
            };
            let tongue = if chinese {
                Tongue::Chinese
            } else {
                Tongue::English
            };
            next[block] += 1 + chance.below(17);
            Number {
                text: format!("{}{:04}", prefixes[block], next[block] % 10_000),
                block,
                tongue,
                acquired: chance.between(0.0, 3.0),
                appeal: chance.gamma(s.shape),
                recycled: chance.hits(s.recycled),
                control: true,
                owner: names::person(chance, tongue, false),
            }
        })
        .collect()
}

fn prefix(china: bool, chance: &mut Chance) -> String {
    if china {
        format!("+861{}{}", 3 + chance.below(7), chance.digits(5))
    } else {
        format!(
            "+1{}{}{}{}",
            2 + chance.below(8),
            chance.digits(2),
            2 + chance.below(8),
            chance.digits(2)
        )
    }
}

fn host(conduct: Conduct, tongue: Tongue, s: &Scenario, chance: &mut Chance) -> Host {
    let partners = if conduct == Conduct::Declared {
        2 + chance.below(3)
    } else {
        0
    };
    let begin = f64::from(s.soak_days);
    let span = f64::from(s.days) - begin;
    Host {
        conduct,
        company: company(chance, tongue),
        sector: chance.word(&SECTORS),
        tongue,
        partners: (0..partners).map(|_| company(chance, tongue)).collect(),
        placements: Vec::new(),
        heeds: true,
        leak_day: (conduct == Conduct::LeakOnce).then(|| begin + chance.between(0.25, 0.75) * span),
    }
}

fn company(chance: &mut Chance, tongue: Tongue) -> Company {
    let senders = vec![
        names::business_sender(chance, tongue),
        names::caller(chance, tongue),
    ];
    Company {
        name: names::brand(chance, tongue),
        domain: names::domain(chance, false),
        senders,
    }
}

/// Gives numbers away by lot: chance decides, so that chance can be tested against.
fn place(s: &Scenario, numbers: &mut [Number], hosts: &mut [Host], chance: &mut Chance) {
    for tongue in [Tongue::Chinese, Tongue::English] {
        let mut pool: Vec<usize> = (0..numbers.len())
            .filter(|&n| numbers[n].tongue == tongue)
            .collect();
        chance.shuffle(&mut pool);
        let hosts: Vec<&mut Host> = hosts.iter_mut().filter(|h| h.tongue == tongue).collect();
        if s.shared_lines > 0 {
            let share = (s.shared_lines as usize * hosts.len() / s.platforms.max(1) as usize)
                .max(s.canaries as usize);
            pool.truncate(share.min(pool.len()));
        }
        let mut next = 0;
        for host in hosts {
            for j in 0..s.canaries {
                let number = if s.shared_lines > 0 {
                    unused(&pool, host, chance)
                } else {
                    pool[next % pool.len()]
                };
                next += 1;
                numbers[number].control = false;
                host.placements
                    .push(placement(s, j, number, tongue, chance));
            }
            host.placements
                .sort_by(|a, b| a.registered.total_cmp(&b.registered));
        }
    }
}

fn unused(pool: &[usize], host: &Host, chance: &mut Chance) -> usize {
    let free: Vec<usize> = pool
        .iter()
        .copied()
        .filter(|n| host.placements.iter().all(|p| p.number != *n))
        .collect();
    if free.is_empty() {
        pool[0]
    } else {
        *chance.pick(&free)
    }
}

fn placement(
    s: &Scenario,
    j: u32,
    number: usize,
    tongue: Tongue,
    chance: &mut Chance,
) -> Placement {
    let step = f64::from(s.stagger_days) / f64::from(s.canaries.max(1));
    let day = f64::from(s.soak_days) + 3.0 + step * (f64::from(j) + chance.unit());
    Placement {
        number,
        registered: day,
        persona: names::person(chance, tongue, s.common_names),
        opted_out: None,
        erased: None,
    }
}
