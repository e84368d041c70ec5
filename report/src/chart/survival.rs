//! Shares of numbers that no leak contact had reached, over time.

use honeytoken::Language;
use plotters::element::{PathElement, Polygon};
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{
    Axis, Key, Outcome, Place, Plane, Root, amounts, draw, legend, legend_height, line, plane,
    write,
};
use super::{Chart, Ink};
use crate::survival::Curve;
use crate::words::say;

/// A curve with its name and ink.
#[derive(Debug, Clone)]
pub struct Line {
    /// Whose numbers.
    pub label: String,
    /// In which ink.
    pub ink: Ink,
    /// The estimate.
    pub curve: Curve,
}

/// Draws the curves, each with its 95 % band, a tick wherever a number was last seen without a leak
/// contact, and the numbers at risk below.
pub fn survival(lines: &[Line], lang: Language) -> Chart {
    let words: Vec<&str> = lines.iter().map(|line| line.label.as_str()).collect();
    let top = legend_height(&words) + 8;
    let below = 44 * (lines.len() as u32 + 1);
    let height = top + 520 + below;
    let title = say(
        lang,
        "未收到泄露性联系的号码比例（Kaplan–Meier）",
        "Share of numbers without a leak contact (Kaplan–Meier)",
    )
    .to_owned();
    draw(title, description(lines, lang), height, |root| {
        let (root_plot, root_risk) = root.split_vertically(height - below);
        let marks: Vec<_> = lines
            .iter()
            .map(|l| {
                move |root: &Root<'_>, (x, y): Place| {
                    root.draw(&PathElement::new(
                        [(x - 14, y), (x + 14, y)],
                        line(l.ink, 5),
                    ))
                }
            })
            .collect();
        let keys: Vec<Key<'_>> = words
            .iter()
            .zip(&marks)
            .map(|(words, mark)| Key { words, mark })
            .collect();
        legend(&root_plot, &keys)?;
        let most = lines
            .iter()
            .map(|line| line.curve.until_days)
            .fold(1.0, f64::max);
        let x = amounts(
            most,
            say(lang, "登记后的天数", "days after registration").to_owned(),
        );
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|at| (at, format!("{:.0} %", at * 100.0)));
        let y = Axis {
            range: 0.0..1.02,
            ticks: ticks.into(),
            words: String::new(),
        };
        let plane = plane(&root_plot, top, 250, &x, &y)?;
        lines.iter().try_for_each(|line| band(root, &plane, line))?;
        lines
            .iter()
            .try_for_each(|line| steps(root, &plane, line))?;
        at_risk(&root_risk, &plane, lines, &x, lang)
    })
}

fn description(lines: &[Line], lang: Language) -> String {
    let one = |line: &Line| {
        let curve = &line.curve;
        let left = curve.steps.last().map_or(1.0, |step| step.survival) * 100.0;
        match lang {
            Language::Zh => format!(
                "{}：{} 个号码，{} 次首次泄露性联系，{:.0} 天后估计剩 {left:.0} %。",
                line.label, curve.subjects, curve.events, curve.until_days
            ),
            Language::En => format!(
                "{}: {} numbers, {} first leak contacts, {left:.0} % estimated left after {:.0} days.",
                line.label, curve.subjects, curve.events, curve.until_days
            ),
        }
    };
    lines.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// The band, as one surface: along the upper limits, back along the lower ones.
fn band(root: &Root<'_>, plane: &Plane<'_>, line: &Line) -> Outcome {
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    let steps = &line.curve.steps;
    let ends = steps
        .iter()
        .skip(1)
        .map(|step| step.days)
        .chain([line.curve.until_days]);
    for (step, end) in steps.iter().zip(ends) {
        for days in [step.days, end] {
            upper.push(plane.backend_coord(&(days, step.upper)));
            lower.push(plane.backend_coord(&(days, step.lower)));
        }
    }
    upper.extend(lower.into_iter().rev());
    match upper.is_empty() {
        true => Ok(()),
        false => root.draw(&Polygon::new(upper, line.ink.colour().mix(0.15).filled())),
    }
}

fn steps(root: &Root<'_>, plane: &Plane<'_>, of: &Line) -> Outcome {
    let mut places = vec![plane.backend_coord(&(0.0, 1.0))];
    let mut left = 1.0;
    for step in &of.curve.steps {
        places.push(plane.backend_coord(&(step.days, left)));
        left = step.survival;
        places.push(plane.backend_coord(&(step.days, left)));
    }
    places.push(plane.backend_coord(&(of.curve.until_days, left)));
    root.draw(&PathElement::new(places, line(of.ink, 5)))?;
    for days in &of.curve.censored {
        let (x, y) = plane.backend_coord(&(*days, of.curve.at(*days)));
        root.draw(&PathElement::new(
            [(x, y - 10), (x, y + 10)],
            line(of.ink, 2),
        ))?;
    }
    Ok(())
}

/// How many numbers each part of a curve rests on.
fn at_risk(
    root: &Root<'_>,
    plane: &Plane<'_>,
    lines: &[Line],
    x: &Axis,
    lang: Language,
) -> Outcome {
    let words = say(lang, "仍在观察的号码", "numbers at risk");
    write(root, words, (12, 22), Ink::Muted, HPos::Left, VPos::Center)?;
    for (nth, of) in lines.iter().enumerate() {
        let y = 22 + 44 * (nth as i32 + 1);
        root.draw(&PathElement::new([(12, y), (40, y)], line(of.ink, 5)))?;
        for (days, _) in &x.ticks {
            let place = (plane.backend_coord(&(*days, 0.0)).0, y);
            write(
                root,
                &of.curve.at_risk(*days).to_string(),
                place,
                Ink::Text,
                HPos::Center,
                VPos::Center,
            )?;
        }
    }
    Ok(())
}
