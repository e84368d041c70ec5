//! The names of personas: how each may be spoken, and which of them a text speaks.
//!
//! A name is looked for whole, by its sound (recognition writes what it hears: other characters of
//! the same sound, other vowels, words split or joined), and in part. How much each way of hearing
//! means is not said here: it is measured on the texts themselves.

use std::collections::BTreeMap;

use pinyin::ToPinyin as _;
use serde::{Deserialize, Serialize};

use super::{digest, digest_chars, folded, is_han, mix};

/// The shortest Latin name that counts as a part.
const PART_LETTERS_MIN: usize = 4;
/// The fewest sounds of a Latin name that are told from others'.
const SOUNDS_MIN: usize = 4;
/// The most words over which recognition spreads a Latin name.
const WORDS_MAX: usize = 4;

/// Digests under which a name is looked up in texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NameKeys {
    /// The whole name.
    whole: u64,
    /// Its first and its last piece: surname and given name, or the other way round.
    pieces: (u64, u64),
    /// Parts that remain when recognition misses a piece.
    parts: Vec<u64>,
    /// How it sounds.
    sounds: Vec<u64>,
    /// It is written in Han characters.
    pub(crate) han: bool,
}

impl NameKeys {
    /// Of a name that is gone: nothing speaks it.
    pub(crate) fn blank(han: bool) -> NameKeys {
        NameKeys {
            whole: 0,
            pieces: (0, 0),
            parts: Vec::new(),
            sounds: Vec::new(),
            han,
        }
    }

    /// The name among those that could be put together, see [`Spoken::mixed`].
    pub(crate) fn mixed(&self) -> u64 {
        mixed(self.pieces)
    }
}

fn mixed(pieces: (u64, u64)) -> u64 {
    pieces.0 ^ pieces.1.rotate_left(1)
}

/// The keys of a name; none if it is too short to be recognised.
pub(crate) fn name_keys(name: &str, romanised: Option<&str>) -> Option<NameKeys> {
    let chars = folded(name);
    let han: Vec<char> = chars.iter().copied().filter(|c| is_han(*c)).collect();
    if han.len() >= 2 {
        return Some(han_keys(&han, romanised));
    }
    let words = words(&chars);
    let (first, last) = (words.first()?, words.last()?);
    let whole = if words.len() > 1 {
        words.join(" ")
    } else {
        last.clone()
    };
    let part = words.len() > 1 && last.len() >= PART_LETTERS_MIN;
    (whole.len() >= PART_LETTERS_MIN).then(|| NameKeys {
        whole: digest(9, whole.bytes()),
        pieces: (piece(first), piece(last)),
        parts: part.then(|| digest(10, last.bytes())).into_iter().collect(),
        sounds: latin_sound(&words).into_iter().collect(),
        han: false,
    })
}

fn han_keys(han: &[char], romanised: Option<&str>) -> NameKeys {
    let parts = if han.len() > 2 {
        han.windows(2).map(|w| digest_chars(8, w)).collect()
    } else {
        Vec::new()
    };
    let spelled = romanised.map(|r| words(&folded(r))).unwrap_or_default();
    NameKeys {
        whole: digest_chars(7, han),
        pieces: (digest_chars(12, &han[..1]), digest_chars(13, &han[1..])),
        parts,
        sounds: han_sound(han)
            .into_iter()
            .chain(latin_sound(&spelled))
            .collect(),
        han: true,
    }
}

fn piece(word: &str) -> u64 {
    digest(14, word.bytes())
}

/// How Han characters sound, without tones; none where a reading is not known.
fn han_sound(chars: &[char]) -> Option<u64> {
    let sounds: Option<Vec<u64>> = chars.iter().map(|c| syllable(*c)).collect();
    sounds?.into_iter().reduce(after)
}

fn syllable(c: char) -> Option<u64> {
    Some(digest(15, c.to_pinyin()?.plain().bytes()))
}

/// One syllable after others.
fn after(before: u64, sound: u64) -> u64 {
    mix(before ^ sound.rotate_left(17))
}

/// How Latin words sound, whatever the vowels and where the gaps; none if too short to tell.
fn latin_sound(words: &[String]) -> Option<u64> {
    let mut sounds: Vec<u8> = Vec::new();
    words.iter().for_each(|w| hear(w, &mut sounds));
    (sounds.len() >= SOUNDS_MIN).then(|| digest(16, sounds.into_iter()))
}

