//! Who shares buyers with whom.

use honeytoken::Language;
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{Outcome, Place, Root, draw, filled, line, short, write, write_bold};
use super::{Chart, Ink, ROWS_MAX};
use crate::graph::{GraphOut, NodeOut};
use crate::words::{class_word, say};

/// Height of a row, in units.
const ROW: u32 = 90;
/// Where platforms end, brokers stand and buyers begin.
const PLATFORMS_AT: i32 = 560;
const BROKERS_AT: i32 = 880;
const BUYERS_AT: i32 = 1130;

/// Draws platforms on the left, the brokers that their common buyers point to in the middle, these
/// buyers' number on the right. `name` says what a platform is called.
pub fn resale(graph: &GraphOut, name: &dyn Fn(&str) -> String, lang: Language) -> Chart {
    let (mut platforms, mut brokers): (Vec<&NodeOut>, Vec<&NodeOut>) =
        graph.nodes.iter().partition(|node| node.kind == "platform");
    let (hidden_platforms, hidden_brokers) = (
        platforms.len().saturating_sub(ROWS_MAX),
        brokers.len().saturating_sub(ROWS_MAX),
    );
    platforms.truncate(ROWS_MAX);
    brokers.truncate(ROWS_MAX);
    let rows = platforms.len().max(brokers.len()).max(1) as u32;
    let height = ROW * rows + 80;
    let title = say(lang, "转售关系", "Who shares buyers").to_owned();
    let description = description(graph, (hidden_platforms, hidden_brokers), name, lang);
    draw(title, description, height, |root| {
        heads(root, lang)?;
        let places = |nodes: &[&NodeOut], x: i32| -> Vec<Place> {
            let step = (ROW * rows) as f64 / nodes.len().max(1) as f64;
            (0..nodes.len())
                .map(|nth| (x, 64 + (step * (nth as f64 + 0.5)) as i32))
                .collect()
        };
        let (left, middle) = (
            places(&platforms, PLATFORMS_AT),
            places(&brokers, BROKERS_AT),
        );
        let find = |nodes: &[&NodeOut], id: &str| nodes.iter().position(|node| node.id == id);
        for edge in &graph.edges {
            let (Some(from), Some(to)) = (find(&platforms, &edge.from), find(&brokers, &edge.to))
            else {
                continue;
            };
            let (from, to) = (left[from], middle[to]);
            root.draw(&PathElement::new(
                [(from.0 + 12, from.1), (to.0 - 42, to.1)],
                line(Ink::Background, 3),
            ))?;
            // The order in which buyers reached the platforms, at the platform's end.
            let at = (from.0 + (to.0 - from.0) / 5, from.1 + (to.1 - from.1) / 5);
            root.draw(&Circle::new(at, 18, filled(Ink::Paper)))?;
            write(
                root,
                &edge.order.to_string(),
                at,
                Ink::Muted,
                HPos::Center,
                VPos::Center,
            )?;
        }
        platforms
            .iter()
            .zip(&left)
            .try_for_each(|(node, at)| platform(root, node, *at, name, lang))?;
        brokers
            .iter()
            .zip(&middle)
            .try_for_each(|(node, at)| broker(root, node, *at, lang))
    })
}

fn heads(root: &Root<'_>, lang: Language) -> Outcome {
    let heads = [
        (PLATFORMS_AT, HPos::Right, say(lang, "平台", "platforms")),
        (
            BROKERS_AT,
            HPos::Center,
            say(lang, "推断的中间商", "inferred brokers"),
        ),
        (
            BUYERS_AT,
            HPos::Left,
            say(lang, "共同买家", "common buyers"),
        ),
    ];
    heads.into_iter().try_for_each(|(x, align, words)| {
        write(root, words, (x, 26), Ink::Muted, align, VPos::Center)
    })
}

fn platform(
    root: &Root<'_>,
    node: &NodeOut,
    (x, y): Place,
    name: &dyn Fn(&str) -> String,
    lang: Language,
) -> Outcome {
    let class = node.class.map_or("", |class| class_word(class, lang));
    root.draw(&Rectangle::new(
        [(x - 2, y - 12), (x + 12, y + 12)],
        filled(Ink::Leak),
    ))?;
    write_bold(
        root,
        &short(&name(&node.id), 32),
        (x - 16, y - 12),
        Ink::Text,
        HPos::Right,
    )?;
    write(
        root,
        class,
        (x - 16, y + 16),
        Ink::Muted,
        HPos::Right,
        VPos::Center,
    )
}

fn broker(root: &Root<'_>, node: &NodeOut, (x, y): Place, lang: Language) -> Outcome {
    root.draw(&Circle::new((x, y), 40, line(Ink::Registered, 4)))?;
    write(
        root,
        &node.id,
        (x, y),
        Ink::Text,
        HPos::Center,
        VPos::Center,
    )?;
    let buyers = node.campaigns.len();
    root.draw(&PathElement::new(
        [(x + 42, y), (BUYERS_AT - 12, y)],
        line(Ink::Background, 3),
    ))?;
    let words = match lang {
        Language::Zh => format!("{buyers} 个推广方"),
        Language::En => format!("{buyers} campaigns"),
    };
    write(
        root,
        &words,
        (BUYERS_AT, y),
        Ink::Text,
        HPos::Left,
        VPos::Center,
    )
}

fn description(
    graph: &GraphOut,
    hidden: (usize, usize),
    name: &dyn Fn(&str) -> String,
    lang: Language,
) -> String {
    let brokers = graph.nodes.iter().filter(|node| node.kind == "broker");
    let one = |broker: &NodeOut| {
        let of = graph.edges.iter().filter(|edge| edge.to == broker.id);
        let names: Vec<String> = of.map(|edge| name(&edge.from)).collect();
        match lang {
            Language::Zh => format!(
                "{}：{}，共同买家 {} 个。",
                broker.id,
                names.join("、"),
                broker.campaigns.len()
            ),
            Language::En => format!(
                "{}: {}; {} common buyers.",
                broker.id,
                names.join(", "),
                broker.campaigns.len()
            ),
        }
    };
    let mut all: Vec<String> = brokers.take(ROWS_MAX).map(one).collect();
    if hidden != (0, 0) {
        all.push(match lang {
            Language::Zh => format!("另有 {} 个平台和 {} 个中间商未画出。", hidden.0, hidden.1),
            Language::En => format!(
                "{} platforms and {} brokers are not drawn.",
                hidden.0, hidden.1
            ),
        });
    }
    all.join(" ")
}
