//! What reached each number when, against registration, soak and proven life.

use std::collections::BTreeSet;

use attribution::Cause;
use honeytoken::{Language, Timestamp};
use plotters::element::{PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{
    Axis, DrawMark, Key, Outcome, Place, Plane, Root, cause_words, dates, days, draw, filled,
    legend, legend_height, line, mark, plane, short, write,
};
use super::{Chart, Ink, ROWS_MAX};
use crate::words::say;

/// Height of a row, in units.
const ROW: u32 = 46;
/// Marks of a cause nearer to each other than this are drawn once, in units.
const NEAR: i32 = 5;
/// Letters of a label, at most.
const LABEL_LETTERS: usize = 15;

/// A number's row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// What stands before it.
    pub label: String,
    /// When it rested before it was given away.
    pub soak: Option<(Timestamp, Timestamp)>,
    /// When it was given away.
    pub registered: Option<Timestamp>,
    /// When it was proven alive.
    pub alive: Vec<(Timestamp, Timestamp)>,
    /// What reached it.
    pub contacts: Vec<(Timestamp, Cause)>,
}

/// A platform's numbers over time.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// A row each; those beyond [`ROWS_MAX`] are counted in words.
    pub rows: Vec<Row>,
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// When the platform was first accused.
    pub flagged_at: Option<Timestamp>,
    /// When the numbers left, earliest and latest.
    pub leak_date: Option<(Timestamp, Timestamp)>,
}

/// Draws it.
pub fn timeline(of: &Timeline, lang: Language) -> Chart {
    let shown = of.rows.len().min(ROWS_MAX);
    let causes = causes(&of.rows);
    let words = words(&causes, of, lang);
    let top = legend_height(&words) + if of.flagged_at.is_some() { 34 } else { 0 };
    let height = top + ROW * shown.max(1) as u32 + 60;
    let (title, description) = (title(lang), description(of, lang));
    draw(title, description, height, |root| {
        keys(root, &causes, &words, of)?;
        let y = rows_axis(&of.rows[..shown]);
        let plane = plane(root, top, 250, &dates(of.from, of.until), &y)?;
        whole(root, &plane, of, shown, lang)?;
        for (at, row) in of.rows[..shown].iter().enumerate() {
            draw_row(root, &plane, of, row, shown as f64 - at as f64 - 0.5)?;
        }
        Ok(())
    })
}

fn title(lang: Language) -> String {
    say(lang, "联系时间线", "Timeline of contacts").to_owned()
}

fn description(of: &Timeline, lang: Language) -> String {
    let (rows, hidden) = (of.rows.len(), of.rows.len().saturating_sub(ROWS_MAX));
    let leak = |row: &&Row| row.contacts.iter().any(|c| c.1 == Cause::Leak);
    let hit = of.rows.iter().filter(leak).count();
    let rest = not_drawn(hidden, lang);
    match lang {
        Language::Zh => format!(
            "{rows} 个号码，每行一个{rest}；其中 {hit} 个收到泄露性联系。横条表示号码已证明在线的时间，空白为无法证明的时间。"
        ),
        Language::En => format!(
            "{rows} numbers, a row each{rest}; leak contacts reached {hit} of them. Bars show when a number was proven alive, blanks when it was not."
        ),
    }
}

/// How many there is no room for, if any.
pub(super) fn not_drawn(hidden: usize, lang: Language) -> String {
    match (hidden, lang) {
        (0, _) => String::new(),
        (_, Language::Zh) => format!("（{hidden} 个未画出）"),
        (_, Language::En) => format!(" ({hidden} not drawn)"),
    }
}

/// The causes that occur, leaks first.
fn causes(rows: &[Row]) -> Vec<Cause> {
    let seen: BTreeSet<Cause> = rows
        .iter()
        .flat_map(|row| row.contacts.iter().map(|c| c.1))
        .collect();
    let order = [
        Cause::Leak,
        Cause::DisclosedPartner,
        Cause::FirstParty,
        Cause::Transactional,
        Cause::PreviousOwner,
        Cause::Background,
        Cause::Unknown,
    ];
    order
        .into_iter()
        .filter(|cause| seen.contains(cause))
        .collect()
}

fn words(causes: &[Cause], of: &Timeline, lang: Language) -> Vec<&'static str> {
    let mut words = vec![
        say(lang, "静置期", "soak"),
        say(lang, "登记", "registered"),
        say(lang, "已证明在线", "proven alive"),
    ];
    words.extend(cause_words(causes, lang));
    if of.leak_date.is_some() {
        words.push(say(lang, "推断的泄露时间", "inferred time of the leak"));
    }
    words
}

