//! What a world is made of: the numbers of section 1 of the method's page, by name.

use serde::{Deserialize, Serialize};

/// Everything that shapes a world. Rates are per number and day unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Days from the first acquisition to the end.
    pub days: u32,
    /// Platforms that are given numbers.
    pub platforms: u32,
    /// Numbers given to each platform.
    pub canaries: u32,
    /// Numbers never given to anyone.
    pub controls: u32,
    /// Numbers shared by all platforms together; 0: each platform has its own.
    pub shared_lines: u32,
    /// Fewest days between acquiring a number and giving it away.
    pub soak_days: u32,
    /// Days over which a platform's registrations are spread after the soak.
    pub stagger_days: u32,
    /// Share of platforms and numbers in China; the rest is in the United States.
    pub china: f64,
    /// Blocks of neighbouring numbers.
    pub blocks: u32,
    /// Share of platforms that market themselves.
    pub first_party: f64,
    /// Share of platforms that share with partners they declared.
    pub declared: f64,
    /// Share of platforms breached once.
    pub leak_once: f64,
    /// Share of platforms that sell every registration.
    pub resell: f64,
    /// Share of platforms that sell through a common broker.
    pub broker: f64,
    /// Number of brokers.
    pub brokers: u32,
    /// Fewest and most campaigns that buy one platform's list.
    pub buyers: (u32, u32),
    /// Campaigns that buy from one broker.
    pub broker_buyers: (u32, u32),
    /// Mean probability that a buyer contacts a number on its list.
    pub hit: f64,
    /// Mean contacts of a buyer with a number it contacts.
    pub contacts_per_hit: f64,
    /// Mean days from sale to first contact.
    pub delay_days: f64,
    /// Probability that a sold number is contacted within the hour of its registration.
    pub instant: f64,
    /// Probability that a buyer is a mass dialler that dials everybody as well.
    pub mixed_buyer: f64,
    /// Probability that a buyer's message calls the persona by name.
    pub name_in_sms: f64,
    /// Probability that a buyer's call does.
    pub name_in_call: f64,
    /// Probability that a mass dialler's message or call speaks some name.
    pub stray_names: f64,
    /// Whether personas bear common names, which strangers' messages use too.
    pub common_names: bool,
    /// Mass calls.
    pub calls: f64,
    /// Mass messages.
    pub sms: f64,
    /// Shape of the gamma distribution of how attractive a number is to mass diallers.
    pub shape: f64,
    /// Mass campaigns.
    pub campaigns: u32,
    /// Share of calls of which there is a transcript.
    pub transcripts: f64,
    /// Probability that a campaign shows a caller id it never showed before.
    pub rotation: f64,
    /// Sweeps through whole blocks, a month.
    pub sweeps_per_month: f64,
    /// Own number spoofed, so that strangers call back: storms per number and year.
    pub storms_per_year: f64,
    /// Calls in a storm (median).
    pub storm_calls: f64,
    /// Share of numbers that belonged to somebody else before.
    pub recycled: f64,
    /// Contacts for a previous owner, on such a number.
    pub previous_owner: f64,
    /// Wrong numbers.
    pub wrong: f64,
    /// Probability that a delivery is told twice.
    pub repeats: f64,
    /// Probability that a delivery is told late.
    pub late: f64,
    /// Probability that a leak-free platform's message comes from a sender nobody listed.
    pub unlisted: f64,
    /// Campaigns that bought the carrier's list: canaries and controls alike.
    pub supply_side: u32,
    /// Campaigns that sign as one of the platforms, link elsewhere, and message anybody.
    pub impostors: u32,
    /// Share of placements whose persona opts out of advertising.
    pub opt_outs: f64,
    /// Share of placements whose persona asks for erasure.
    pub erasures: f64,
    /// Share of platforms that heed neither.
    pub heedless: f64,
    /// Probability that a name that a buyer speaks is misheard, or written in Latin letters.
    pub misheard: f64,
}

impl Default for Scenario {
    fn default() -> Scenario {
        Scenario {
            name: "typical".into(),
            days: 210,
            platforms: 40,
            canaries: 3,
            controls: 40,
            shared_lines: 0,
            soak_days: 27,
            stagger_days: 44,
            china: 0.6,
            blocks: 12,
            first_party: 0.2,
            declared: 0.1,
            leak_once: 0.1,
            resell: 0.1,
            broker: 0.1,
            brokers: 2,
            buyers: (2, 6),
            broker_buyers: (12, 20),
            hit: 0.6,
            contacts_per_hit: 2.2,
            delay_days: 10.0,
            instant: 0.3,
            mixed_buyer: 0.15,
            name_in_sms: 0.25,
            name_in_call: 0.15,
            stray_names: 0.006,
            common_names: false,
            calls: 0.062,
            sms: 0.022,
            shape: 0.75,
            campaigns: 600,
            transcripts: 0.43,
            rotation: 0.9,
            sweeps_per_month: 3.0,
            storms_per_year: 0.011,
            storm_calls: 180.0,
            recycled: 0.15,
            previous_owner: 0.12,
            wrong: 0.005,
            repeats: 0.03,
            late: 0.01,
            unlisted: 0.06,
            supply_side: 0,
            impostors: 0,
            opt_outs: 0.0,
            erasures: 0.0,
            heedless: 0.0,
            misheard: 0.0,
        }
    }
}

