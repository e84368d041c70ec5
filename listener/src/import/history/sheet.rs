//! Sheets of calls and messages: CSV in any common encoding, its first row naming the columns.

use csv::StringRecord;
use honeytoken::{Medium, PhoneNumber};

use super::known::{Known, is_to_us};
use super::map::ColumnMap;
use super::row::{Ids, Said};
use super::{Beside, COLUMNS, History, HistoryError, HistoryRow, Told, moment};
use crate::pool::sheet::{Places, SheetError, decoded, delimiter, reader};

/// Where each thing stands in a row.
#[derive(Debug)]
pub struct Sheet<'a> {
    format: &'static str,
    kind: Medium,
    id: Option<usize>,
    at: usize,
    to: Option<usize>,
    from: Option<usize>,
    text: Option<usize>,
    duration: Option<usize>,
    direction: Option<usize>,
    to_us: &'a [String],
    ours: Option<PhoneNumber>,
    minutes_ahead: i32,
}

impl<'a> Sheet<'a> {
    pub(super) fn read(bytes: &[u8], beside: &'a Beside) -> Result<History, HistoryError> {
        let (text, encoding) = decoded(bytes)?;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let delimiter = delimiter(&text);
        let mut header = StringRecord::new();
        if !matches!(reader(&text, delimiter).read_record(&mut header), Ok(true)) {
            return Err(SheetError::Empty.into());
        }
        let sheet = match &beside.columns {
            Some(map) => Sheet::mapped(&header, map, beside)?,
            None => Sheet::recognised(&header, beside)?,
        };
        let (mut places, mut ids) = (Places::new(&text), Ids::default());
        let mut rows = Vec::new();
        for record in reader(&text, delimiter).into_records().skip(1) {
            let (row, told) = match record {
                Ok(record) if record.iter().all(|cell| cell.trim().is_empty()) => continue,
                Ok(record) => (
                    places.line_at(record.position()),
                    sheet.told(&record, &mut ids),
                ),
                Err(error) => (
                    places.line_at(error.position()),
                    Told::Wrong(error.to_string()),
                ),
            };
            rows.push(HistoryRow { row, told });
        }
        Ok(History {
            format: sheet.format,
            encoding: encoding.name(),
            rows,
        })
    }

    fn recognised(header: &StringRecord, beside: &'a Beside) -> Result<Sheet<'a>, HistoryError> {
        let names: Vec<String> = header.iter().map(plain).collect();
        let known = Known::of(&names).ok_or_else(|| HistoryError::Unknown(listed(header)))?;
        let place = |any: &[&str]| {
            let mut any = any.iter();
            any.find_map(|name| names.iter().position(|n| n == name))
        };
        let at = place(known.at).ok_or_else(|| HistoryError::Unknown(listed(header)))?;
        Ok(Sheet {
            format: known.name,
            kind: known.kind,
            id: place(known.id),
            at,
            to: place(known.to),
            from: place(known.from),
            text: place(known.text),
            duration: place(known.duration),
            direction: place(known.direction),
            to_us: &[],
            ours: beside.to,
            minutes_ahead: beside.minutes_ahead,
        })
    }

    fn mapped(
        header: &StringRecord,
        map: &'a ColumnMap,
        beside: &Beside,
    ) -> Result<Sheet<'a>, HistoryError> {
        let place = |name: &String| {
            let found = header.iter().position(|cell| plain(cell) == plain(name));
            found.ok_or_else(|| HistoryError::NoColumn(name.clone(), listed(header)))
        };
        let optional = |name: &Option<String>| name.as_ref().map(place).transpose();
        let to = optional(&map.to)?;
        if to.is_none() && beside.to.is_none() {
            return Err(HistoryError::NoDestination);
        }
        Ok(Sheet {
            format: COLUMNS,
            kind: map.kind,
            id: optional(&map.id)?,
            at: place(&map.at)?,
            to,
            from: optional(&map.from)?,
            text: optional(&map.text)?,
            duration: optional(&map.duration)?,
            direction: optional(&map.direction)?,
            to_us: &map.to_us,
            ours: beside.to,
            minutes_ahead: map.utc_offset.map_or(beside.minutes_ahead, |o| o.minutes),
        })
    }

    fn told(&self, record: &StringRecord, ids: &mut Ids) -> Told {
        let cell = |place: Option<usize>| place.and_then(|place| cell(record, place));
        if let Some(direction) = self.direction
            && !self.is_to_us(record.get(direction).unwrap_or_default().trim())
        {
            return Told::NotToUs;
        }
        let when = cell(Some(self.at)).unwrap_or_default();
        let Some(at) = moment::at(when, self.minutes_ahead) else {
            return Told::Wrong(format!(
                "time {when:?} is not read; write it like 2026-10-03 12:00:00"
            ));
        };
        let ours = self.ours.map(|ours| ours.as_str().to_owned());
        let Some(to) = cell(self.to).map(party).or(ours) else {
            return Told::Wrong("row does not say which of our numbers was reached".to_owned());
        };
        let duration_s = match cell(self.duration) {
            None => None,
            Some(text) => match moment::seconds(text) {
                None => {
                    return Told::Wrong(format!("duration {text:?} is not read; write seconds"));
                }
                length => length,
            },
        };
        Told::Contact(Box::new(ids.row(
            self.format,
            Said {
                id: cell(self.id).map(str::to_owned),
                at,
                to,
                from: cell(self.from).map(party),
                kind: self.kind,
                text: cell(self.text).map(str::to_owned),
                duration_s,
            },
        )))
    }

    fn is_to_us(&self, direction: &str) -> bool {
        match self.to_us {
            [] => is_to_us(direction),
            words => words.iter().any(|word| word == direction),
        }
    }
}

fn cell(record: &StringRecord, place: usize) -> Option<&str> {
    let text = record.get(place)?.trim();
    // A spreadsheet's apostrophe says that a cell is text.
    let text = text.strip_prefix('\'').unwrap_or(text);
    (!text.is_empty()).then_some(text)
}

/// A number as exports write it: without the plus, or with a scheme before it.
fn party(text: &str) -> String {
    let text = text.trim_start_matches("tel:").trim_start_matches("sip:");
    let digits = text.len() >= 10 && text.bytes().all(|b| b.is_ascii_digit());
    let international = digits && !text.starts_with('0');
    let number: Option<PhoneNumber> = match international {
        true => format!("+{text}").parse().ok(),
        false => None,
    };
    number.map_or_else(|| text.to_owned(), |number| number.as_str().to_owned())
}

/// A column's name without case, spaces and punctuation.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn listed(header: &StringRecord) -> String {
    const NAMES_MAX: usize = 40;
    let names: Vec<&str> = header.iter().take(NAMES_MAX).collect();
    names.join(", ")
}
