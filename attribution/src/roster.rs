//! Who holds what: our numbers, the platforms, and which was given to which, as told so far.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::{
    Basis, Coverage, Honeytoken, HoneytokenId, Language, Line as LineAdded, LineRole, PhoneNumber,
    Placing, Platform as Declared, PlatformId, RequestKind, RequestMade, Span, Spans,
};
use serde::{Deserialize, Serialize};

use crate::background::Record;
use crate::evidence::Case;
use crate::taxonomy::Profile;
use crate::text::{NameKeys, Names, name_keys};

/// Microseconds in a day.
pub(crate) const DAY_US: i64 = 86_400_000_000;

/// A number we hold.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) number: PhoneNumber,
    pub(crate) control: bool,
    pub(crate) country: u32,
    pub(crate) block: u32,
    /// When it was proven alive.
    pub(crate) proven: Spans,
    /// By what.
    pub(crate) bases: BTreeSet<Basis>,
    /// What was seen on closed days that are not proven in whole, by day.
    pub(crate) open: Vec<Seen>,
    pub(crate) placements: Vec<u32>,
    pub(crate) record: Record,
    /// Its past when it was first given away.
    pub(crate) soak: Option<Record>,
}

/// A stream was active on a line on a day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) day: i64,
    pub(crate) stream: usize,
    /// What the line expected of such a day.
    pub(crate) chance: f64,
    /// Whether it may speak against the holder of the line.
    pub(crate) tells: bool,
    /// How much of the day, since the line was given away, was proven when it was last weighed.
    pub(crate) weighed: f64,
    /// Whether any of the day was proven: only then it counts in the line's record.
    pub(crate) counted: bool,
}

impl Line {
    /// How much of a day was proven, in 0..=1, from a moment on.
    pub(crate) fn live(&self, day: i64, from: i64) -> f64 {
        let start = day.saturating_mul(DAY_US);
        let span = (start.max(from), start.saturating_add(DAY_US));
        self.proven.held_us(span) as f64 / DAY_US as f64
    }
}

/// A number given to a platform under a name.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Placement {
    pub(crate) honeytoken: HoneytokenId,
    /// Somebody named the line: it was not drawn by lot.
    pub(crate) chosen: bool,
    pub(crate) platform: u32,
    pub(crate) line: u32,
    /// Microseconds since the epoch.
    pub(crate) registered: i64,
    pub(crate) keys: Option<NameKeys>,
    /// The name, or a part of it, was heard on this number before it was given away.
    pub(crate) name_void: bool,
    pub(crate) part_heard: bool,
    pub(crate) name_heard: bool,
    pub(crate) instant_judged: bool,
    pub(crate) opted_out: Option<i64>,
    pub(crate) erased: Option<i64>,
    /// Exposure is accounted for up to this moment, in microseconds.
    pub(crate) settled: i64,
}

impl Placement {
    pub(crate) fn day(&self) -> i64 {
        self.registered.div_euclid(DAY_US)
    }
}

/// A platform, and the case against it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Platform {
    pub(crate) id: PlatformId,
    pub(crate) profile: Profile,
    pub(crate) placements: Vec<u32>,
    pub(crate) case: Case,
}

/// All of them, by small numbers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Roster {
    pub(crate) lines: Vec<Line>,
    pub(crate) placements: Vec<Placement>,
    pub(crate) platforms: Vec<Platform>,
    by_number: BTreeMap<PhoneNumber, u32>,
    by_platform: BTreeMap<PlatformId, u32>,
    by_honeytoken: BTreeMap<HoneytokenId, u32>,
    places: BTreeMap<String, u32>,
    /// The placements' names.
    pub(crate) spoken: Names,
}

impl Roster {
    pub(crate) fn line(&self, number: &PhoneNumber) -> Option<u32> {
        self.by_number.get(number).copied()
    }

    pub(crate) fn platform(&self, id: &PlatformId) -> Option<u32> {
        self.by_platform.get(id).copied()
    }

    pub(crate) fn placement(&self, id: &HoneytokenId) -> Option<&Placement> {
        let index = self.by_honeytoken.get(id)?;
        self.placements.get(*index as usize)
    }

    /// The place of a placement.
    pub(crate) fn index(&self, id: &HoneytokenId) -> Option<u32> {
        self.by_honeytoken.get(id).copied()
    }

    fn intern(&mut self, name: &str) -> u32 {
        let next = self.places.len() as u32;
        *self.places.entry(name.to_owned()).or_insert(next)
    }

