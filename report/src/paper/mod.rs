//! Paper: what is handed to people, said once and set twice.
//!
//! A [`Paper`] is a title and [`Block`]s in one language. [`Paper::html`] sets it as one file that
//! needs nothing else and can be printed; [`Paper::pdf`] as PDF with embedded letters and charts as
//! vectors. [`Block::html`] and [`STYLE`] are for pages that show the same blocks.
//!
//! All text is text: whatever a stranger wrote is escaped in HTML, and in the PDF shown by its code
//! points where our letters lack it.

mod html;
mod pdf;

use honeytoken::{Language, Timestamp};

use crate::chart::Chart;

pub use pdf::PdfError;

/// The style sheet of blocks, the inks of charts included.
pub const STYLE: &str = concat!(
    include_str!("style.css"),
    include_str!("../chart/style.css")
);

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    /// In which language it is.
    pub lang: Language,
    /// Its BCP 47 tag, where it is in neither of them: a form in the language of its authority.
    pub tag: Option<&'static str>,
    /// What it is about.
    pub title: String,
    /// Under the title: for whom, as of when.
    pub subtitle: String,
    /// Who publishes it, if they want to be named.
    pub brand: Option<String>,
    /// At the foot of every page.
    pub foot: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The beginning of a part.
    Heading(String),
    /// The beginning of a part of a part.
    Subheading(String),
    /// What matters most, in large letters.
    Lead(String),
    /// A paragraph.
    Text(String),
    /// Something that nobody should overlook.
    Notice(String),
    /// Names and what they are.
    Facts(Vec<(String, String)>),
    /// Rows under heads.
    Table(Table),
    /// Points.
    List(Vec<String>),
    /// A chart with what it shows.
    Figure {
        /// The chart.
        chart: Chart,
        /// What is to be seen and what is not.
        caption: String,
    },
    /// What somebody else said.
    Quote {
        /// Who, when.
        about: String,
        /// What.
        text: String,
    },
}

/// Rows under heads; all of the same length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// What stands in each column.
    pub heads: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use attribution::{Cause, Factor};

    use super::*;
    use crate::chart::{self, FirstContact, Ink, Row, SurvivalLine, Timeline, Waited};
    use crate::survival::{Curve, Subject};

    fn day(day: i64) -> Timestamp {
        Timestamp::from_unix_s(1_767_225_600 + day * 86_400)
    }

    fn figure(chart: Chart) -> Block {
        Block::Figure {
            chart,
            caption: "…".into(),
        }
    }

    /// One of each block and of each chart, with a stranger's words wherever they may come.
    pub(super) fn paper(lang: Language, said: &str) -> Paper {
        let row = |nth: i64| Row {
            label: format!("N{nth} {said}"),
            soak: Some((day(0), day(30))),
            registered: Some(day(31 + nth)),
            alive: vec![(day(0), day(80)), (day(95), day(180))],
            contacts: vec![
                (day(40 + 5 * nth), Cause::Transactional),
                (day(60 + 7 * nth), Cause::Leak),
                (day(100), Cause::Background),
                (day(120), Cause::FirstParty),
                (day(130), Cause::DisclosedPartner),
                (day(12), Cause::PreviousOwner),
                (day(170), Cause::Unknown),
            ],
        };
        let rows: Vec<Row> = (0..6).map(row).collect();
        let contacts: Vec<_> = rows.iter().flat_map(|row| row.contacts.clone()).collect();
        let waits = (0..6).map(|nth| Waited {
            label: format!("N{nth}"),
            days: 10.0 + f64::from(nth) * 20.0,
            reached: nth % 2 == 0,
        });
        let subject = |nth: i32, hits: bool| Subject {
            watched: vec![(0.0, 150.0 - f64::from(nth))],
            event: hits.then(|| 20.0 + f64::from(nth) * 9.0),
        };
        let line = |label: &str, ink, every: i32| SurvivalLine {
            label: label.into(),
            ink,
            curve: Curve::of((0..14).map(|nth| subject(nth, nth % every == 0)).collect()),
        };
        let factors = [
            ("rate", 9.0),
            ("instant", -0.7),
            ("breadth", 3.1),
            ("token", 12.0),
        ]
        .map(|(name, log_e)| Factor {
            name: name.into(),
            log_e,
        });
        let timeline = Timeline {
            rows,
            from: day(0),
            until: day(190),
            flagged_at: Some(day(110)),
            leak_date: Some((day(45), day(70))),
        };
        Paper {
            lang,
            tag: None,
            title: format!("报告 Report {said}"),
            subtitle: said.to_owned(),
            brand: Some(said.to_owned()),
            foot: format!("log {said}"),
            made_at: day(200),
            blocks: vec![
                Block::Heading(said.to_owned()),
                Block::Lead(format!(
                    "只给过该平台的 6 个号码中有 6 个收到未披露第三方的联系。{said}"
                )),
                Block::Notice(said.to_owned()),
                Block::Subheading(said.to_owned()),
                Block::Text(said.to_owned()),
                Block::Facts(vec![(said.to_owned(), said.to_owned())]),
                Block::Table(Table {
                    heads: vec!["a".into(), said.to_owned()],
                    rows: vec![vec![said.to_owned(), "2".into()]],
                }),
                Block::List(vec![said.to_owned()]),
                Block::Quote {
                    about: said.to_owned(),
                    text: said.to_owned(),
                },
                figure(chart::timeline(&timeline, lang)),
                figure(chart::first_contact(&FirstContact(waits.collect()), lang)),
                figure(chart::survival(
                    &[
                        line("this", Ink::Leak, 2),
                        line("others", Ink::Registered, 7),
                    ],
                    lang,
                )),
                figure(chart::over_time(&contacts, day(0), day(190), lang)),
                figure(chart::weights(&factors, lang)),
            ],
        }
    }

    /// For people who want to see: `PAPER_DIR=DIR cargo test -p report paper::tests::seen`.
    #[test]
    fn seen() {
        let html = paper(Language::En, "Hello").html();
        assert_eq!(html.matches("<svg").count(), 5);
        if let Ok(dir) = std::env::var("PAPER_DIR") {
            for (name, lang) in [("zh", Language::Zh), ("en", Language::En)] {
                let paper = paper(lang, "您好，尊敬的客户 <b>x</b>");
                std::fs::write(format!("{dir}/{name}.html"), paper.html()).unwrap();
                std::fs::write(format!("{dir}/{name}.pdf"), paper.pdf().unwrap()).unwrap();
            }
        }
    }
}
