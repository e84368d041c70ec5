//! What of a stranger's words is shown to whom.

use honeytoken::{Language, Sender};

use crate::bundle::Preset;

/// Digits in a row that may be a one-time code or a number.
const DIGITS_MIN: usize = 4;
/// Characters of a text that are quoted.
const TEXT_CHARS_MAX: usize = 600;

/// A number of ours: live decoys stay closed to the public, under names that tell them apart.
pub(super) fn number(preset: Preset, nth: usize, number: &str) -> String {
    match preset {
        Preset::Public => format!("N{}", nth + 1),
        Preset::Regulator | Preset::Platform => number.to_owned(),
    }
}

/// A caller: caller ids are forged, and may be those of people who have nothing to do with it.
pub(super) fn caller(preset: Preset, from: Option<&Sender>, lang: Language) -> String {
    let closed = || tell!(lang, "主叫不公开", "caller withheld");
    match (preset, from) {
        (_, None) => tell!(lang, "主叫未知", "caller unknown"),
        (Preset::Public, Some(_)) => closed(),
        (_, Some(from)) => from.as_str().to_owned(),
    }
}

/// A text: to the public without codes, numbers, decoys' names and what follows a host in addresses.
pub(super) fn text(preset: Preset, text: &str, decoys: &[String]) -> String {
    let mut shown: String = text.chars().take(TEXT_CHARS_MAX).collect();
    if text.chars().count() > TEXT_CHARS_MAX {
        shown.push('…');
    }
    match preset {
        Preset::Public => without_digits(&without_names(&without_paths(&shown), decoys)),
        Preset::Regulator | Preset::Platform => shown,
    }
}

fn without_names(text: &str, decoys: &[String]) -> String {
    let mut text = text.to_owned();
    for name in decoys.iter().filter(|name| !name.is_empty()) {
        text = without(&text, name);
    }
    text
}

/// The text with a name, in lower case, cut out wherever it stands, in whichever case.
fn without(text: &str, name: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let wanted: Vec<char> = name.chars().collect();
    let (mut shown, mut at) = (String::new(), 0);
    while at < letters.len() {
        let here = letters.get(at..at + wanted.len());
        if here.is_some_and(|here| {
            here.iter()
                .flat_map(|c| c.to_lowercase())
                .eq(wanted.iter().copied())
        }) {
            shown.push('■');
            at += wanted.len();
        } else {
            shown.push(letters[at]);
            at += 1;
        }
    }
    shown
}

/// An address ends at its host: what follows may tell who was written to.
fn without_paths(text: &str) -> String {
    let mut shown = String::new();
    let mut inside = false;
    let mut before = '\0';
    for c in text.chars() {
        let part_of_address = c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>');
        if inside && !part_of_address {
            inside = false;
        }
        if !inside {
            shown.push(c);
            let host_before = before.is_ascii_alphanumeric();
            if matches!(c, '/' | '?' | '#')
                && host_before
                && shown
                    .trim_end_matches(['/', '?', '#'])
                    .rsplit(|c: char| !c.is_ascii_graphic())
                    .next()
                    .is_some_and(|word| word.contains('.'))
            {
                shown.push('…');
                inside = true;
            }
        }
        before = c;
    }
    shown
}

fn without_digits(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut hidden = vec![false; letters.len()];
    let (mut from, mut digits) = (0, 0);
    for at in 0..=letters.len() {
        match letters.get(at) {
            Some(c) if c.is_numeric() => {
                from = if digits == 0 { at } else { from };
                digits += 1;
            }
            // Codes are also written with a space or a dash in the middle.
            Some(' ' | '-' | '.') if digits > 0 => {}
            _ => {
                if digits >= DIGITS_MIN {
                    (from..at)
                        .filter(|place| letters[*place].is_numeric())
                        .for_each(|place| hidden[place] = true);
                }
                digits = 0;
            }
        }
    }
    letters
        .iter()
        .zip(hidden)
        .map(|(c, hidden)| if hidden { '•' } else { *c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_sees_no_codes_names_and_paths() {
        let decoys = ["ada".to_owned(), "李雷".to_owned()];
        let public = |words: &str| text(Preset::Public, words, &decoys);
        assert_eq!(public("Dear ADA, code 481 516!"), "Dear ■, code ••• •••!");
        assert_eq!(
            public("李雷您好，验证码８８１２，3 天内有效"),
            "■您好，验证码••••，3 天内有效"
        );
        assert_eq!(
            public("go to https://bad.example/u?id=ada1 now"),
            "go to https://bad.example/… now"
        );
        assert_eq!(public("bad.example/x，退订回T"), "bad.example/…，退订回T");
        assert_eq!(public("bad.example?u=ada"), "bad.example?…");
        assert_eq!(public("and/or 24/7"), "and/or 24/7");
        assert_eq!(
            text(Preset::Platform, "Dear Ada 4815", &decoys),
            "Dear Ada 4815"
        );
        assert!(public(&"x".repeat(10_000)).chars().count() <= TEXT_CHARS_MAX + 1);
    }
}
