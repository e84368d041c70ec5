//! How long each number waited for the first leak contact.

use honeytoken::Language;
use plotters::element::{PathElement, Rectangle};

use super::axes::{
    Axis, Key, Place, Root, amounts, draw, filled, legend, legend_height, line, mark, plane, short,
};
use super::timeline::not_drawn;
use super::{Chart, Ink, ROWS_MAX};
use crate::words::say;
use attribution::Cause;

/// Height of a row, in units.
const ROW: u32 = 38;

/// A number's wait.
#[derive(Debug, Clone)]
pub struct Waited {
    /// What stands before it.
    pub label: String,
    /// Days from registration to the first leak contact, or to the end of what is known.
    pub days: f64,
    /// Whether it ended with a leak contact.
    pub reached: bool,
}

/// All waits of a platform's numbers.
#[derive(Debug, Clone)]
pub struct FirstContact(pub Vec<Waited>);

/// Draws them, the shortest first; those without a leak contact have an open end.
pub fn first_contact(of: &FirstContact, lang: Language) -> Chart {
    let mut rows: Vec<&Waited> = of.0.iter().collect();
    rows.sort_by(|a, b| b.reached.cmp(&a.reached).then(a.days.total_cmp(&b.days)));
    let hidden = rows.len().saturating_sub(ROWS_MAX);
    rows.truncate(ROWS_MAX);
    let words = [
        say(lang, "首次泄露性联系", "first leak contact"),
        say(lang, "至今没有（截尾）", "none so far (censored)"),
    ];
    let top = legend_height(&words);
    let height = top + ROW * rows.len().max(1) as u32 + 100;
    let title = say(
        lang,
        "从登记到首次泄露性联系",
        "From registration to the first leak contact",
    )
    .to_owned();
    draw(title, description(of, hidden, lang), height, |root| {
        let hit = |root: &Root<'_>, at: Place| mark(root, Cause::Leak, at);
        legend(
            root,
            &[
                Key {
                    words: words[0],
                    mark: &hit,
                },
                Key {
                    words: words[1],
                    mark: &open_end,
                },
            ],
        )?;
        let most = rows.iter().map(|row| row.days).fold(1.0, f64::max);
        let x = amounts(
            most,
            say(lang, "登记后的天数", "days after registration").to_owned(),
        );
        let all = rows.len() as f64;
        let tick = |(at, row): (usize, &&Waited)| (all - at as f64 - 0.5, short(&row.label, 15));
        let y = Axis {
            range: 0.0..all.max(1.0),
            ticks: rows.iter().enumerate().map(tick).collect(),
            words: String::new(),
        };
        let plane = plane(root, top, 250, &x, &y)?;
        for (at, row) in rows.iter().enumerate() {
            let y = all - at as f64 - 0.5;
            let (from, until) = (
                plane.backend_coord(&(0.0, y)),
                plane.backend_coord(&(row.days, y)),
            );
            let bar = [(from.0, from.1 - 4), (until.0, until.1 + 4)];
            root.draw(&Rectangle::new(bar, filled(Ink::Alive)))?;
            if row.reached {
                mark(root, Cause::Leak, until)?;
            } else {
                open_end(root, until)?;
            }
        }
        Ok(())
    })
}

fn description(of: &FirstContact, hidden: usize, lang: Language) -> String {
    let (all, hit) = (of.0.len(), of.0.iter().filter(|row| row.reached).count());
    let mut days: Vec<f64> =
        of.0.iter()
            .filter(|row| row.reached)
            .map(|row| row.days)
            .collect();
    days.sort_by(f64::total_cmp);
    let span = match (days.first(), days.last(), lang) {
        (Some(first), Some(last), Language::Zh) => format!("，在登记后 {first:.1} 至 {last:.1} 天"),
        (Some(first), Some(last), Language::En) => {
            format!(", {first:.1} to {last:.1} days after registration")
        }
        _ => String::new(),
    };
    let (others, rest) = (all - hit, not_drawn(hidden, lang));
    match lang {
        Language::Zh => {
            format!("{all} 个号码中有 {hit} 个收到泄露性联系{span}；{others} 个至今没有{rest}。")
        }
        Language::En => format!(
            "Leak contacts reached {hit} of {all} numbers{span}; {others} have had none so far{rest}."
        ),
    }
}

/// An arrow that goes on.
fn open_end(root: &Root<'_>, (x, y): Place) -> super::axes::Outcome {
    root.draw(&PathElement::new(
        [(x - 2, y - 10), (x + 9, y), (x - 2, y + 10)],
        line(Ink::Muted, 4),
    ))
}
