//! A plan of shared lines, as the API and the program tell it.

use attribution::Reason;
use attribution::design::{Plan, Strength};
use honeytoken::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

const DAY_S: i64 = 86_400;

/// Who is given which shared lines, when, and what that can tell apart.
#[derive(Debug, Serialize, ToSchema)]
pub struct DesignOut {
    /// With the same seed, platforms and lines the plan comes out the same.
    pub seed: u64,
    /// Lines given to each platform.
    pub weight: usize,
    /// Platforms that may leak at once and still be told from all others, whoever they are, where
    /// lines are reached by leaks and by nothing else. Found by looking at every word.
    pub leakers: usize,
    /// For 1, 2, … leakers: lines of any honest platform that stay silent at least.
    pub margin: Vec<usize>,
    /// The most lines that two platforms have in common.
    pub common_max: usize,
    /// Platforms that are given exactly the same lines, and can only be blamed together.
    pub joint: Vec<Vec<String>>,
    /// The fewest and most platforms on one line.
    pub platforms_per_line: [usize; 2],
    /// The fewest lines by which any code could tell so many leakers apart.
    pub lines_least: usize,
    /// By platform, in the order of the request.
    pub platforms: Vec<DesignedOut>,
    /// What to think about.
    pub warnings: Vec<String>,
    /// The same in words, Chinese and English, with what it does not promise.
    #[schema(value_type = Object)]
    pub says: Reason,
}

/// One platform of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct DesignedOut {
    /// Which platform.
    pub platform: String,
    /// What to place, in order of time; each with a persona of its own.
    pub honeytokens: Vec<DesignedSlotOut>,
}

/// One honeytoken of a plan: `POST /v1/honeytokens` with these and the platform.
#[derive(Debug, Serialize, ToSchema)]
pub struct DesignedSlotOut {
    /// Which line.
    pub line: String,
    /// When to register it.
    #[schema(value_type = String)]
    pub registered_at: Timestamp,
}

impl DesignOut {
    /// A plan in names; `start_at` is its first day.
    pub fn new(
        plan: &Plan,
        platforms: &[String],
        lines: &[String],
        start_at: Timestamp,
        seed: u64,
    ) -> DesignOut {
        let strength = &plan.strength;
        let word = |(slots, platform): (&Vec<attribution::design::Slot>, &String)| DesignedOut {
            platform: platform.clone(),
            honeytokens: slots
                .iter()
                .map(|slot| DesignedSlotOut {
                    line: lines[slot.line].clone(),
                    registered_at: start_at.plus_s(i64::from(slot.day) * DAY_S),
                })
                .collect(),
        };
        let names = |group: &Vec<usize>| group.iter().map(|p| platforms[*p].clone()).collect();
        DesignOut {
            seed,
            weight: plan.words.first().map_or(0, Vec::len),
            leakers: strength.leakers,
            margin: strength.margin.clone(),
            common_max: strength.common_max,
            joint: strength.joint.iter().map(names).collect(),
            platforms_per_line: strength.load.into(),
            lines_least: strength.lines_least,
            platforms: plan.words.iter().zip(platforms).map(word).collect(),
            warnings: Vec::new(),
            says: says(strength, platforms.len(), lines.len()),
        }
    }
}

fn says(strength: &Strength, platforms: usize, lines: usize) -> Reason {
    let (leakers, together) = (strength.leakers, strength.joint.len());
    let spare = strength.margin.last().map_or(0, |m| m.saturating_sub(1));
    let mut zh = format!(
        "{lines}个号码分给{platforms}个平台，任意两个平台最多共用{}个。若号码只因泄露而响，最多{leakers}个平台同时泄露仍可与其余平台区分，此时还容许{spare}个号码被陌生人误拨。",
        strength.common_max
    );
    let mut en = format!(
        "{lines} lines for {platforms} platforms, any two share at most {}. Where lines ring because of leaks alone, up to {leakers} leaking at once are told from all others, and {spare} lines may then still be dialled by strangers.",
        strength.common_max
    );
    if leakers == 0 {
        zh = format!(
            "{lines}个号码太少：有平台的号码全部同时属于另一个平台，仅凭号码无法区分，只能靠名字和时间。"
        );
        en = format!(
            "{lines} lines are too few: some platform's lines all belong to another as well. Lines alone cannot tell them apart, only names and times can."
        );
    }
    if together > 0 {
        zh.push_str(&format!("有{together}组平台号码完全相同，只能共同担责。"));
        en.push_str(&format!(
            " {together} groups hold exactly the same lines and can only be blamed together."
        ));
    }
    zh.push_str("每个平台在每个号码上须用各自的名字。真实号码总有背景来电，也并非每个买家都会拨打，结论以判定的 e 值为准。");
    en.push_str(" Give every platform a name of its own on every line. Real lines are dialled by strangers too, and not every buyer reaches them: what counts is the verdict's e-value.");
    Reason { zh, en }
}