/// Adds the consonants of a word: those that are easily taken for each other as one, none twice.
fn hear(word: &str, sounds: &mut Vec<u8>) {
    for c in word.bytes() {
        let sound = match c {
            b'c' | b'k' | b'q' | b'g' | b'x' | b'j' => b'k',
            b's' | b'z' => b's',
            b'f' | b'v' => b'f',
            b'd' | b't' => b't',
            b'b' | b'p' => b'p',
            b'm' | b'n' => b'n',
            b'l' | b'r' => c,
            _ => continue,
        };
        if sounds.last() != Some(&sound) {
            sounds.push(sound);
        }
    }
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

/// All names in use, each by a number of the caller's.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Names {
    keys: BTreeMap<u64, Vec<u32>>,
    parts: BTreeMap<u64, Vec<u32>>,
    sounds: BTreeMap<u64, Vec<u32>>,
    /// First and last pieces: how many names have them, and in how many names they stand together.
    heads: BTreeMap<u64, u32>,
    tails: BTreeMap<u64, u32>,
    /// Everything above, and what it may begin with: most texts speak nothing that is known.
    known: Sieve,
}

/// A set that is sure of what it does not hold (Bloom 1970).
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sieve(Vec<u64>);

impl Sieve {
    /// 32 KiB.
    const WORDS: usize = 1 << 12;

    fn place(key: u64) -> (usize, u64) {
        ((key >> 6) as usize % Sieve::WORDS, 1 << (key % 64))
    }

    fn insert(&mut self, key: u64) {
        self.0.resize(Sieve::WORDS, 0);
        let (word, bit) = Sieve::place(key);
        self.0[word] |= bit;
    }

    fn may_hold(&self, key: u64) -> bool {
        let (word, bit) = Sieve::place(key);
        self.0.get(word).is_some_and(|w| w & bit != 0)
    }
}

/// The key under which the sieve knows what names may begin with.
fn start(c: char) -> u64 {
    mix(19 ^ u64::from(c))
}

/// The names that a text speaks.
#[derive(Debug, Default)]
pub(crate) struct Spoken {
    /// Whole, by sound, in part: sorted, each once.
    pub(crate) whole: Vec<u32>,
    pub(crate) sound: Vec<u32>,
    pub(crate) part: Vec<u32>,
    /// Names that could be: the first piece of one and the last of another, by digest and number
    /// of such pairs.
    pub(crate) mixed: Vec<(u64, u64)>,
}

impl Names {
    /// Takes in one more name.
    pub(crate) fn add(&mut self, name: &str, keys: &NameKeys, number: u32) {
        self.keys.entry(keys.whole).or_default().push(number);
        for part in &keys.parts {
            self.parts.entry(*part).or_default().push(number);
        }
        for sound in &keys.sounds {
            self.sounds.entry(*sound).or_default().push(number);
        }
        *self.heads.entry(keys.pieces.0).or_default() += 1;
        *self.tails.entry(keys.pieces.1).or_default() += 1;
        let chars: Vec<char> = folded(name).into_iter().filter(|c| is_han(*c)).collect();
        let lookups = keys.parts.iter().chain(&keys.sounds).copied();
        let lookups = lookups.chain([keys.whole, keys.pieces.0]);
        let starts = chars.iter().map(|c| start(*c));
        let sounds = chars.first().and_then(|c| syllable(*c));
        for key in lookups.chain(starts).chain(sounds) {
            self.known.insert(key);
        }
    }

    /// The names that a text speaks.
    pub(crate) fn spoken(&self, text: &str) -> Spoken {
        let mut found = Spoken::default();
        if self.keys.is_empty() {
            return found;
        }
        let chars: Vec<char> = folded(text);
        for run in han_runs(&chars) {
            self.in_han(&run, &mut found);
        }
        self.in_latin(&words(&chars), &mut found);
        for list in [&mut found.whole, &mut found.sound, &mut found.part] {
            list.sort_unstable();
            list.dedup();
        }
        found.mixed.sort_unstable();
        found.mixed.dedup();
        found
    }

    fn look_up(&self, map: &BTreeMap<u64, Vec<u32>>, key: u64, list: &mut Vec<u32>) {
        if self.known.may_hold(key)
            && let Some(numbers) = map.get(&key)
        {
            list.extend(numbers);
        }
    }

    fn in_han(&self, run: &[char], found: &mut Spoken) {
        let sounds: Vec<Option<u64>> = run.iter().map(|c| syllable(*c)).collect();
        for at in 0..run.len() {
            let size_max = (run.len() - at).min(4);
            if sounds[at].is_some_and(|s| self.known.may_hold(s)) {
                self.by_sound(&sounds[at..at + size_max], &mut found.sound);
            }
            if !self.known.may_hold(start(run[at])) {
                continue;
            }
            let head = digest_chars(12, &run[at..=at]);
            for size in 2..=size_max {
                let window = &run[at..at + size];
                self.look_up(&self.keys, digest_chars(7, window), &mut found.whole);
                if size == 2 {
                    self.look_up(&self.parts, digest_chars(8, window), &mut found.part);
                }
                if self.known.may_hold(head) {
                    self.mix((head, digest_chars(13, &window[1..])), found);
                }
            }
        }
    }

