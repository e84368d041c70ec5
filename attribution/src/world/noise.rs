//! Strangers who know nothing of any platform.

use super::cast::{Cast, Number};
use super::chance::{Chance, cumulative};
use super::draft::{Draft, Event, Origin, attestation, duration, hour};
use super::names::{self, Tongue};
use super::scenario::Scenario;
use super::script::{self, Personal, Script};
use super::sounds;

/// A caller: its voice, its numbers, and how it shows itself.
pub(crate) struct Voice {
    pub(crate) id: i64,
    pub(crate) tongue: Tongue,
    pub(crate) script: Script,
    senders: Vec<String>,
    port: String,
    attestation: &'static str,
    sms: f64,
    rotation: f64,
    transcripts: f64,
    misheard: f64,
}

impl Voice {
    pub(crate) fn draw(
        chance: &mut Chance,
        tongue: Tongue,
        id: i64,
        sms: f64,
        s: &Scenario,
    ) -> Voice {
        let senders = (0..3).map(|_| names::caller(chance, tongue)).collect();
        Voice {
            id,
            tongue,
            script: Script::draw(chance, tongue),
            senders,
            port: names::business_sender(chance, tongue),
            attestation: if tongue == Tongue::English {
                attestation(chance)
            } else {
                ""
            },
            sms,
            rotation: s.rotation,
            transcripts: s.transcripts,
            misheard: s.misheard,
        }
    }

    fn sender(&self, chance: &mut Chance, sms: bool) -> String {
        if sms && chance.hits(0.4) {
            return self.port.clone();
        }
        if chance.hits(self.rotation) {
            names::caller(chance, self.tongue)
        } else {
            chance.pick(&self.senders).clone()
        }
    }

    /// The name, if it is spoken, as it comes across.
    fn called(&self, spoken: f64, name: &str, chance: &mut Chance) -> Option<String> {
        let spoken = chance.hits(spoken);
        // No draw where none is asked for: worlds without misheard names stay as they were.
        if spoken && self.misheard > 0.0 && chance.hits(self.misheard) {
            return Some(sounds::misheard(chance, name));
        }
        spoken.then(|| name.to_owned())
    }

    /// Somebody who speaks as another does, from numbers of his own.
    pub(crate) fn like(other: &Voice, chance: &mut Chance, sms: f64, s: &Scenario) -> Voice {
        Voice {
            script: other.script.clone(),
            ..Voice::draw(chance, other.tongue, other.id, sms, s)
        }
    }

    /// One contact with a number, calling the person by `name` if that is given.
    pub(crate) fn contact(
        &self,
        chance: &mut Chance,
        day: f64,
        number: usize,
        name: (f64, f64, &str),
        origin: Origin,
        platform: i32,
    ) -> Event {
        let sms = chance.hits(self.sms);
        let text = if sms {
            let who = self.called(name.0, name.2, chance);
            self.script.message(chance, who.as_deref())
        } else if chance.hits(self.transcripts) {
            let who = self.called(name.1, name.2, chance);
            self.script.transcript(chance, who.as_deref())
        } else {
            String::new()
        };
        Event {
            day,
            number,
            from: self.sender(chance, sms),
            sms,
            text,
            duration: if sms { 0 } else { duration(chance) },
            attestation: if sms { "" } else { self.attestation },
            origin,
            platform,
            campaign: self.id,
            poses_as: None,
        }
    }
}

/// The season's highest factor; what is drawn is thinned from there.
const SEASON_PEAK: f64 = 1.7;

/// A burst of the season: the shopping days of June and November draw more calls.
fn season(day: f64) -> f64 {
    let of_year = day % 365.0;
    let near = |peak: f64| libm::exp(-(of_year - peak) * (of_year - peak) / 72.0);
    1.0 + 0.7 * near(169.0) + 0.7 * near(315.0)
}

