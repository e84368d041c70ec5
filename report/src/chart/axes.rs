//! Scales, ticks, legends: what charts share.

use std::ops::Range;

use honeytoken::{Language, Timestamp};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::Cartesian2d;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color as _, FontStyle, FontTransform, IntoFont as _, ShapeStyle, TRANSPARENT, TextStyle,
};

use attribution::Cause;

use super::canvas::{Canvas, Never, width};
use super::{Chart, Ink, LETTERS, WIDTH};
use crate::words::cause_word;

/// Ticks of an axis of days, at most.
const TICKS_MAX: usize = 8;
/// Steps between such ticks, in days and in months.
const DAY_STEPS: [i64; 4] = [1, 2, 7, 14];
const MONTH_STEPS: [i64; 7] = [1, 2, 3, 6, 12, 24, 60];

pub(super) type Root<'a> = DrawingArea<Canvas<'a>, Shift>;
pub(super) type Outcome<T = ()> = Result<T, DrawingAreaErrorKind<Never>>;
pub(super) type Plane<'a> = ChartContext<'a, Canvas<'a>, Cartesian2d<Axis, Axis>>;
pub(super) type Place = (i32, i32);

/// Draws a chart of this height.
pub(super) fn draw(
    title: String,
    description: String,
    height: u32,
    marks: impl FnOnce(&Root<'_>) -> Outcome,
) -> Chart {
    let size = (WIDTH, height);
    let mut chart = Chart {
        size,
        title,
        description,
        shapes: Vec::new(),
    };
    let root = Canvas(&mut chart).into_drawing_area();
    // The canvas takes everything; what plotters could refuse is a chart without a surface.
    let _ = marks(&root);
    drop(root);
    chart
}

/// An axis with the places and words of its ticks.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<(f64, String)>,
    pub(super) words: String,
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, until): (i32, i32)) -> i32 {
        let share = (value - self.range.start) / (self.range.end - self.range.start);
        from + (share * f64::from(until - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|tick| tick.0).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, at: &f64) -> String {
        let tick = self.ticks.iter().find(|tick| tick.0 == *at);
        tick.map_or_else(String::new, |tick| tick.1.clone())
    }
}

/// A surface with axes: `top` is left free above it, `left` for the words of the upright axis.
pub(super) fn plane<'a>(
    root: &Root<'a>,
    top: u32,
    left: u32,
    x: &Axis,
    y: &Axis,
) -> Outcome<Plane<'a>> {
    let below = if x.words.is_empty() { 50 } else { 92 };
    let mut plane = ChartBuilder::on(root)
        .margin_top(top)
        .margin_right(30)
        .x_label_area_size(below)
        .y_label_area_size(left)
        .build_cartesian_2d(x.clone(), y.clone())?;
    plane
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(line(Ink::Grid, 2))
        .axis_style(line(Ink::Muted, 2))
        .label_style(letters(Ink::Muted))
        .axis_desc_style(letters(Ink::Muted))
        .x_labels(x.ticks.len())
        .y_labels(y.ticks.len())
        .x_desc(&x.words)
        .y_desc(&y.words)
        .draw()?;
    Ok(plane)
}

/// Days since the epoch.
pub(super) fn days(at: Timestamp) -> f64 {
    at.as_micros() as f64 / 86_400e6
}

/// An axis of dates.
pub(super) fn dates(from: Timestamp, until: Timestamp) -> Axis {
    let range = days(from)..days(until).max(days(from) + 1.0);
    let ticks = date_ticks(&range);
    Axis {
        range,
        ticks,
        words: String::new(),
    }
}

