//! What a text says about who sent it: handles to link by, names to recognise, likeness.
//!
//! Made for messages and for transcripts of speech recognition, in Chinese characters and Latin
//! letters. Only the first [`TEXT_CHARS_MAX`] characters are looked at, so that no text costs more
//! than a bounded time. Nothing here knows numbers, platforms or time.

mod addressee;
mod handles;
mod language;
mod likeness;
mod persona;

pub(crate) use addressee::addressees;
#[cfg(test)]
pub(crate) use handles::HANDLES_MAX;
pub use handles::call_back_numbers;
pub(crate) use handles::{Handles, domains_in, handles, is_shared, signature_in};
pub(crate) use language::{UNDETERMINED, language};
#[cfg(test)]
pub(crate) use likeness::BANDS;
pub(crate) use likeness::{Shingles, Sketch};
pub(crate) use persona::{NameKeys, Names, Spoken, name_keys};

/// The most characters of a text that are looked at.
pub(crate) const TEXT_CHARS_MAX: usize = 2_000;
/// The least weight of a template that can link two contacts: what everybody says is shorter. A
/// Han character weighs two, a letter one.
pub(crate) const TEMPLATE_WEIGHT_MIN: usize = 28;

/// Characters made comparable: full-width forms to ASCII, lower case, any space to one kind.
pub(crate) fn folded(text: &str) -> Vec<char> {
    let mut chars = Vec::with_capacity(text.len().min(TEXT_CHARS_MAX));
    chars.extend(text.chars().take(TEXT_CHARS_MAX).map(fold));
    chars
}

fn fold(c: char) -> char {
    if c.is_ascii() {
        return if c.is_ascii_whitespace() {
            ' '
        } else {
            c.to_ascii_lowercase()
        };
    }
    if is_han(c) {
        return c;
    }
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    narrow.to_lowercase().next().unwrap_or(narrow)
}

/// A character of the scripts that are written without spaces.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// How much a text says, for [`TEMPLATE_WEIGHT_MIN`].
pub(crate) fn weight(chars: &[char]) -> usize {
    chars.iter().map(|c| if is_han(*c) { 2 } else { 1 }).sum()
}

/// A 64-bit digest that is the same on every machine (FNV-1a with a final mix).
pub(crate) fn digest(salt: u64, bytes: impl Iterator<Item = u8>) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ mix(salt);
    mix(bytes.fold(start, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    }))
}

pub(crate) fn digest_chars(salt: u64, chars: &[char]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ mix(salt);
    mix(chars
        .iter()
        .fold(start, |h, c| (h ^ *c as u64).wrapping_mul(0x0100_0000_01b3)))
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
pub(crate) fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