/// Mass diallers: many campaigns, a few of them large, each with its weeks. Returns them, since
/// some buyers of lists are mass diallers too.
pub(crate) fn mass(
    cast: &Cast,
    s: &Scenario,
    chance: &mut Chance,
    draft: &mut Draft,
) -> Vec<Voice> {
    let mut voices = Vec::new();
    let days = f64::from(s.days);
    for tongue in [Tongue::Chinese, Tongue::English] {
        let members: Vec<usize> = (0..cast.numbers.len())
            .filter(|&n| cast.numbers[n].tongue == tongue)
            .collect();
        let appeal = cumulative(members.iter().map(|&n| cast.numbers[n].appeal));
        let total = (s.calls + s.sms) * days * members.len() as f64;
        let campaigns = (f64::from(s.campaigns) * members.len() as f64
            / cast.numbers.len().max(1) as f64)
            .ceil() as usize;
        let weights: f64 = (1..=campaigns).map(|r| libm::pow(r as f64, -1.1)).sum();
        for rank in 1..=campaigns {
            let voice = Voice::draw(
                chance,
                tongue,
                draft.campaign(),
                s.sms / (s.calls + s.sms).max(1e-9),
                s,
            );
            let mean = SEASON_PEAK * total * libm::pow(rank as f64, -1.1) / weights;
            let (center, width) = (chance.between(-10.0, days + 10.0), 4.0 + chance.wait(14.0));
            for _ in 0..chance.poisson(mean) {
                let day = if chance.hits(0.8) {
                    center + width * chance.normal()
                } else {
                    chance.between(0.0, days)
                };
                if chance.unit() * SEASON_PEAK > season(day) {
                    continue;
                }
                let number = members[chance.by_weight(&appeal)];
                let day = hour(chance, day);
                // Lists with names on them circulate: some callers believe to know whom they call.
                let stray = names::person(chance, tongue, s.common_names);
                draft.push(voice.contact(
                    chance,
                    day,
                    number,
                    (s.stray_names, s.stray_names, &stray),
                    Origin::RandomDial,
                    -1,
                ));
            }
            voices.push(voice);
        }
    }
    voices
}

/// Somebody dials a whole block in order, within a day or two.
pub(crate) fn sweeps(cast: &Cast, s: &Scenario, chance: &mut Chance, draft: &mut Draft) {
    let blocks = cast
        .numbers
        .iter()
        .map(|n| n.block)
        .max()
        .map_or(0, |b| b + 1);
    let scale = f64::from(s.blocks) / 12.0;
    for _ in 0..chance.poisson(scale * s.sweeps_per_month * f64::from(s.days) / 30.0) {
        let block = chance.below(blocks);
        let mut row: Vec<usize> = (0..cast.numbers.len())
            .filter(|&n| cast.numbers[n].block == block)
            .collect();
        row.sort_by(|&a, &b| cast.numbers[a].text.cmp(&cast.numbers[b].text));
        let Some(first) = row.first() else { continue };
        let sms = if chance.hits(0.3) { 1.0 } else { 0.0 };
        let voice = Voice::draw(
            chance,
            cast.numbers[*first].tongue,
            draft.campaign(),
            sms,
            s,
        );
        let begin = chance.between(0.0, f64::from(s.days)).floor() + chance.between(0.05, 0.4);
        for again in 0..1 + chance.below(2) {
            let mut day = begin + again as f64;
            for &number in &row {
                day += chance.wait(0.012);
                if chance.hits(0.85) {
                    draft.push(voice.contact(
                        chance,
                        day,
                        number,
                        (0.0, 0.0, ""),
                        Origin::Sweep,
                        -1,
                    ));
                }
            }
        }
    }
}

/// Somebody shows our number as his own: the people he calls call back.
pub(crate) fn storms(cast: &Cast, s: &Scenario, chance: &mut Chance, draft: &mut Draft) {
    let rate = s.storms_per_year * f64::from(s.days) / 365.0;
    for number in 0..cast.numbers.len() {
        for _ in 0..chance.poisson(rate) {
            let begin = chance.between(0.0, f64::from(s.days));
            let calls = s.storm_calls * libm::exp(0.6 * chance.normal());
            let campaign = draft.campaign();
            for _ in 0..chance.poisson(calls) {
                let tongue = cast.numbers[number].tongue;
                let text = if chance.hits(0.35) {
                    script::callback(chance, tongue)
                } else {
                    String::new()
                };
                draft.push(Event {
                    day: begin + chance.wait(0.5),
                    number,
                    from: names::caller(chance, tongue),
                    sms: false,
                    text,
                    duration: duration(chance),
                    attestation: "",
                    origin: Origin::Callback,
                    platform: -1,
                    campaign,
                    poses_as: None,
                });
            }
        }
    }
}