fn date_ticks(range: &Range<f64>) -> Vec<(f64, String)> {
    let length = range.end - range.start;
    let fits = |step_days: f64| length / step_days <= TICKS_MAX as f64;
    if let Some(step) = DAY_STEPS.into_iter().find(|step| fits(*step as f64)) {
        let first = (range.start.ceil() as i64 + step - 1).div_euclid(step) * step;
        let days = (first..=range.end.floor() as i64).step_by(step as usize);
        // The year stands at the first tick only: all would be too wide.
        let form = |nth| if nth == 0 { "%Y-%m-%d" } else { "%m-%d" };
        let word =
            |(nth, day): (usize, i64)| (day as f64, civil(day).strftime(form(nth)).to_string());
        return days.enumerate().map(word).collect();
    }
    let step = MONTH_STEPS
        .into_iter()
        .find(|step| fits(*step as f64 * 30.44))
        .unwrap_or(240);
    let start = civil(range.start.ceil() as i64);
    let month =
        i64::from(start.year()) * 12 + i64::from(start.month()) - i64::from(start.day() == 1);
    let first = (month + step - 1).div_euclid(step) * step;
    let tick = |month: i64| {
        let day = Date::new(
            month.div_euclid(12) as i16,
            month.rem_euclid(12) as i8 + 1,
            1,
        )
        .ok()?;
        let since = day
            .since((jiff::Unit::Day, date(1970, 1, 1)))
            .ok()?
            .get_days();
        Some((f64::from(since), day.strftime("%Y-%m").to_string()))
    };
    (0..)
        .map_while(|nth| tick(first + nth * step))
        .take_while(|tick| tick.0 <= range.end)
        .collect()
}

fn civil(day: i64) -> Date {
    date(1970, 1, 1)
        .checked_add(day.days())
        .unwrap_or(Date::MAX)
}

/// An axis of amounts from nothing up, with round ticks.
pub(super) fn amounts(most: f64, words: String) -> Axis {
    let rough = most.max(1.0) / 5.0;
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power)
        .max(1.0);
    let end = libm::ceil(most.max(1.0) / step) * step;
    let ticks = (0..=(end / step).round() as u32).map(|nth| f64::from(nth) * step);
    let ticks = ticks.map(|at| (at, format!("{at}"))).collect();
    Axis {
        range: 0.0..end,
        ticks,
        words,
    }
}

