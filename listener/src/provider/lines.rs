//! Which of our lines an event is about, where its provider names no number: a phone that says only
//! `SIM1`, a channel's id, a modem's name.

use std::collections::BTreeMap;

use honeytoken::{PhoneNumber, Sender};

use super::Received;

/// Between a device's id and its slot in the settings' names.
const SLOT_SEPARATOR: char = '/';
/// How the settings name a phone's slots: `SIM1`, `SIM2`.
const SLOT: &str = "SIM";
/// Where the destination was taken from, among a contact's extras: [`MAPPED`] or [`ONLY_LINE`].
const BASIS: &str = "to_basis";
/// The connection's settings map the provider's name to the line.
const MAPPED: &str = "lines_setting";
/// The provider names nothing, and the connection has a single line and no map.
const ONLY_LINE: &str = "only_line";

/// The most lines that one connection's settings map.
pub const LINES_MAX: usize = 1_024;
/// The longest name of one of them, in bytes.
pub const LINE_NAME_BYTES_MAX: usize = 128;

/// Checks the names of a connection's lines.
///
/// # Errors
/// A sentence about the first that does not do.
pub fn checked_lines(lines: &BTreeMap<String, PhoneNumber>) -> Result<(), String> {
    if lines.len() > LINES_MAX {
        return Err(format!("lines are {}, more than {LINES_MAX}", lines.len()));
    }
    let bad = |name: &&String| name.is_empty() || name.len() > LINE_NAME_BYTES_MAX;
    match lines.keys().find(bad) {
        Some(_) => Err(format!(
            "lines: a name has 1 to {LINE_NAME_BYTES_MAX} bytes"
        )),
        None => Ok(()),
    }
}

/// What one connection's settings and lines say about destinations.
///
/// A map, once there is one, is the only thing that counts: a phone's second SIM that nobody mapped
/// is not taken for the first. Either way the destination is weaker than one that a provider signed,
/// so its basis is kept beside it (`to_basis`).
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The provider's names, from the connection's settings.
    pub named: &'a BTreeMap<String, PhoneNumber>,
    /// The connection's line, if it has exactly one.
    pub only: Option<PhoneNumber>,
}