/// Creditors, shops and clinics that look for the person who had the number before.
pub(crate) fn previous_owners(cast: &Cast, s: &Scenario, chance: &mut Chance, draft: &mut Draft) {
    let shops: Vec<(Personal, Tongue, i64, Vec<String>)> = (0..40)
        .map(|i| {
            let tongue = if i % 2 == 0 {
                Tongue::Chinese
            } else {
                Tongue::English
            };
            let senders = vec![
                names::business_sender(chance, tongue),
                names::caller(chance, tongue),
            ];
            (
                Personal::draw(chance, tongue),
                tongue,
                draft.campaign(),
                senders,
            )
        })
        .collect();
    for (n, number) in cast.numbers.iter().enumerate().filter(|(_, n)| n.recycled) {
        let own: Vec<_> = shops
            .iter()
            .filter(|shop| shop.1 == number.tongue)
            .collect();
        // A few people are looked for all the time, most hardly ever.
        let sought = chance.gamma(0.7) / 0.7;
        for _ in 0..1 + chance.poisson(2.0) {
            let shop = *chance.pick(&own);
            let mean = s.previous_owner * sought * chance.gamma(0.8) / 4.0;
            calls_for(n, number, shop, mean, s, chance, draft);
        }
    }
}

fn calls_for(
    n: usize,
    number: &Number,
    shop: &(Personal, Tongue, i64, Vec<String>),
    rate: f64,
    s: &Scenario,
    chance: &mut Chance,
    draft: &mut Draft,
) {
    const HALF_LIFE_DAYS: f64 = 120.0;
    let days = f64::from(s.days);
    for _ in 0..chance.poisson(rate * days) {
        let day = chance.between(0.0, days);
        if chance.unit() > libm::pow(0.5, day / HALF_LIFE_DAYS) {
            continue;
        }
        let sms = chance.hits(0.55);
        let text = if sms {
            shop.0.message(chance, &number.owner)
        } else if chance.hits(0.4) {
            shop.0.transcript(chance, &number.owner)
        } else {
            String::new()
        };
        let from = if sms {
            shop.3[0].clone()
        } else if chance.hits(0.6) {
            shop.3[1].clone()
        } else {
            names::caller(chance, shop.1)
        };
        let (day, length) = (hour(chance, day), duration(chance));
        draft.push(Event {
            day,
            number: n,
            from,
            sms,
            text,
            duration: if sms { 0 } else { length },
            attestation: "",
            origin: Origin::PreviousOwner,
            platform: -1,
            campaign: shop.2,
            poses_as: None,
        });
    }
}

/// Messages an impostor sends (mean).
const IMPOSTURES: f64 = 40.0;

/// Somebody signs as a platform and messages anybody: that is no leak of the platform's.
pub(crate) fn impostors(cast: &Cast, s: &Scenario, chance: &mut Chance, draft: &mut Draft) {
    for _ in 0..s.impostors {
        let posed = chance.below(cast.hosts.len());
        let host = &cast.hosts[posed];
        let mut voice = Voice::draw(chance, host.tongue, draft.campaign(), 1.0, s);
        voice.script = voice.script.signed(&host.company.name);
        let members: Vec<usize> = (0..cast.numbers.len())
            .filter(|&n| cast.numbers[n].tongue == host.tongue)
            .collect();
        let begin = chance.between(f64::from(s.soak_days), f64::from(s.days) - 20.0);
        for _ in 0..chance.poisson(IMPOSTURES) {
            let day = begin + chance.between(0.0, 20.0);
            let day = hour(chance, day);
            let number = *chance.pick(&members);
            let nobody = (0.0, 0.0, "");
            draft.push(Event {
                poses_as: Some(posed),
                ..voice.contact(chance, day, number, nobody, Origin::RandomDial, -1)
            });
        }
    }
}

/// People who meant somebody else, sometimes twice.
pub(crate) fn wrong_numbers(cast: &Cast, s: &Scenario, chance: &mut Chance, draft: &mut Draft) {
    for (n, number) in cast.numbers.iter().enumerate() {
        for _ in 0..chance.poisson(s.wrong * f64::from(s.days) / 1.3) {
            let from = names::caller(chance, number.tongue);
            let mut day = chance.between(0.0, f64::from(s.days));
            let campaign = -1000 - draft.campaign();
            loop {
                let sms = chance.hits(0.3);
                let text = if sms || chance.hits(0.43) {
                    script::wrong(chance, number.tongue)
                } else {
                    String::new()
                };
                let event = Event {
                    day,
                    number: n,
                    from: from.clone(),
                    sms,
                    text,
                    duration: if sms { 0 } else { duration(chance) },
                    attestation: if number.tongue == Tongue::English && !sms {
                        "A"
                    } else {
                        ""
                    },
                    origin: Origin::WrongNumber,
                    platform: -1,
                    campaign,
                    poses_as: None,
                };
                draft.push(event);
                if chance.hits(0.77) {
                    break;
                }
                day += chance.wait(0.3);
            }
        }
    }
}