fn keys(root: &Root<'_>, causes: &[Cause], words: &[&str], of: &Timeline) -> Outcome<u32> {
    let bar = |ink: Ink, half: i32| {
        move |root: &Root<'_>, (x, y): Place| {
            root.draw(&Rectangle::new(
                [(x - 14, y - half), (x + 14, y + half)],
                filled(ink),
            ))
        }
    };
    let (soak, alive, left) = (bar(Ink::Soak, 9), bar(Ink::Alive, 5), bar(Ink::Grid, 12));
    let begin = |root: &Root<'_>, at: Place| registered(root, at);
    let marks: Vec<_> = causes
        .iter()
        .map(|cause| move |root: &Root<'_>, at: Place| mark(root, *cause, at))
        .collect();
    let mut all: Vec<DrawMark<'_>> = vec![&soak, &begin, &alive];
    all.extend(marks.iter().map(|mark| mark as DrawMark<'_>));
    if of.leak_date.is_some() {
        all.push(&left);
    }
    let keys: Vec<Key<'_>> = words
        .iter()
        .zip(all)
        .map(|(words, mark)| Key { words, mark })
        .collect();
    legend(root, &keys)
}

fn rows_axis(rows: &[Row]) -> Axis {
    let all = rows.len() as f64;
    let tick = |(at, row): (usize, &Row)| (all - at as f64 - 0.5, short(&row.label, LABEL_LETTERS));
    Axis {
        range: 0.0..all.max(1.0),
        ticks: rows.iter().enumerate().map(tick).collect(),
        words: String::new(),
    }
}

/// What concerns all rows: when the numbers left, when the platform was accused.
fn whole(
    root: &Root<'_>,
    plane: &Plane<'_>,
    of: &Timeline,
    rows: usize,
    lang: Language,
) -> Outcome {
    let at = |moment: Timestamp, y: f64| {
        plane.backend_coord(&(days(moment.clamp(of.from, of.until)), y))
    };
    if let Some((early, late)) = of.leak_date {
        root.draw(&Rectangle::new(
            [at(early, rows as f64), at(late, 0.0)],
            filled(Ink::Grid),
        ))?;
    }
    if let Some(flagged) = of.flagged_at {
        let (above, below) = (at(flagged, rows as f64), at(flagged, 0.0));
        root.draw(&PathElement::new([above, below], line(Ink::Leak, 3)))?;
        let words = say(lang, "判定", "accused");
        let place = (above.0.clamp(300, 1380), above.1 - 6);
        write(root, words, place, Ink::Leak, HPos::Center, VPos::Bottom)?;
    }
    Ok(())
}

fn draw_row(root: &Root<'_>, plane: &Plane<'_>, of: &Timeline, row: &Row, y: f64) -> Outcome {
    let at = |moment: Timestamp| plane.backend_coord(&(days(moment.clamp(of.from, of.until)), y));
    let bar = |(from, until): (Timestamp, Timestamp), half: i32, ink: Ink| {
        let (from, until) = (at(from), at(until));
        let corners = [
            (from.0, from.1 - half),
            (until.0.max(from.0 + 1), until.1 + half),
        ];
        if from.0 < until.0 || half < 6 {
            root.draw(&Rectangle::new(corners, filled(ink)))
        } else {
            Ok(())
        }
    };
    row.soak.map_or(Ok(()), |soak| bar(soak, 10, Ink::Soak))?;
    row.alive
        .iter()
        .try_for_each(|span| bar(*span, 5, Ink::Alive))?;
    row.registered
        .map_or(Ok(()), |moment| registered(root, at(moment)))?;
    let mut drawn = BTreeSet::new();
    // Leaks are drawn last, over all others.
    let (leaks, others): (Vec<_>, Vec<_>) = row
        .contacts
        .iter()
        .copied()
        .partition(|c| c.1 == Cause::Leak);
    for (moment, cause) in others.into_iter().chain(leaks) {
        let place = at(moment);
        if drawn.insert((place.0 / NEAR, cause)) {
            mark(root, cause, place)?;
        }
    }
    Ok(())
}

/// An upright line with a foot, where a number was given away.
fn registered(root: &Root<'_>, (x, y): Place) -> Outcome {
    root.draw(&PathElement::new(
        [(x, y - 17), (x, y + 17)],
        line(Ink::Registered, 4),
    ))?;
    root.draw(&Polygon::new(
        vec![(x, y + 9), (x + 9, y + 18), (x - 9, y + 18)],
        filled(Ink::Registered),
    ))
}
