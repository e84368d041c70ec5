//! Published collections of spam, where they lie beside the workspace or above it: `shared/data`.
//!
//! None of their texts is part of the project.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use attribution::topic::{Model, Topic, features};

static LEXICON: LazyLock<Model> = LazyLock::new(Model::by_lexicon);

/// A text with what it is about.
pub(crate) struct Sample {
    /// The label's file or column.
    pub(crate) label: &'static str,
    /// What it is learned as.
    pub(crate) topic: Topic,
    /// The text.
    pub(crate) text: String,
    /// Kept for testing.
    pub(crate) held_out: bool,
}

/// A label and the topics that are right for it.
pub(crate) type Label = (&'static str, &'static [Topic]);

/// Chinese categories of FBS_SMS (CCS 2020), and English ones of SmishTank.
pub(crate) const LABELS: &[Label] = &[
    ("AD_Loan", &[Topic::Loan]),
    ("AD_Network_service", &[Topic::Telecom]),
    (
        "AD_Other",
        &[
            Topic::Advertising,
            Topic::Jobs,
            Topic::Education,
            Topic::Travel,
            Topic::Medical,
            Topic::Games,
            Topic::Home,
            Topic::Insurance,
            Topic::Adult,
        ],
    ),
    ("AD_Real_estate", &[Topic::RealEstate]),
    ("AD_Retail", &[Topic::Retail]),
    ("FR_Financial", &[Topic::Investment]),
    ("FR_Other", &[Topic::Imposter, Topic::Prize, Topic::Romance]),
    ("FR_Phishing_Bank", &[Topic::Imposter]),
    ("FR_Phishing_Other", &[Topic::Imposter, Topic::Prize]),
    ("IL_Fake_ID_and_invoice", &[Topic::FakeDocuments]),
    ("IL_Gambling", &[Topic::Gambling]),
    ("Other", &[Topic::Personal]),
    ("Account Alert", &[Topic::Imposter, Topic::TechSupport]),
    (
        "Advertisement",
        &[
            Topic::Advertising,
            Topic::Retail,
            Topic::Medical,
            Topic::Loan,
            Topic::RealEstate,
            Topic::Insurance,
            Topic::Energy,
            Topic::Home,
            Topic::Warranty,
            Topic::Education,
            Topic::Games,
            Topic::Telecom,
            Topic::Travel,
            Topic::Gambling,
            Topic::HomeSecurity,
        ],
    ),
    ("Delivery", &[Topic::Delivery]),
    ("Wrong Number/Romance Scam", &[Topic::Romance, Topic::Adult]),
    ("Finance/Crypto", &[Topic::Investment, Topic::Loan]),
    ("Prize/Contest", &[Topic::Prize]),
    ("Job Advertisement", &[Topic::Jobs]),
    ("ham", &[Topic::Personal]),
];
/// Of the many texts of people in the UCI collection, one in so many is taken.
const PEOPLE_ONE_IN: usize = 4;

/// The folder `name` under `shared`, in the workspace's parent or above.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared").join(name))
        .find(|folder| folder.is_dir())
}

/// All labelled texts that can be found.
pub(crate) fn samples() -> Vec<Sample> {
    let Some(data) = shared("data") else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (label, topics) in LABELS {
        let file = data.join("fbs_sms").join(label).with_extension("txt");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        all.extend(text.lines().map(|line| sample(label, topics, joined(line))));
    }
    let rows = csv(&std::fs::read(data.join("smish_dt/smishtank.csv")).unwrap_or_default());
    let place = |name: &str| rows.first()?.iter().position(|c| c.contains(name));
    if let (Some(text), Some(label)) = (place("MainText"), place("Message Categories")) {
        for row in rows.iter().skip(1) {
            let (Some(text), Some(wanted)) = (row.get(text), row.get(label)) else {
                continue;
            };
            let known = LABELS.iter().find(|(label, _)| label == wanted);
            all.extend(known.map(|(label, topics)| sample(label, topics, text.clone())));
        }
    }
    all.extend(people(&data).map(|text| sample("ham", &[Topic::Personal], text)));
    all
}

/// What people write to each other (UCI 228, and the Chinese ham of miaostudy).
fn people(data: &Path) -> impl Iterator<Item = String> {
    let english = std::fs::read_to_string(data.join("smish_dt/UCI_SMSSpamCollection"));
    let english: Vec<String> = english
        .unwrap_or_default()
        .lines()
        .filter_map(|l| Some(l.strip_prefix("ham\t")?.to_owned()))
        .step_by(PEOPLE_ONE_IN)
        .collect();
    let chinese = csv(&std::fs::read(data.join("zh_sms_small/ham_data.csv")).unwrap_or_default());
    let chinese = chinese
        .into_iter()
        .skip(1)
        .filter_map(|row| row.get(2).cloned());
    english.into_iter().chain(chinese)
}

/// Of the topics that are right for a label, the one that the lexicon knows the text by, else the
/// first.
fn sample(label: &'static str, topics: &[Topic], text: String) -> Sample {
    let scores = LEXICON.scores(&text).unwrap_or_default();
    let score = |t: &Topic| scores.get(*t as usize).copied().unwrap_or(0.0);
    let mut topic = topics[0];
    for other in topics {
        if score(other) > score(&topic) {
            topic = *other;
        }
    }
    Sample {
        label,
        topic,
        held_out: least(&text).is_multiple_of(5),
        text,
    }
}

/// Near-duplicates mostly fall on the same side: the least feature of two texts is the same as
/// often as they are alike (Broder 1997).
fn least(text: &str) -> u32 {
    let spread = |f: u32| f.wrapping_mul(0x9e37_79b9).rotate_left(11);
    features(text).into_iter().map(spread).min().unwrap_or(0)
}

/// FBS_SMS is cut into words, with contacts, names and places replaced by capitals: words are joined
/// again, and what was replaced is a gap.
fn joined(line: &str) -> String {
    let placeholder = |w: &str| w.len() > 1 && w.bytes().all(|b| b.is_ascii_uppercase());
    let mut text = String::new();
    for word in line.split_whitespace() {
        if placeholder(word) {
            text.push('，');
        } else {
            if word.is_ascii() {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
    text
}

/// Comma-separated rows, with quoted cells.
pub(crate) fn csv(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = String::from_utf8_lossy(bytes);
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quoted, c) {
            (true, '"') if chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            (_, '"') => quoted = !quoted,
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\n') => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (_, c) => cell.push(c),
        }
    }
    if !row.is_empty() || !cell.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}
