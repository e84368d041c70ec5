//! What a study can hope to find, in the shape that machines read.

use attribution::{Plan, Power, Setting};
use serde::Serialize;
use utoipa::ToSchema;

/// The share that is aimed at.
const AIM: f64 = 0.9;

/// How likely a leak is found.
#[derive(Debug, Serialize, ToSchema)]
pub struct PowerOut {
    /// Numbers given to the platform.
    pub lines: u32,
    /// Days watched, from the first registration on.
    pub days: u32,
    /// Contacts that the leak brings to each number, on the average.
    pub size: u32,
    /// Share of simulated leaks that were found in time.
    pub power: f64,
    /// What the share may be in truth, at 95 %, given the number of simulated worlds.
    pub power_between: (f64, f64),
    /// Worlds that were simulated.
    pub trials: u32,
    /// Share found by then, in quarters of the study.
    pub by_day: Vec<ByDay>,
    /// Days after which nine leaks in ten were found; null if fewer were.
    pub days_to_90_percent: Option<f64>,
    /// What it rests on.
    pub rests_on: RestsOn,
}

/// Share of leaks found by a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ByDay {
    /// The day, from the first registration on.
    pub day: u32,
    /// Share found.
    pub power: f64,
}

/// What the answer rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestsOn {
    /// Contacts a day on a line that nobody was given; null: not measured well enough, so that
    /// the noise of a simulated world is assumed.
    pub noise_per_line_day: Option<f64>,
    /// Days over which it was measured, summed over lines.
    pub line_days: u64,
    /// Platforms watched.
    pub platforms: u32,
    /// Controls.
    pub controls: u32,
    /// Level at which verdicts are said.
    pub alpha: f64,
    /// In words.
    pub assumed: &'static str,
    /// In Chinese.
    pub assumed_zh: &'static str,
}

const MEASURED: (&str, &str) = (
    "noise is this installation's own; buyers behave as in simulated worlds (docs/pool.md)",
    "背景噪声取自本系统实测；买家行为按模拟世界假设（见 docs/pool.md）",
);
const ASSUMED: (&str, &str) = (
    "noise is assumed, since fewer than 300 line-days without a placement were watched; buyers behave as in simulated worlds (docs/pool.md)",
    "未分配号码的观察不足 300 号·日，背景噪声为假设值；买家行为按模拟世界假设（见 docs/pool.md）",
);

impl PowerOut {
    /// The answer for a plan in a setting.
    pub fn new(plan: Plan, setting: &Setting, power: &Power) -> PowerOut {
        let by_day = |quarter| {
            let day = plan.days() * quarter / 4;
            ByDay {
                day,
                power: power.within(f64::from(day)),
            }
        };
        let (assumed, assumed_zh) = if setting.noise.is_some() {
            MEASURED
        } else {
            ASSUMED
        };
        PowerOut {
            lines: plan.lines(),
            days: plan.days(),
            size: plan.contacts(),
            power: power.share(),
            power_between: power.interval(),
            trials: power.trials,
            by_day: (1..=4).map(by_day).collect(),
            days_to_90_percent: power.days_to(AIM),
            rests_on: RestsOn {
                noise_per_line_day: setting.noise,
                line_days: setting.line_days,
                platforms: setting.platforms,
                controls: setting.controls,
                alpha: setting.alpha,
                assumed,
                assumed_zh,
            },
        }
    }
}