/// A name of at most so many letters (half as many Chinese ones).
pub(super) fn short(name: &str, letters_max: usize) -> String {
    let room = letters_max as f64 * 0.56;
    if width(name, 1.0) <= room {
        return name.to_owned();
    }
    let mut short = String::new();
    for c in name.chars() {
        if width(&short, 1.0) + 1.6 > room {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

/// Lines of this ink.
pub(super) fn line(ink: Ink, width: u32) -> ShapeStyle {
    ink.colour().stroke_width(width)
}

/// Surfaces of this ink.
pub(super) fn filled(ink: Ink) -> ShapeStyle {
    ink.colour().filled()
}

/// Letters of this ink.
pub(super) fn letters(ink: Ink) -> TextStyle<'static> {
    ("sans-serif", LETTERS).into_font().color(&ink.colour())
}

/// Letters at a place of the whole chart.
pub(super) fn write(
    root: &Root<'_>,
    words: &str,
    at: Place,
    ink: Ink,
    h: HPos,
    v: VPos,
) -> Outcome {
    root.draw(&Text::new(
        words.to_owned(),
        at,
        letters(ink).pos(Pos::new(h, v)),
    ))
}

/// Bold letters at a place of the whole chart, beginning there.
pub(super) fn write_bold(root: &Root<'_>, words: &str, at: Place, ink: Ink, h: HPos) -> Outcome {
    let font = ("sans-serif", LETTERS)
        .into_font()
        .style(FontStyle::Bold)
        .transform(FontTransform::None);
    let style = font.color(&ink.colour()).pos(Pos::new(h, VPos::Center));
    root.draw(&Text::new(words.to_owned(), at, style))
}

/// A contact's mark: each cause has a form of its own.
pub(super) fn mark(root: &Root<'_>, cause: Cause, (x, y): Place) -> Outcome {
    let ink = Ink::of(cause);
    let square = |half: i32| [(x - half, y - half), (x + half, y + half)];
    match cause {
        Cause::Leak => root.draw(&Circle::new((x, y), 9, filled(ink))),
        Cause::FirstParty => root.draw(&Rectangle::new(square(8), filled(ink))),
        Cause::DisclosedPartner => {
            let diamond = vec![(x, y - 11), (x + 11, y), (x, y + 11), (x - 11, y)];
            root.draw(&Polygon::new(diamond, filled(ink)))
        }
        Cause::Transactional => root.draw(&Polygon::new(
            vec![(x, y - 9), (x + 9, y + 8), (x - 9, y + 8)],
            filled(ink),
        )),
        Cause::Background => root.draw(&Circle::new((x, y), 5, line(ink, 2))),
        Cause::PreviousOwner => root.draw(&Rectangle::new(square(6), line(ink, 3))),
        Cause::Unknown => {
            root.draw(&PathElement::new(
                [(x - 6, y - 6), (x + 6, y + 6)],
                line(ink, 3),
            ))?;
            root.draw(&PathElement::new(
                [(x - 6, y + 6), (x + 6, y - 6)],
                line(ink, 3),
            ))
        }
    }
}

/// Draws a mark at a place.
pub(super) type DrawMark<'a> = &'a dyn Fn(&Root<'_>, Place) -> Outcome;

/// A mark of a legend, and what it means.
pub(super) struct Key<'a> {
    pub(super) words: &'a str,
    pub(super) mark: DrawMark<'a>,
}

/// Height of a legend's line, in units.
const KEY_HEIGHT: i32 = 42;

/// Draws a legend from the upper left corner on; returns its height.
pub(super) fn legend(root: &Root<'_>, keys: &[Key<'_>]) -> Outcome<u32> {
    let (mut x, mut y) = (20, KEY_HEIGHT / 2);
    for key in keys {
        let wide = 48 + width(key.words, f64::from(LETTERS)) as i32;
        if x > 20 && x + wide > WIDTH as i32 - 20 {
            (x, y) = (20, y + KEY_HEIGHT);
        }
        (key.mark)(root, (x + 14, y))?;
        write(
            root,
            key.words,
            (x + 38, y),
            Ink::Text,
            HPos::Left,
            VPos::Center,
        )?;
        x += wide + 30;
    }
    Ok((y + KEY_HEIGHT / 2 + 8) as u32)
}

/// How many lines a legend of these words takes.
pub(super) fn legend_height(words: &[&str]) -> u32 {
    let (mut x, mut lines) = (20, 1);
    for words in words {
        let wide = 48 + width(words, f64::from(LETTERS)) as i32;
        if x > 20 && x + wide > WIDTH as i32 - 20 {
            (x, lines) = (20, lines + 1);
        }
        x += wide + 30;
    }
    (lines * KEY_HEIGHT + 8) as u32
}

/// The legend's words for causes.
pub(super) fn cause_words(causes: &[Cause], lang: Language) -> Vec<&'static str> {
    causes
        .iter()
        .map(|cause| cause_word(*cause, lang))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_few_round_and_inside() {
        for (from, length) in [
            (20_000, 3),
            (20_000, 40),
            (20_003, 100),
            (20_017, 800),
            (0, 40_000),
        ] {
            let range = f64::from(from)..f64::from(from + length);
            let ticks = date_ticks(&range);
            assert!(
                (1..=TICKS_MAX + 1).contains(&ticks.len()),
                "{length}: {ticks:?}"
            );
            assert!(
                ticks
                    .iter()
                    .all(|tick| range.start <= tick.0 && tick.0 <= range.end)
            );
        }
        let months = date_ticks(&(20_454.0..20_600.0));
        assert_eq!(months[0].1, "2026-01");
        assert_eq!(amounts(37.0, String::new()).range.end, 40.0);
        assert_eq!(amounts(0.0, String::new()).range.end, 1.0);
    }
}