/// The scenarios by name, each with the one thing that makes it hard.
const NAMES: [&str; 24] = [
    "typical",
    "quiet",
    "noisy",
    "recycled",
    "storms",
    "partners",
    "brokers",
    "pairs",
    "single",
    "subtle",
    "scarce",
    "notoken",
    "weaktok",
    "rare_names",
    "null",
    "null_noisy",
    "supply",
    "impostors",
    "requests",
    "unlisted",
    "misheard",
    "large",
    "honeypot",
    "demo",
];

/// The names that [`scenario`] knows.
pub fn names() -> &'static [&'static str] {
    &NAMES
}

/// The scenario of this name.
pub fn scenario(name: &str) -> Option<Scenario> {
    let base = Scenario {
        name: name.into(),
        ..Scenario::default()
    };
    Some(match name {
        "typical" => base,
        "quiet" => Scenario {
            calls: 0.016,
            sms: 0.006,
            sweeps_per_month: 1.0,
            recycled: 0.08,
            ..base
        },
        "noisy" => noisy(base),
        "recycled" => Scenario {
            recycled: 0.6,
            previous_owner: 0.35,
            ..base
        },
        "storms" => Scenario {
            storms_per_year: 0.25,
            ..base
        },
        "partners" => Scenario {
            declared: 0.4,
            first_party: 0.2,
            broker: 0.0,
            brokers: 0,
            leak_once: 0.1,
            resell: 0.075,
            unlisted: 0.12,
            ..base
        },
        "brokers" => Scenario {
            broker: 0.3,
            brokers: 4,
            leak_once: 0.025,
            resell: 0.025,
            ..base
        },
        "pairs" => Scenario {
            canaries: 2,
            ..base
        },
        "single" => Scenario {
            canaries: 1,
            ..base
        },
        "subtle" => Scenario {
            buyers: (1, 3),
            broker_buyers: (1, 3),
            hit: 0.3,
            name_in_sms: 0.03,
            name_in_call: 0.02,
            ..base
        },
        "scarce" => Scenario {
            shared_lines: 30,
            controls: 15,
            broker: 0.0,
            brokers: 0,
            storms_per_year: 0.03,
            ..base
        },
        "notoken" => Scenario {
            name_in_sms: 0.0,
            name_in_call: 0.0,
            ..base
        },
        "weaktok" => Scenario {
            common_names: true,
            ..base
        },
        "rare_names" => Scenario {
            name_in_sms: 0.05,
            name_in_call: 0.05,
            ..base
        },
        "null" => no_leaks(Scenario {
            first_party: 0.3,
            declared: 0.2,
            ..base
        }),
        "null_noisy" => no_leaks(noisy(Scenario {
            recycled: 0.4,
            previous_owner: 0.25,
            storms_per_year: 0.1,
            ..base
        })),
        "supply" => Scenario {
            supply_side: 6,
            ..base
        },
        "impostors" => Scenario {
            impostors: 12,
            ..base
        },
        "requests" => Scenario {
            first_party: 0.4,
            declared: 0.2,
            opt_outs: 0.5,
            erasures: 0.2,
            heedless: 0.4,
            ..base
        },
        "unlisted" => Scenario {
            first_party: 0.4,
            declared: 0.2,
            unlisted: 0.6,
            ..base
        },
        "misheard" => Scenario {
            misheard: 0.5,
            ..base
        },
        "large" => Scenario {
            platforms: 900,
            controls: 800,
            blocks: 60,
            calls: 1.3,
            sms: 0.45,
            ..base
        },
        "honeypot" => honeypot(base),
        "demo" => demo(base),
        _ => return None,
    })
}

fn noisy(base: Scenario) -> Scenario {
    Scenario {
        calls: 0.22,
        sms: 0.08,
        sweeps_per_month: 7.0,
        wrong: 0.024,
        ..base
    }
}

/// As many numbers and calls as "Who's Calling?" (USENIX Security 2020) tells of: 66,606 lines and
/// 1,481,201 calls in eleven months. Few of them were given to anyone.
fn honeypot(base: Scenario) -> Scenario {
    no_leaks(Scenario {
        days: 330,
        platforms: 200,
        controls: 66_006,
        blocks: 670,
        china: 0.0,
        calls: 0.0605,
        sms: 0.0,
        campaigns: 2_687,
        transcripts: 0.1,
        sweeps_per_month: 0.05,
        storm_calls: 120.0,
        recycled: 0.02,
        wrong: 0.001,
        ..base
    })
}

fn no_leaks(s: Scenario) -> Scenario {
    Scenario {
        leak_once: 0.0,
        resell: 0.0,
        broker: 0.0,
        brokers: 0,
        ..s
    }
}

/// Small enough for two minutes, with one of everything.
fn demo(base: Scenario) -> Scenario {
    Scenario {
        platforms: 20,
        controls: 24,
        blocks: 8,
        leak_once: 0.15,
        resell: 0.15,
        broker: 0.15,
        brokers: 1,
        declared: 0.15,
        calls: 0.03,
        sms: 0.015,
        recycled: 0.2,
        sweeps_per_month: 2.0,
        ..base
    }
}
