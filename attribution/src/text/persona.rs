//! Whether a text speaks a name, whole or in part.

use super::{digest, digest_chars, folded, is_han};

/// Digests under which a name is looked up in texts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct NameKeys {
    /// The whole name.
    pub(crate) whole: u64,
    /// Parts that remain when recognition misses a piece.
    pub(crate) parts: Vec<u64>,
    /// It is written in Han characters.
    pub(crate) han: bool,
}

/// The names that a text speaks, as digests to look up.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub(crate) whole: Vec<u64>,
    pub(crate) parts: Vec<u64>,
}

/// The shortest Latin name that counts as a part.
const PART_LETTERS_MIN: usize = 4;

/// The keys of a name; none if it is too short to be recognised.
pub(crate) fn name_keys(name: &str) -> Option<NameKeys> {
    let chars = folded(name);
    let han: Vec<char> = chars.iter().copied().filter(|c| is_han(*c)).collect();
    if han.len() >= 2 {
        let parts = if han.len() > 2 {
            han.windows(2).map(|w| digest_chars(8, w)).collect()
        } else {
            Vec::new()
        };
        return Some(NameKeys {
            whole: digest_chars(7, &han),
            parts,
            han: true,
        });
    }
    let words = words(&chars);
    let last = words.last()?;
    let parts = if words.len() > 1 && last.len() >= PART_LETTERS_MIN {
        vec![digest(10, last.bytes())]
    } else {
        Vec::new()
    };
    let whole = if words.len() > 1 {
        words.join(" ")
    } else {
        last.clone()
    };
    (whole.len() >= PART_LETTERS_MIN).then(|| NameKeys {
        whole: digest(9, whole.bytes()),
        parts,
        han: false,
    })
}

/// Every run that could be a name.
pub(crate) fn spoken(text: &str) -> Spoken {
    let chars = folded(text);
    let mut found = Spoken::default();
    for run in chars.split(|c| !is_han(*c)) {
        for size in 2..=4 {
            found
                .whole
                .extend(run.windows(size).map(|w| digest_chars(7, w)));
        }
        found
            .parts
            .extend(run.windows(2).map(|w| digest_chars(8, w)));
    }
    let words = words(&chars);
    for size in 1..=3 {
        found.whole.extend(words.windows(size).map(joined));
    }
    found
        .parts
        .extend(words.iter().map(|w| digest(10, w.bytes())));
    found
}

/// The digest of words with one space between them.
fn joined(words: &[String]) -> u64 {
    let spaced = words
        .iter()
        .enumerate()
        .flat_map(|(i, w)| (i > 0).then_some(b' ').into_iter().chain(w.bytes()));
    digest(9, spaced)
}

fn words(chars: &[char]) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in chars {
        match c {
            c if c.is_alphabetic() && !is_han(*c) => {
                if let Some(word) = words.last_mut() {
                    word.push(*c);
                }
            }
            '\'' => {}
            _ => words.push(String::new()),
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str, name: &str) -> (bool, bool) {
        let (keys, heard) = (name_keys(name).unwrap(), spoken(text));
        (
            heard.whole.contains(&keys.whole),
            keys.parts.iter().any(|p| heard.parts.contains(p)),
        )
    }

    #[test]
    fn whole_and_partial_names() {
        assert_eq!(says("温馨提示彭宇敏，考公考编", "彭宇敏"), (true, true));
        assert_eq!(says("温馨提彭敏，考公", "彭宇敏"), (false, false));
        assert_eq!(says("系统检测到宇敏，孩子", "彭宇敏"), (false, true));
        assert_eq!(
            says("Congratulations NORA  Ashdown, you", "Nora Ashdown"),
            (true, true)
        );
        assert_eq!(
            says("this is for ashdown please", "Nora Ashdown"),
            (false, true)
        );
        assert_eq!(says("nothing here", "Nora Ashdown"), (false, false));
        assert!(name_keys("").is_none());
    }
}
