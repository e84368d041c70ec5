//! Backups by the app [SMS Backup & Restore](https://synctech.com.au/sms-backup-restore/fields-in-xml-backup-files/):
//! messages, multimedia messages (their text) and calls that reached one phone.
//!
//! Read as a stream. A document type is refused, and with it every entity that it could define; known
//! are the five of XML and numbers. The app writes characters beyond the basic plane as two numbers
//! (surrogates), which are no XML and are put together here.

use honeytoken::{Medium, PhoneNumber, Timestamp};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::row::{Ids, Said};
use super::{HistoryRow, Told};

/// The deepest nesting.
const DEPTH_MAX: usize = 16;
/// The longest text of one message, in bytes.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// A received message or call, as the app numbers types; missed, voicemail, rejected and refused calls
/// reached us too.
const RECEIVED: [&str; 1] = ["1"];
const REACHED: [&str; 5] = ["1", "3", "4", "5", "6"];
/// The sender among the addresses of a multimedia message.
const FROM: &str = "137";

/// Why a backup cannot be read. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not XML, or cut off.
    #[error("backup is no XML at byte {0}: {1}")]
    Xml(u64, String),
    /// A document type.
    #[error("backup has a document type, which no backup of that app has; it is not read")]
    DocumentType,
    /// Nested too deep.
    #[error("backup is nested deeper than {DEPTH_MAX} elements")]
    Deep,
    /// Something else.
    #[error("backup has neither smses nor calls at its root; is it by SMS Backup & Restore?")]
    Foreign,
}