    fn by_sound(&self, sounds: &[Option<u64>], found: &mut Vec<u32>) {
        let mut sounds = sounds.iter().map_while(|s| *s);
        let mut so_far = sounds.next();
        for sound in sounds {
            so_far = so_far.map(|before| after(before, sound));
            if let Some(key) = so_far {
                self.look_up(&self.sounds, key, found);
            }
        }
    }

    fn in_latin(&self, words: &[String], found: &mut Spoken) {
        for at in 0..words.len() {
            let part = digest(10, words[at].bytes());
            self.look_up(&self.parts, part, &mut found.part);
            let head = piece(&words[at]);
            if words.len() > at + 1 && self.known.may_hold(head) {
                self.mix((head, piece(&words[at + 1])), found);
            }
            let mut sounds = Vec::with_capacity(24);
            for size in 1..=(words.len() - at).min(WORDS_MAX) {
                let window = &words[at..at + size];
                hear(&window[size - 1], &mut sounds);
                if sounds.len() >= SOUNDS_MIN {
                    let sound = digest(16, sounds.iter().copied());
                    self.look_up(&self.sounds, sound, &mut found.sound);
                }
                if size == 1 || self.known.may_hold(head) {
                    self.look_up(&self.keys, joined(window), &mut found.whole);
                }
            }
        }
    }

    fn mix(&self, pieces: (u64, u64), found: &mut Spoken) {
        if let (Some(heads), Some(tails)) = (self.heads.get(&pieces.0), self.tails.get(&pieces.1)) {
            let pairs = u64::from(*heads) * u64::from(*tails);
            found.mixed.push((mixed(pieces), pairs));
        }
    }
}

/// Runs of Han characters; recognition puts spaces between them, which mean nothing.
fn han_runs(chars: &[char]) -> Vec<Vec<char>> {
    let mut runs = vec![Vec::new()];
    for c in chars.iter().filter(|c| **c != ' ') {
        match runs.last_mut() {
            Some(run) if is_han(*c) => run.push(*c),
            Some(run) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs
}

/// The digest of words with one space between them.
fn joined(words: &[String]) -> u64 {
    let spaced = words
        .iter()
        .enumerate()
        .flat_map(|(i, w)| (i > 0).then_some(b' ').into_iter().chain(w.bytes()));
    digest(9, spaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole, by sound, in part.
    fn says(text: &str, name: &str) -> (bool, bool, bool) {
        let mut names = Names::default();
        let romanised = (name == "彭宇敏").then_some("Peng Yumin");
        names.add(name, &name_keys(name, romanised).unwrap(), 7);
        let heard = names.spoken(text);
        let has = |list: &[u32]| list == [7];
        (has(&heard.whole), has(&heard.sound), has(&heard.part))
    }

    #[test]
    fn whole_and_partial_names() {
        let yes = (true, true, true);
        assert_eq!(says("温馨提示彭宇敏，考公考编", "彭宇敏"), yes);
        assert_eq!(says("温馨提示 彭 宇 敏 ，考公考编", "彭宇敏"), yes);
        assert_eq!(says("温馨提彭敏，考公", "彭宇敏"), (false, false, false));
        assert_eq!(says("系统检测到宇敏，孩子", "彭宇敏"), (false, false, true));
        assert_eq!(
            says("Congratulations NORA  Ashdown, you", "Nora Ashdown"),
            yes
        );
        let part = (false, false, true);
        assert_eq!(says("this is for ashdown please", "Nora Ashdown"), part);
        assert_eq!(says("nothing here", "Nora Ashdown"), (false, false, false));
        assert!(name_keys("", None).is_none());
    }

    #[test]
    fn names_by_their_sound() {
        let sound = (false, true, false);
        assert_eq!(says("温馨提示彭雨民，考公考编", "彭宇敏"), sound);
        assert_eq!(says("dear peng yu min, your parcel", "彭宇敏"), sound);
        assert_eq!(says("dear Pengyumin your parcel", "彭宇敏"), sound);
        assert_eq!(
            says("hello tess a heather sage, you", "Tessa Hathersage"),
            sound
        );
        assert_eq!(
            says("hello tessa sage, you", "Tessa Hathersage"),
            (false, false, false)
        );
    }

    #[test]
    fn names_that_could_be() {
        let mut names = Names::default();
        for (i, name) in ["Nora Ashdown", "Wren Eastlake", "彭宇敏", "王小川"]
            .iter()
            .enumerate()
        {
            names.add(name, &name_keys(name, None).unwrap(), i as u32);
        }
        assert_eq!(names.spoken("hi Nora Eastlake").mixed.len(), 1);
        assert_eq!(names.spoken("彭小川您好").mixed.len(), 1);
        assert_eq!(names.spoken("hi Nora Miller, 彭大川").mixed.len(), 0);
    }
}
