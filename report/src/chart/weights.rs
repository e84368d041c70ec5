//! What each piece of evidence weighs.

use attribution::Factor;
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

/// A factor in words: `×1.86`, `÷22`, `×13,000`, `×10^12`.
pub(crate) fn times(power: f64) -> String {
    let sign = if power < 0.0 { '÷' } else { '×' };
    let size = libm::pow(10.0, power.abs().min(9.0));
    match power.abs() {
        p if p < 1.0 => format!("{sign}{size:.2}"),
        p if p < 2.0 => format!("{sign}{size:.0}"),
        p if p < 9.0 => format!("{sign}{}", thousands(size)),
        p => format!("{sign}10^{p:.0}"),
    }
}

/// Two figures that tell, in groups of three.
fn thousands(size: f64) -> String {
    let unit = libm::pow(10.0, libm::floor(libm::log10(size)) - 1.0);
    let rounded = format!("{:.0}", libm::round(size / unit) * unit);
    let mut grouped = String::new();
    for (at, digit) in rounded.chars().enumerate() {
        if at > 0 && (rounded.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn description(rows: &[(&str, f64)], sum: f64, lang: Language) -> String {
    let one = |(name, power): &(&str, f64)| format!("{name} {}", times(*power));
    let all: Vec<String> = rows.iter().map(one).collect();
    match lang {
        Language::Zh => format!("{}；合计 {}。", all.join("，"), times(sum)),
        Language::En => format!("{}; all together {}.", all.join(", "), times(sum)),
    }
}

#[cfg(test)]
mod tests {
    use super::times;

    #[test]
    fn factors_are_said_as_people_read_them() {
        let said = [0.0, 0.3, -1.35, 2.0, 4.12, -6.0, 12.4].map(times);
        assert_eq!(
            said,
            [
                "×1.00",
                "×2.00",
                "÷22",
                "×100",
                "×13,000",
                "÷1,000,000",
                "×10^12"
            ]
        );
    }
}
