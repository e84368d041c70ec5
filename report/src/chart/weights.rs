//! What each piece of evidence weighs.

use attribution::Factor;
use attribution::amount::times;
use honeytoken::Language;
use plotters::element::{PathElement, Rectangle};
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{draw, filled, line, write, write_bold};
use super::{Chart, Ink};
use crate::words::{factor_word, say};

/// Height of a row, in units.
const ROW: u32 = 62;
/// Where nothing weighs, and how far a bar goes on either side.
const MIDDLE: i32 = 830;
const REACH: f64 = 400.0;

/// Draws how often each piece makes a leak likelier (to the right) or less likely (to the left), in
/// powers of ten.
pub fn weights(factors: &[Factor], lang: Language) -> Chart {
    let power = |factor: &Factor| factor.log_e / core::f64::consts::LN_10;
    let sum: f64 = factors.iter().map(power).sum();
    let rows: Vec<(&str, f64)> = factors
        .iter()
        .map(|f| (factor_word(&f.name, lang), power(f)))
        .collect();
    let most = rows
        .iter()
        .map(|row| row.1.abs())
        .fold(sum.abs().max(1.0), f64::max);
    let height = ROW * (rows.len() as u32 + 1) + 90;
    let title = say(lang, "各项证据的权重", "What each piece of evidence weighs").to_owned();
    draw(title, description(&rows, sum, lang), height, |root| {
        let (less, more) = (
            say(lang, "← 不支持泄露", "← against a leak"),
            say(lang, "支持泄露 →", "for a leak →"),
        );
        write(
            root,
            less,
            (MIDDLE - 20, 24),
            Ink::Muted,
            HPos::Right,
            VPos::Center,
        )?;
        write(
            root,
            more,
            (MIDDLE + 20, 24),
            Ink::Muted,
            HPos::Left,
            VPos::Center,
        )?;
        let below = (height - 30) as i32;
        root.draw(&PathElement::new(
            [(MIDDLE, 48), (MIDDLE, below)],
            line(Ink::Muted, 2),
        ))?;
        let total = (say(lang, "合计", "all together"), sum);
        for (nth, (name, power)) in rows.iter().chain([&total]).enumerate() {
            let y = 80 + (ROW * nth as u32) as i32;
            let is_total = nth == rows.len();
            let end = MIDDLE + (power / most * REACH) as i32;
            let ink = if *power < 0.0 {
                Ink::Alive
            } else if is_total {
                Ink::Registered
            } else {
                Ink::Leak
            };
            let corners = [(MIDDLE.min(end), y - 16), (MIDDLE.max(end), y + 16)];
            root.draw(&Rectangle::new(corners, filled(ink)))?;
            let times = times(*power);
            match is_total {
                true => write_bold(root, name, (390, y), Ink::Text, HPos::Right)?,
                false => write(root, name, (390, y), Ink::Text, HPos::Right, VPos::Center)?,
            }
            let (place, align) = if *power < 0.0 {
                (end - 12, HPos::Right)
            } else {
                (end + 12, HPos::Left)
            };
            write(root, &times, (place, y), Ink::Text, align, VPos::Center)?;
        }
        Ok(())
    })
}

fn description(rows: &[(&str, f64)], sum: f64, lang: Language) -> String {
    let one = |(name, power): &(&str, f64)| format!("{name} {}", times(*power));
    let all: Vec<String> = rows.iter().map(one).collect();
    match lang {
        Language::Zh => format!("{}；合计 {}。", all.join("，"), times(sum)),
        Language::En => format!("{}; all together {}.", all.join(", "), times(sum)),
    }
}
