//! What is done with bytes from outside, one function for each fuzz target. None may panic, whatever
//! the bytes.

mod answers;
mod bundle;
mod signed;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use honeytoken::{Secret, Timestamp};
use listener::Config;
use listener::import::history::{Beside, ColumnMap, Format, Told, of_bytes};
use listener::import::{ContactRow, LineRow, rows};
use listener::pool::sheet::Sheet;
use listener::provider::gammu_smsd::Run;
use listener::provider::{Calls, Places, Request, Webhook, check, sign};
use report::bundle::verify::{Trust, Verification, verify};
use store::proof::time_stamp::{self, Roots};
use store::proof::{Checkpoint, Hash, KeyType, SigningKey, merkle, witness};

/// The moment at which all requests are signed and judged.
const NOW: Timestamp = Timestamp::from_unix_s(1_791_000_000);

/// A request: first which provider and whether it is to be signed, then the body.
pub fn webhook(data: &[u8]) {
    let [which, flags, body @ ..] = data else {
        return;
    };
    let doors = signed::DOORS;
    let door = &doors[usize::from(*which) % doors.len()];
    let words = String::from_utf8_lossy(body);
    let body = (door.wrap)(body);
    let (headers, url) = match flags & 1 {
        0 => ((door.sign)(&body), door.url.to_owned()),
        // Unsigned, with the body's own words as address.
        _ => (Vec::new(), format!("{}?{words}", door.url)),
    };
    let headers = signed::header_map(flags & 2 == 0, &headers);
    let method = if flags & 4 == 0 { "POST" } else { "GET" };
    let request = Request {
        method,
        url: &url,
        headers: &headers,
        body: &body,
    };
    taken(&signed::connected(door), request);
}

/// What verification reads beside the body: which provider, which of its headers, whether that is given in place
/// of the genuine one, beside it or not at all, its value up to a zero byte, and the body.
pub fn headers(data: &[u8]) {
    let [which, place, how, rest @ ..] = data else {
        return;
    };
    let doors = signed::DOORS;
    let door = &doors[usize::from(*which) % doors.len()];
    let end = rest
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(rest.len());
    let value = String::from_utf8_lossy(&rest[..end]).into_owned();
    let body = (door.wrap)(rest.get(end + 1..).unwrap_or_default());
    let mut headers = (door.sign)(&body);
    if headers.is_empty() {
        return;
    }
    let place = usize::from(*place) % headers.len();
    match how % 3 {
        0 => headers[place].1 = value,
        1 => headers.push((headers[place].0, value)),
        _ => drop(headers.remove(place)),
    }
    let headers = signed::header_map(how & 4 == 0, &headers);
    let request = Request {
        method: "POST",
        url: door.url,
        headers: &headers,
        body: &body,
    };
    taken(&signed::connected(door), request);
}

/// A request on its way, as far as it comes.
fn taken(webhook: &Webhook, request: Request<'_>) {
    let Ok(verified) = webhook.verify(request, NOW) else {
        return;
    };
    let Ok(events) = verified.parse() else {
        return;
    };
    let named = [("SIM1".to_owned(), "+14155550130".parse())];
    let named = named
        .into_iter()
        .filter_map(|(name, n)| Some((name, n.ok()?)))
        .collect();
    let places = Places {
        named: &named,
        only: None,
    };
    let events = places.fill(events);
    let _ = webhook.answer(&events, Calls::Reject);
    let _ = webhook.follow_up(&events);
    for event in &events {
        let _ = (event.fingerprint(), event.to_json(), format!("{event:?}"));
        assert!(!event.dedupe.key().is_empty(), "a key tells events apart");
    }
}

/// The providers that do not take what is signed here for theirs, whatever it says it is: what lies
/// behind their verification is not reached.
pub fn out_of_reach() -> Vec<&'static str> {
    let body = b"MessageUUID=m1";
    let takes = |door: &signed::Door, json: bool| {
        let body = (door.wrap)(body);
        let headers = signed::header_map(json, &(door.sign)(&body));
        let request = Request {
            method: "POST",
            url: door.url,
            headers: &headers,
            body: &body,
        };
        signed::connected(door).verify(request, NOW).is_ok()
    };
    let doors = signed::DOORS.iter();
    let closed = doors.filter(|door| !takes(door, true) && !takes(door, false));
    closed.map(|door| door.provider).collect()
}

/// What a provider's API answers: first which provider, then the answer to whatever it is asked.
pub fn account(data: &[u8]) {
    if let [which, answer @ ..] = data {
        answers::read(usize::from(*which), answer);
    }
}

/// What a daemon tells: arguments and variables, one a line, variables with a `=`.
pub fn gammu(data: &[u8]) {
    let (mut argv, mut env) = (Vec::new(), Vec::new());
    for line in data.split(|byte| *byte == b'\n') {
        match line.iter().position(|byte| *byte == b'=') {
            Some(at) => env.push((os(&line[..at]), os(&line[at + 1..]))),
            None => argv.push(os(line)),
        }
    }
    let run = Run::new(argv, env);
    let Ok(body) = serde_json::to_vec(&run) else {
        return;
    };
    let _ = (run.is_call(), run.is_something());
    webhook(&[&[signed::GAMMU, 0], body.as_slice()].concat());
}

