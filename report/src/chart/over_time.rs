//! Contacts by week and cause.

use std::collections::BTreeMap;

use attribution::Cause;
use honeytoken::{Language, Timestamp};
use plotters::element::Rectangle;

use super::axes::{
    Key, Place, Root, amounts, cause_words, dates, days, draw, filled, legend, legend_height, plane,
};
use super::{Chart, Ink};
use crate::words::say;

/// From below upwards.
const ORDER: [Cause; 7] = [
    Cause::Leak,
    Cause::DisclosedPartner,
    Cause::FirstParty,
    Cause::Transactional,
    Cause::PreviousOwner,
    Cause::Background,
    Cause::Unknown,
];
/// Columns, at most: of longer times each holds several weeks.
const COLUMNS_MAX: f64 = 60.0;

/// Draws contacts as columns of weeks (or of several, if the time is long), by cause.
pub fn over_time(
    contacts: &[(Timestamp, Cause)],
    from: Timestamp,
    until: Timestamp,
    lang: Language,
) -> Chart {
    let length = (days(until) - days(from)).max(1.0);
    let weeks = libm::ceil(length / 7.0 / COLUMNS_MAX).max(1.0);
    let width = weeks * 7.0;
    let mut columns: BTreeMap<i64, BTreeMap<Cause, u64>> = BTreeMap::new();
    for (at, cause) in contacts.iter().filter(|c| from <= c.0 && c.0 <= until) {
        let column = libm::floor((days(*at) - days(from)) / width) as i64;
        *columns
            .entry(column)
            .or_default()
            .entry(*cause)
            .or_default() += 1;
    }
    let seen: Vec<Cause> = ORDER
        .into_iter()
        .filter(|cause| columns.values().any(|c| c.contains_key(cause)))
        .collect();
    let words = cause_words(&seen, lang);
    let top = legend_height(&words) + 10;
    let title = say(lang, "各周联系次数", "Contacts by week").to_owned();
    draw(
        title,
        description(contacts, weeks, lang),
        top + 480,
        |root| {
            let marks: Vec<_> = seen
                .iter()
                .map(|cause| {
                    move |root: &Root<'_>, (x, y): Place| {
                        root.draw(&Rectangle::new(
                            [(x - 12, y - 12), (x + 12, y + 12)],
                            filled(Ink::of(*cause)),
                        ))
                    }
                })
                .collect();
            let keys: Vec<Key<'_>> = words
                .iter()
                .zip(&marks)
                .map(|(words, mark)| Key { words, mark })
                .collect();
            legend(root, &keys)?;
            let most = columns
                .values()
                .map(|column| column.values().sum::<u64>())
                .max()
                .unwrap_or(0);
            let plane = plane(
                root,
                top,
                120,
                &dates(from, until),
                &amounts(most as f64, String::new()),
            )?;
            for (column, counts) in &columns {
                let start = days(from) + *column as f64 * width;
                let mut below = 0;
                for cause in &seen {
                    let count = counts.get(cause).copied().unwrap_or(0);
                    let left = plane.backend_coord(&(start, (below + count) as f64));
                    let right = plane.backend_coord(&(
                        (start + width).min(days(until).max(start + 0.5)),
                        below as f64,
                    ));
                    below += count;
                    if count > 0 {
                        root.draw(&Rectangle::new(
                            [(left.0 + 2, left.1), (right.0 - 2, right.1 - 1)],
                            filled(Ink::of(*cause)),
                        ))?;
                    }
                }
            }
            Ok(())
        },
    )
}

fn description(contacts: &[(Timestamp, Cause)], weeks: f64, lang: Language) -> String {
    let leaks = contacts.iter().filter(|c| c.1 == Cause::Leak).count();
    let all = contacts.len();
    match lang {
        Language::Zh => format!("共 {all} 次联系，其中 {leaks} 次为泄露性联系；每柱 {weeks} 周。"),
        Language::En => {
            let column = if weeks > 1.0 {
                format!("{weeks} weeks")
            } else {
                "a week".to_owned()
            };
            format!("{all} contacts, {leaks} of them leak contacts; {column} in each column.")
        }
    }
}
