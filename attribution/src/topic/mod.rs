//! What a message or call is about, in the words that complaint forms ask for.
//!
//! A linear model over pairs of Han characters and over Latin words. Its weights
//! (`data/topics.tsv`) are learned by `examples/learn_topics.rs` from published collections of spam,
//! none of whose texts are here; what those collections lack, or lump together, is known by the words
//! in `lexicon`. `tests/topics.rs` says how often it is right about texts it has not seen.
//!
//! 12321's words follow its quarterly reports, the FTC's the subjects of its Do-Not-Call complaints.

use std::fmt;

use serde::{Deserialize, Serialize};

mod lexicon;
mod model;

pub use model::{Model, features};

macro_rules! topics {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $zh:literal, $ftc:expr;)*) => {
        /// What a message or call is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Topic { $($(#[$doc])* $variant,)* }

        impl Topic {
            /// All of them, in order.
            pub const ALL: &'static [Topic] = &[$(Topic::$variant),*];

            /// The word in files and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $(Topic::$variant => $word,)* }
            }

            /// The type in the terms of 12321, China's centre for complaints.
            pub const fn in_12321(self) -> &'static str {
                match self { $(Topic::$variant => $zh,)* }
            }

            /// The subject in the terms of the FTC's Do-Not-Call complaint form.
            pub const fn ftc_subject(self) -> &'static str {
                match self { $(Topic::$variant => $ftc,)* }
            }
        }
    };
}

const DEBT: &str = "Reducing your debt (credit cards, mortgage, student loans)";
const IMPOSTER: &str = "Calls pretending to be government, businesses, or family and friends";
const INCOME: &str = "Work from home & other ways to make money";
const PRIZE: &str = "Lotteries, prizes & sweepstakes";
const OTHER: &str = "Other";

topics! {
    /// Credit, credit cards, debt relief.
    Loan = "loan", "贷款理财", DEBT;
    /// Collection of debts, real or not.
    DebtCollection = "debt_collection", "违规催收", DEBT;
    /// Shares, funds, coins.
    Investment = "investment", "股票证券", INCOME;
    /// Insurance.
    Insurance = "insurance", "保险推销", OTHER;
    /// Flats, houses, offers to buy them.
    RealEstate = "real_estate", "房产中介", OTHER;
    /// Courses, exams, schools.
    Education = "education", "教育培训", OTHER;
    /// Shops and their sales.
    Retail = "retail", "零售业推销", OTHER;
    /// Tariffs and services of telephone companies.
    Telecom = "telecom", "电信服务宣传", OTHER;
    /// Games.
    Games = "games", "网络游戏", OTHER;
    /// Betting and casinos.
    Gambling = "gambling", "赌博", PRIZE;
    /// Forged papers and invoices.
    FakeDocuments = "fake_documents", "假证假据", OTHER;
    /// In the name of a bank, a shop, an office, a friend.
    Imposter = "imposter", "涉嫌诈骗", IMPOSTER;
    /// In the name of a carrier of parcels.
    Delivery = "delivery", "涉嫌诈骗", IMPOSTER;
    /// Won, but not yet paid out.
    Prize = "prize", "涉嫌诈骗", PRIZE;
    /// Work at home and other jobs.
    Jobs = "jobs", "涉嫌诈骗", INCOME;
    /// Warranties and protection plans.
    Warranty = "warranty", "零售业推销", "Warranties & protection plans";
    /// Computers that are said to be ill.
    TechSupport = "tech_support", "涉嫌诈骗", "Computer & technical support";
    /// Medicine, tests, health plans.
    Medical = "medical", "食药推销", "Medical & prescriptions";
    /// Power, gas, solar panels.
    Energy = "energy", "其他", "Energy, solar, & utilities";
    /// Repairs, furnishing, cleaning.
    Home = "home", "其他", "Home improvement & cleaning";
    /// Alarms and cameras.
    HomeSecurity = "home_security", "其他", "Home security & alarms";
    /// Holidays, timeshares, transport.
    Travel = "travel", "旅游交通", "Vacation & timeshares";
    /// Donations.
    Charity = "charity", "其他", "Charities";
    /// Sex.
    Adult = "adult", "淫秽色情", OTHER;
    /// A stranger who wants to get to know one.
    Romance = "romance", "涉嫌诈骗", IMPOSTER;
    /// Advertising for anything else.
    Advertising = "advertising", "商业营销", OTHER;
    /// No advertising: a person, a notice.
    Personal = "personal", "其他", OTHER;
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Topic {
    /// The topic of this word.
    pub fn of_word(word: &str) -> Option<Topic> {
        Topic::ALL.iter().copied().find(|t| t.as_str() == word)
    }

    /// What a text is about; none if it says nothing that the model knows.
    pub fn of(text: &str) -> Option<Topic> {
        Model::ours().topic(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_texts_are_about() {
        for (text, want) in [
            ("凭身份证即可借款无抵押当天到账，利息低", Topic::Loan),
            (
                "您的借款已逾期请尽快还款，否则上报征信",
                Topic::DebtCollection,
            ),
            ("老师带队牛股连拉涨停，免费诊股", Topic::Investment),
            ("地铁口现房首付30万起，学区房本周末开盘", Topic::RealEstate),
            ("真人娱乐注册即领体验金，首存送彩金", Topic::Gambling),
            ("代开各类发票，验证后付款，点数低", Topic::FakeDocuments),
            ("您的快递丢失可双倍理赔，请加理赔专员", Topic::Delivery),
            (
                "your vehicle factory warranty is about to expire",
                Topic::Warranty,
            ),
            (
                "USPS: your package is held at our depot, confirm your address",
                Topic::Delivery,
            ),
            (
                "there is a warrant in your name, your social security number is suspended",
                Topic::Imposter,
            ),
            (
                "homeowners in your area are getting solar panels at no cost",
                Topic::Energy,
            ),
            (
                "your medicare plan now covers a back brace at no cost",
                Topic::Medical,
            ),
        ] {
            assert_eq!(Topic::of(text), Some(want), "{text}");
        }
        assert_eq!(Topic::of(""), None);
        assert_eq!(Topic::of("\u{1f600}"), None);
    }

    #[test]
    fn words_lead_back_to_topics() {
        assert!(
            Topic::ALL
                .iter()
                .all(|t| Topic::of_word(t.as_str()) == Some(*t))
        );
    }
}