fn os(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

/// A file of captured requests.
pub fn check(data: &[u8]) {
    let _ = check::vectors(data);
}

/// Rows of the past.
pub fn import(data: &[u8]) {
    let _ = rows::<LineRow>("lines", data, |_| Ok(()));
    let _ = rows::<ContactRow>("contacts", data, |_| Ok(()));
}

/// The past as others wrote it down: a byte says which way it is read.
pub fn history(data: &[u8]) {
    let [which, rest @ ..] = data else { return };
    let map = "kind = \"call\"\nat = \"time\"\nfrom = \"from\"\nduration = \"d\"";
    let beside = Beside {
        to: "+14155550132".parse().ok(),
        columns: map.parse().ok().filter(|_| which % 3 == 1),
        minutes_ahead: 480,
    };
    let format = match which % 3 {
        2 => Format::SmsBackup,
        _ => Format::Sheet,
    };
    let Ok(history) = of_bytes(rest, format, &beside) else {
        return;
    };
    for row in history.rows {
        if let Told::Contact(contact) = row.told {
            assert!(!contact.provider_event_id.is_empty(), "a row has an id");
            let _ = listener::import::contact(*contact);
        }
    }
    let _ = String::from_utf8_lossy(rest).parse::<ColumnMap>();
}

/// A sheet of lines, with one connection for all of them or without.
pub fn sheet(data: &[u8]) {
    for connection in [None, "sim".parse().ok()] {
        let Ok(sheet) = Sheet::open(data, connection) else {
            continue;
        };
        let _ = (sheet.rows_about(), format!("{sheet:?}"));
        for row in sheet.rows(NOW) {
            if let Err(cells) = &row.line {
                assert!(!cells.is_empty(), "a row that does not fit says why");
            }
        }
    }
}

/// What proves a log to a stranger: notes, checkpoints, receipts, keys, tiles' names, leaves.
pub fn proof(data: &[u8]) {
    let _ = store::proof::Leaf::from_bytes(data);
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let _ = text.parse::<store::proof::Note>();
    let _ = text.parse::<store::proof::Checkpoint>();
    let _ = text.parse::<store::proof::SignedCheckpoint>();
    let _ = text.parse::<store::proof::Receipt>();
    let _ = text.parse::<store::proof::VerifierKey>();
    if let Ok(tile) = text.parse::<store::proof::Tile>() {
        assert_eq!(tile.to_string().parse(), Ok(tile), "a name names one tile");
    }
}

/// An evidence bundle: `0` and any bytes, or a genuine one changed: which file, where, how many bytes go, what
/// comes in their place.
pub fn bundle(data: &[u8]) {
    match data {
        [0, zip @ ..] => look_at(&verify(zip, &Trust::default())),
        [file, low, high, cut, patch @ ..] => {
            let at = u16::from_le_bytes([*low, *high]);
            look_at(&bundle::changed(*file - 1, at.into(), (*cut).into(), patch));
        }
        _ => {}
    }
}

/// Whether the bundle that is changed by the target is intact before.
pub fn genuine_bundle_is_intact() -> bool {
    bundle::changed(0, 0, 0, &[]).is_intact()
}

fn look_at(found: &Verification) {
    for finding in &found.findings {
        let _ = format!("{finding:?}");
    }
    assert!(!found.findings.is_empty(), "a verifier says something");
}

/// What outside authorities answer: a time-stamp, the lines of a witness, or roots in PEM.
pub fn anchor(data: &[u8]) {
    let digest = Hash::of(&[STAMPED]);
    match data {
        [0, reply @ ..] => {
            let Ok(roots) = Roots::from_pem(STAMP_ROOT) else {
                return;
            };
            let _ = time_stamp::verify(reply, digest, None, &roots).map_err(|e| e.to_string());
        }
        [1, lines @ ..] => witnessed(&String::from_utf8_lossy(lines)),
        [_, pem @ ..] => {
            let _ = Roots::from_pem(pem).map_err(|e| e.to_string());
        }
        [] => {}
    }
}

/// The note that the corpus's time-stamp is about, and the root of its authority.
const STAMPED: &[u8] = include_bytes!("../data/stamped-checkpoint");
const STAMP_ROOT: &[u8] = include_bytes!("../data/stamp-root.pem");

fn witnessed(answer: &str) {
    let key = |kind| SigningKey::from_seed("witness.example", kind, &[7; 32]);
    let (Ok(log), Ok(seen)) = (key(KeyType::Ed25519), key(KeyType::Cosignature)) else {
        return;
    };
    let checkpoint = Checkpoint {
        origin: "witness.example".to_owned(),
        size: 0,
        root: merkle::empty_root(),
    };
    if let Ok(signed) = checkpoint.sign(&log) {
        let _ = witness::cosigned(&signed, answer, &seen.verifier()).map_err(|e| e.to_string());
    }
}

/// The file of settings.
pub fn config(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = text.parse::<Config>().map_err(|error| error.to_string());
    }
}

/// The secret of those who sign as Standard Webhooks.
fn whsec() -> Secret {
    Secret::new("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")
}

fn standard(body: &[u8]) -> sign::Headers {
    sign::standard_webhook(&whsec(), "msg_1", NOW, body).unwrap_or_default()
}