    pub(crate) fn add_line(&mut self, added: &LineAdded) {
        if self.by_number.contains_key(&added.number) {
            return;
        }
        let country = added
            .country
            .clone()
            .unwrap_or_else(|| calling_code(&added.number).to_owned());
        // A number without a block stands alone: its neighbours are unknown.
        let block = added
            .block
            .clone()
            .unwrap_or_else(|| added.number.as_str().to_owned());
        let country = self.intern(&format!("country {country}"));
        let block = self.intern(&format!("block {block}"));
        self.by_number.insert(added.number, self.lines.len() as u32);
        self.lines.push(Line {
            number: added.number,
            control: added.role == LineRole::Control,
            country,
            block,
            proven: Spans::default(),
            bases: BTreeSet::new(),
            open: Vec::new(),
            placements: Vec::new(),
            record: Record::default(),
            soak: None,
        });
    }

    /// Lines that nobody was given are controls from here on.
    pub(crate) fn become_controls(&mut self, numbers: &[PhoneNumber]) {
        for number in numbers {
            if let Some(&line) = self.by_number.get(number) {
                self.lines[line as usize].control = true;
            }
        }
    }

    fn platform_or_new(&mut self, id: &PlatformId) -> u32 {
        if let Some(found) = self.by_platform.get(id) {
            return *found;
        }
        let index = self.platforms.len() as u32;
        self.by_platform.insert(id.clone(), index);
        self.platforms.push(Platform {
            id: id.clone(),
            profile: Profile::default(),
            placements: Vec::new(),
            case: Case::default(),
        });
        index
    }

    pub(crate) fn declare(&mut self, declared: &Declared) {
        let index = self.platform_or_new(&declared.platform) as usize;
        self.platforms[index].profile = Profile::of(declared);
    }

    pub(crate) fn issue(&mut self, token: &Honeytoken) {
        let Some(line) = self.line(&token.number) else {
            return;
        };
        if self.by_honeytoken.contains_key(&token.honeytoken) {
            return;
        }
        let platform = self.platform_or_new(&token.platform);
        let index = self.placements.len() as u32;
        let name = &token.persona.name;
        let keys = name_keys(name, token.persona.romanised.as_deref());
        // Of a name that was erased it is known only that there was one, and in which script.
        let erased = token.persona.language.filter(|_| name.is_empty());
        let blank = erased.map(|language| NameKeys::blank(language == Language::Zh));
        let (keys, spoken) = (keys.or(blank), !name.is_empty());
        if let Some(keys) = keys.as_ref().filter(|_| spoken) {
            self.spoken.add(name, keys, index);
        }
        let registered = token.registered_at.as_micros();
        self.placements.push(Placement {
            honeytoken: token.honeytoken.clone(),
            chosen: token.placing == Some(Placing::Chosen),
            platform,
            line,
            registered,
            keys,
            name_void: false,
            part_heard: false,
            name_heard: false,
            instant_judged: false,
            opted_out: None,
            erased: None,
            settled: registered,
        });
        self.by_honeytoken.insert(token.honeytoken.clone(), index);
        self.lines[line as usize].placements.push(index);
        self.platforms[platform as usize].placements.push(index);
    }

    pub(crate) fn request(&mut self, made: &RequestMade) {
        let Some(&index) = self.by_honeytoken.get(&made.honeytoken) else {
            return;
        };
        let placement = &mut self.placements[index as usize];
        let at = made.made_at.as_micros();
        match made.request {
            RequestKind::OptOut => {
                placement.opted_out = Some(placement.opted_out.map_or(at, |o| o.min(at)));
            }
            RequestKind::Erasure => {
                placement.erased = Some(placement.erased.map_or(at, |o| o.min(at)));
            }
            RequestKind::Access => {}
        }
    }

    /// Adds proven life; returns the line and what of it was not proven before.
    pub(crate) fn cover(&mut self, coverage: &Coverage) -> Option<(u32, Vec<Span>)> {
        let line = self.line(&coverage.number)?;
        let span = (coverage.from.as_micros(), coverage.until.as_micros());
        self.lines[line as usize].bases.insert(coverage.basis);
        Some((line, self.lines[line as usize].proven.add(span)))
    }

    /// Whether somebody had been given this line by then.
    pub(crate) fn is_placed(&self, line: u32, at: i64) -> bool {
        self.lines[line as usize]
            .placements
            .iter()
            .any(|p| self.placements[*p as usize].registered <= at)
    }
}

/// Numbers of one calling code are one country where nobody says otherwise.
fn calling_code(number: &PhoneNumber) -> &str {
    let text = number.as_str();
    let size = if text.starts_with("+1") || text.starts_with("+7") {
        2
    } else {
        3
    };
    text.get(..size).unwrap_or(text)
}