/// All messages and calls of a backup.
///
/// # Errors
/// See [`BackupError`].
pub fn rows(bytes: &[u8], to: PhoneNumber) -> Result<Vec<HistoryRow>, BackupError> {
    let mut reader = Reader::from_reader(bytes);
    let mut backup = Backup::new(to);
    let mut buffer = Vec::new();
    loop {
        let event = reader.read_event_into(&mut buffer);
        let at = reader.buffer_position();
        match event.map_err(|error| BackupError::Xml(at, error.to_string()))? {
            Event::DocType(_) => return Err(BackupError::DocumentType),
            Event::Start(element) => {
                backup.open(&element, at)?;
                backup.depth += 1;
                if backup.depth > DEPTH_MAX {
                    return Err(BackupError::Deep);
                }
            }
            Event::Empty(element) => {
                backup.open(&element, at)?;
                backup.close(element.name().as_ref());
            }
            Event::End(element) => {
                backup.depth = backup.depth.saturating_sub(1);
                backup.close(element.name().as_ref());
            }
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    match (backup.rooted, backup.depth) {
        (false, _) => Err(BackupError::Foreign),
        (true, 1..) => Err(BackupError::Xml(
            bytes.len() as u64,
            "it ends in the middle".to_owned(),
        )),
        (true, 0) => Ok(backup.rows),
    }
}

struct Backup {
    to: PhoneNumber,
    rows: Vec<HistoryRow>,
    ids: Ids,
    depth: usize,
    rooted: bool,
    /// Elements of messages and calls so far.
    count: u64,
    /// The multimedia message that is open.
    mms: Option<Mms>,
}

/// A multimedia message, as far as it was read.
struct Mms {
    date: Option<String>,
    received: bool,
    address: Option<String>,
    text: String,
}

impl Backup {
    fn new(to: PhoneNumber) -> Backup {
        Backup {
            to,
            rows: Vec::new(),
            ids: Ids::default(),
            depth: 0,
            rooted: false,
            count: 0,
            mms: None,
        }
    }

    fn open(&mut self, element: &BytesStart<'_>, at: u64) -> Result<(), BackupError> {
        let attributes = Attributes::of(element, at)?;
        let name = element.name();
        match name.as_ref() {
            b"smses" | b"calls" if self.depth == 0 => self.rooted = true,
            _ if self.depth == 0 => return Err(BackupError::Foreign),
            b"sms" => self.sms(&attributes),
            b"call" => self.call(&attributes),
            b"mms" => {
                self.count += 1;
                self.mms = Some(Mms {
                    date: attributes.get("date"),
                    received: attributes.get("msg_box").as_deref() == Some("1"),
                    address: attributes.get("address"),
                    text: String::new(),
                });
            }
            b"part" => self.part(&attributes),
            b"addr" => self.addr(&attributes),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) {
        if name != b"mms" {
            return;
        }
        if let Some(mms) = self.mms.take() {
            let text = Some(mms.text).filter(|text| !text.is_empty());
            let told = match mms.received {
                true => self.told(Medium::Sms, mms.date, mms.address, text, None),
                false => Told::NotToUs,
            };
            self.push(told);
        }
    }

    fn sms(&mut self, attributes: &Attributes) {
        self.count += 1;
        let received = attributes.is("type", &RECEIVED);
        let told = match received {
            true => self.told(
                Medium::Sms,
                attributes.get("date"),
                attributes.get("address"),
                attributes.get("body"),
                None,
            ),
            false => Told::NotToUs,
        };
        self.push(told);
    }

    fn call(&mut self, attributes: &Attributes) {
        self.count += 1;
        let duration_s = attributes.get("duration").and_then(|d| d.parse().ok());
        let told = match attributes.is("type", &REACHED) {
            true => self.told(
                Medium::Call,
                attributes.get("date"),
                attributes.get("number"),
                None,
                duration_s,
            ),
            false => Told::NotToUs,
        };
        self.push(told);
    }

    fn part(&mut self, attributes: &Attributes) {
        let text = attributes.get("ct").as_deref() == Some("text/plain");
        if let (Some(mms), true, Some(said)) = (&mut self.mms, text, attributes.get("text")) {
            if !mms.text.is_empty() {
                mms.text.push('\n');
            }
            mms.text.push_str(&said);
        }
    }

    fn addr(&mut self, attributes: &Attributes) {
        let from = attributes.get("type").as_deref() == Some(FROM);
        if let (Some(mms), true, Some(address)) = (&mut self.mms, from, attributes.get("address")) {
            mms.address = Some(address);
        }
    }

    fn told(
        &mut self,
        kind: Medium,
        date: Option<String>,
        from: Option<String>,
        text: Option<String>,
        duration_s: Option<u32>,
    ) -> Told {
        let ms = date.as_deref().and_then(|date| date.parse::<i64>().ok());
        let at = ms.and_then(|ms| ms.checked_mul(1000)).filter(|us| *us > 0);
        let Some(at) = at.map(Timestamp::from_micros) else {
            return Told::Wrong("date is missing, or no number of milliseconds".to_owned());
        };
        if text
            .as_ref()
            .is_some_and(|text| text.len() > TEXT_BYTES_MAX)
        {
            return Told::Wrong(format!("text is longer than {TEXT_BYTES_MAX} bytes"));
        }
        let said = Said {
            id: None,
            at,
            to: self.to.as_str().to_owned(),
            from,
            kind,
            text,
            duration_s,
        };
        Told::Contact(Box::new(self.ids.row("sms_backup", said)))
    }

    fn push(&mut self, told: Told) {
        let row = self.count;
        self.rows.push(HistoryRow { row, told });
    }
}

/// The attributes of an element, as written.
struct Attributes(Vec<(String, String)>);

impl Attributes {
    fn of(element: &BytesStart<'_>, at: u64) -> Result<Attributes, BackupError> {
        let xml = |error: String| BackupError::Xml(at, error);
        let mut all = Vec::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| xml(error.to_string()))?;
            let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            let value = std::str::from_utf8(&attribute.value).map_err(|e| xml(e.to_string()))?;
            let value = unescaped(value).ok_or_else(|| xml("an entity is unknown".to_owned()))?;
            all.push((name, value));
        }
        Ok(Attributes(all))
    }

    /// A value; none if it is empty, or `null`, as the app writes what is not there.
    fn get(&self, name: &str) -> Option<String> {
        let value = &self.0.iter().find(|(n, _)| n == name)?.1;
        (!value.is_empty() && value != "null").then(|| value.clone())
    }

    fn is(&self, name: &str, any: &[&str]) -> bool {
        self.get(name)
            .is_some_and(|value| any.contains(&value.as_str()))
    }
}

/// The text that an attribute's value stands for; none if it names an entity that is not known.
fn unescaped(value: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        units.extend(rest[..at].encode_utf16());
        let (name, after) = rest[at + 1..].split_once(';')?;
        match name {
            "amp" => units.push(u16::from(b'&')),
            "lt" => units.push(u16::from(b'<')),
            "gt" => units.push(u16::from(b'>')),
            "quot" => units.push(u16::from(b'"')),
            "apos" => units.push(u16::from(b'\'')),
            number => number_units(number.strip_prefix('#')?, &mut units)?,
        }
        rest = after;
    }
    units.extend(rest.encode_utf16());
    Some(String::from_utf16_lossy(&units))
}

fn number_units(number: &str, units: &mut Vec<u16>) -> Option<()> {
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    match (u16::try_from(code), char::from_u32(code)) {
        // Half of a character beyond the basic plane, or a whole one within.
        (Ok(unit), _) => units.push(unit),
        (_, Some(whole)) => units.extend(whole.encode_utf16(&mut [0; 2]).iter()),
        (_, None) => return None,
    }
    Some(())
}
