//! Verdicts, campaigns and links as the API and `--json` tell them.

use std::collections::BTreeMap;

use attribution::topic::Topic;
use attribution::{Campaign, Cause, Class, Factor, Flag, LeakDate, Link, Reason, Verdict};
use honeytoken::{PlatformId, ReplyStanding, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// What is said of a platform, as of the end of the log.
#[derive(Serialize, ToSchema)]
pub struct VerdictOut {
    /// Which platform.
    pub platform: String,
    /// `insufficient`, `quiet`, `first_party`, `disclosed`, `leaked` or `resold`.
    #[schema(value_type = String)]
    pub class: Class,
    /// Posterior probability that its numbers were passed on.
    pub probability: f64,
    /// Anytime-valid evidence for it; its mean is at most 1 if nothing was passed on.
    pub e_value: f64,
    /// The false-discovery level at which it would just be accused.
    pub fdr: f64,
    /// The first contact with cause `leak`.
    #[schema(value_type = Option<String>)]
    pub first_evidence_at: Option<Timestamp>,
    /// When it first became leaked or resold.
    #[schema(value_type = Option<String>)]
    pub flagged_at: Option<Timestamp>,
    /// From the first contact with cause `leak` to the flag, in days.
    pub days_to_detection: Option<f64>,
    /// Days that its numbers were out and proven alive, summed, parts of days as such.
    pub exposure_days: f64,
    /// The same in hours.
    pub live_hours: f64,
    /// Its numbers.
    pub canaries: u32,
    /// Of them, numbers that somebody chose and that were not drawn by lot.
    pub canaries_chosen: u32,
    /// Its numbers that leak contacts reached.
    pub canaries_hit: u32,
    /// Contacts since its numbers were given away, by cause.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub contacts: BTreeMap<Cause, u64>,
    /// The entries it rests on.
    pub evidence: Vec<u64>,
    /// Findings of their own, such as `opt_out_violated`.
    #[schema(value_type = Vec<String>)]
    pub flags: Vec<Flag>,
    /// For `first_party`: whether it marketed after the persona opted out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opt_out_violated: Option<bool>,
    /// Platforms that explain the same contacts as well.
    pub joint_with: Vec<String>,
    /// When the numbers left, earliest and latest.
    #[schema(value_type = Option<Vec<String>>)]
    pub leak_between: Option<(Timestamp, Timestamp)>,
    /// When the numbers left, `{earliest, likely, latest}`: with probability .9 between the outer
    /// two, as likely before as after the middle one. Only where it stands accused.
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    pub leak_date: Option<LeakDate>,
    /// How much each piece weighs, natural logarithms.
    #[schema(value_type = Vec<Object>)]
    pub factors: Vec<Factor>,
    /// In English, with what would have to be true for it to be wrong.
    pub reason: String,
    /// In Chinese and English.
    #[schema(value_type = Object)]
    pub reasons: Reason,
    /// Where the platform's right of reply stands; left out where nobody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyOut>,
}

/// Where a platform's right of reply stands.
#[derive(Serialize, ToSchema)]
pub struct ReplyOut {
    /// `not_offered`, `open` (it has time to answer), `unanswered` or `answered`.
    pub state: &'static str,
    /// When it was told.
    #[schema(value_type = Option<String>)]
    pub notified_at: Option<Timestamp>,
    /// Until when it is asked to answer.
    #[schema(value_type = Option<String>)]
    pub due: Option<Timestamp>,
    /// When it answered last.
    #[schema(value_type = Option<String>)]
    pub answered_at: Option<Timestamp>,
    /// Whether an answer stands in what is published.
    pub published: bool,
}

impl From<ReplyStanding> for ReplyOut {
    fn from(standing: ReplyStanding) -> ReplyOut {
        let none = ReplyOut {
            state: standing.as_str(),
            notified_at: None,
            due: None,
            answered_at: None,
            published: false,
        };
        match standing {
            ReplyStanding::NotOffered => none,
            ReplyStanding::Open { notified_at, due }
            | ReplyStanding::Unanswered { notified_at, due } => ReplyOut {
                notified_at: Some(notified_at),
                due: Some(due),
                ..none
            },
            ReplyStanding::Answered {
                received_at,
                published,
            } => ReplyOut {
                answered_at: Some(received_at),
                published,
                ..none
            },
        }
    }
}

impl VerdictOut {
    /// With the platform's right of reply.
    #[must_use]
    pub fn with_reply(mut self, standing: ReplyStanding) -> VerdictOut {
        self.reply = Some(standing.into());
        self
    }
}

impl From<Verdict> for VerdictOut {
    fn from(v: Verdict) -> VerdictOut {
        let violated = v.flags.contains(&Flag::OptOutViolated);
        VerdictOut {
            platform: v.platform.to_string(),
            class: v.class,
            probability: v.probability,
            e_value: v.e_value,
            fdr: v.fdr,
            first_evidence_at: v.first_evidence_at,
            flagged_at: v.flagged_at,
            days_to_detection: v.days_to_detection,
            exposure_days: v.exposure_days,
            live_hours: v.live_hours,
            canaries: v.canaries,
            canaries_chosen: v.canaries_chosen,
            canaries_hit: v.canaries_hit,
            contacts: v.contacts,
            evidence: v.evidence,
            opt_out_violated: (v.class == Class::FirstParty).then_some(violated),
            flags: v.flags,
            joint_with: v.joint_with.iter().map(ToString::to_string).collect(),
            leak_between: v.leak_between,
            leak_date: v.leak_date,
            factors: v.factors,
            reason: v.reason.en.clone(),
            reasons: v.reason,
            reply: None,
        }
    }
}

/// A campaign: one caller's activity, as far as contacts could be linked.
#[derive(Serialize, ToSchema)]
pub struct CampaignOut {
    /// Its id; it never changes as the campaign grows.
    pub campaign: String,
    /// Its first contact.
    #[schema(value_type = String)]
    pub first_at: Timestamp,
    /// Its last contact.
    #[schema(value_type = String)]
    pub last_at: Timestamp,
    /// Contacts.
    pub contacts: u64,
    /// Numbers reached.
    pub numbers: u32,
    /// Numbers that nobody had been given when they were reached.
    pub unplaced: u32,
    /// Platforms through which it reached numbers, if it works lists.
    pub platforms: Vec<String>,
    /// The language of most of its texts as a BCP 47 tag (`zh-Hans`, `zh-Hant`, `en`, …); null where
    /// too little was said.
    pub language: Option<String>,
    /// What most of its texts are about, such as `loan` or `gambling`; null where nothing tells.
    #[schema(value_type = Option<String>)]
    pub category: Option<Topic>,
    /// The same in the terms of 12321, China's centre for complaints.
    pub category_12321: &'static str,
    /// The same as a subject of the FTC's Do-Not-Call complaint form.
    pub category_ftc: &'static str,
    /// Domains that its texts lead to, those seen first; hidden from viewers.
    pub domains: Vec<String>,
    /// Ids that it was known by before it grew together with older contacts.
    pub known_as: Vec<String>,
}

impl CampaignOut {
    /// The campaign, with those of its platforms that `open` lets through.
    pub fn new(campaign: Campaign, open: impl Fn(&PlatformId) -> bool) -> CampaignOut {
        let platforms = campaign
            .platforms
            .iter()
            .filter(|p| open(p))
            .map(ToString::to_string);
        CampaignOut {
            campaign: campaign.campaign.to_string(),
            first_at: campaign.first_at,
            last_at: campaign.last_at,
            contacts: campaign.contacts,
            numbers: campaign.numbers,
            unplaced: campaign.unplaced,
            platforms: platforms.collect(),
            language: campaign.language,
            category: campaign.topic,
            category_12321: in_12321(campaign.topic, campaign.silent),
            category_ftc: ftc_subject(campaign.topic, campaign.silent),
            domains: campaign.domains,
            known_as: campaign.known_as.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Calls in which nothing was said have words of their own in both lists.
fn in_12321(topic: Option<Topic>, silent: bool) -> &'static str {
    match topic {
        Some(topic) => topic.in_12321(),
        None if silent => "响一声",
        None => "其他",
    }
}

fn ftc_subject(topic: Option<Topic>, silent: bool) -> &'static str {
    match topic {
        Some(topic) => topic.ftc_subject(),
        None if silent => "Dropped call or no message",
        None => "No Subject Provided",
    }
}

/// Two platforms whose numbers reach the same buyers beyond chance.
#[derive(Serialize, ToSchema)]
pub struct LinkOut {
    /// The two, the one that was reached first in front.
    pub platforms: [String; 2],
    /// Probability of so many common campaigns by chance.
    pub p_value: f64,
    /// When the first of the common campaigns reached each, to the day.
    #[schema(value_type = [String; 2])]
    pub first_at: [Timestamp; 2],
    /// The campaigns in common.
    pub campaigns: Vec<String>,
}

impl From<Link> for LinkOut {
    fn from(link: Link) -> LinkOut {
        LinkOut {
            platforms: link.platforms.map(|p| p.to_string()),
            p_value: link.p_value,
            first_at: link.first_at,
            campaigns: link.campaigns.iter().map(ToString::to_string).collect(),
        }
    }
}