impl Places<'_> {
    /// Whether any of these events leaves open which line it is about.
    pub fn are_needed(events: &[Received]) -> bool {
        events.iter().any(is_open)
    }

    /// The events, each with its destination as far as that can be said; a device's heartbeat once
    /// for each of its lines.
    pub fn fill(self, events: Vec<Received>) -> Vec<Received> {
        events
            .into_iter()
            .flat_map(|event| self.place(event))
            .collect()
    }

    fn place(self, event: Received) -> Vec<Received> {
        if !is_open(&event) {
            return vec![event];
        }
        // With a slot it is a sign of that line alone.
        if event.heartbeat && event.line_names.len() == 1 {
            return self.beat(event);
        }
        let said = event.to.as_ref().map(Sender::as_str);
        let names = event.line_names.iter().map(String::as_str).chain(said);
        let mapped = names
            .filter_map(|name| self.named.get(name))
            .next()
            .copied();
        match (mapped, self.only()) {
            (Some(number), _) => vec![placed(event, number, MAPPED)],
            (None, Some(number)) => vec![placed(event, number, ONLY_LINE)],
            (None, None) => vec![event],
        }
    }

    fn only(self) -> Option<PhoneNumber> {
        self.only.filter(|_| self.named.is_empty())
    }

    /// One sign of life for each line of the device, or else for each slot that names no device.
    fn beat(self, event: Received) -> Vec<Received> {
        let device = event.line_names.first().map_or("", String::as_str);
        let slot_of = |name: &str| match name.split_once(SLOT_SEPARATOR) {
            Some((owner, _)) => owner == device,
            None => name == device,
        };
        let any_slot = |name: &str| name.starts_with(SLOT) && !name.contains(SLOT_SEPARATOR);
        let mut lines = self.numbers(slot_of);
        if lines.is_empty() {
            lines = self.numbers(any_slot);
        }
        let basis = if lines.is_empty() { ONLY_LINE } else { MAPPED };
        if lines.is_empty() {
            lines.extend(self.only());
        }
        match lines.is_empty() {
            true => vec![event],
            false => lines
                .into_iter()
                .map(|n| for_line(&event, n, basis))
                .collect(),
        }
    }

    fn numbers(self, wanted: impl Fn(&str) -> bool) -> Vec<PhoneNumber> {
        let named = self.named.iter().filter(|(name, _)| wanted(name));
        let mut numbers: Vec<PhoneNumber> = named.map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// Nothing says which line it is about, and something should.
fn is_open(event: &Received) -> bool {
    let number = event.to.as_ref().is_some_and(|to| to.number().is_some());
    let named = !event.line_names.is_empty();
    let control = event.medium == honeytoken::Medium::Control && !event.heartbeat;
    !number && !control && (named || event.to.is_none())
}

fn placed(event: Received, number: PhoneNumber, basis: &str) -> Received {
    let said = event.to.as_ref().map(|to| to.as_str().to_owned());
    let event = event
        .with_detail(BASIS, Some(basis))
        .with_detail("to_said", said.as_deref());
    Received {
        to: Some(number.into()),
        ..event
    }
}

fn for_line(event: &Received, number: PhoneNumber, basis: &str) -> Received {
    Received {
        dedupe: event.dedupe.at(number.as_str()),
        ..placed(event.clone(), number, basis)
    }
}

#[cfg(test)]
mod tests {
    use honeytoken::Medium;

    use super::*;

    fn number(text: &str) -> PhoneNumber {
        text.parse().unwrap()
    }

    fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, PhoneNumber> {
        pairs
            .iter()
            .map(|(name, to)| ((*name).to_owned(), number(to)))
            .collect()
    }

    fn filled(
        event: Received,
        pairs: &[(&str, &str)],
        only: Option<&str>,
    ) -> Vec<(Option<String>, Option<String>)> {
        let named = settings(pairs);
        let places = Places {
            named: &named,
            only: only.map(number),
        };
        let basis = |e: &Received| {
            e.details
                .get(BASIS)
                .and_then(|b| b.as_str())
                .map(str::to_owned)
        };
        let to = |e: &Received| e.to.as_ref().map(|to| to.as_str().to_owned());
        places
            .fill(vec![event])
            .iter()
            .map(|e| (to(e), basis(e)))
            .collect()
    }

    const A: &str = "+14155550130";
    const B: &str = "+14155550131";

    fn one(to: Option<&str>, basis: Option<&str>) -> Vec<(Option<String>, Option<String>)> {
        vec![(to.map(str::to_owned), basis.map(str::to_owned))]
    }

    #[test]
    fn the_most_exact_name_counts() {
        let sms = Received::sms("1", None).on_line(["d1/SIM1", "SIM1", "d1"]);
        let map = [("SIM1", A), ("d1/SIM1", B)];
        assert_eq!(filled(sms.clone(), &map, None), one(Some(B), Some(MAPPED)));
        assert_eq!(filled(sms, &map[..1], None), one(Some(A), Some(MAPPED)));
    }

    #[test]
    fn a_map_that_does_not_know_the_slot_says_nothing() {
        let sms = Received::sms("1", None).on_line(["SIM2"]);
        assert_eq!(
            filled(sms.clone(), &[("SIM1", A)], Some(A)),
            one(None, None)
        );
        assert_eq!(filled(sms, &[], Some(A)), one(Some(A), Some(ONLY_LINE)));
    }

    #[test]
    fn what_a_provider_signed_stays() {
        let to = Some(Sender::new(B));
        let sms = Received::sms("1", None).between(None, to).on_line(["SIM1"]);
        assert_eq!(filled(sms, &[("SIM1", A)], Some(A)), one(Some(B), None));
        let short = Received::sms("1", None).between(None, Some(Sender::new("12345")));
        assert_eq!(filled(short, &[], Some(A)), one(Some("12345"), None));
    }

    #[test]
    fn a_heartbeat_is_one_sign_for_each_line_of_its_device() {
        let beat = || Received {
            heartbeat: true,
            ..Received::new(Medium::Control, "system:ping", "e1").on_line(["d1"])
        };
        let map = [("d1/SIM1", A), ("d1/SIM2", B), ("d2/SIM1", "+14155550132")];
        let both = [one(Some(A), Some(MAPPED)), one(Some(B), Some(MAPPED))].concat();
        assert_eq!(filled(beat(), &map, None), both);
        assert_eq!(filled(beat(), &[("SIM1", A), ("SIM2", B)], None), both);
        assert_eq!(filled(beat(), &[], Some(A)), one(Some(A), Some(ONLY_LINE)));
        assert_eq!(filled(beat(), &map[2..], Some(A)), one(None, None));
        let named = settings(&map);
        let events = Places {
            named: &named,
            only: None,
        }
        .fill(vec![beat()]);
        assert_ne!(events[0].dedupe.key(), events[1].dedupe.key());
    }

    #[test]
    fn other_control_events_are_about_no_line() {
        let sent = Received::new(Medium::Control, "sms:sent", "e1").on_line(["SIM1"]);
        assert_eq!(filled(sent, &[("SIM1", A)], None), one(None, None));
    }
}
