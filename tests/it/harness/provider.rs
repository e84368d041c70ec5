//! A server on this machine that speaks like Twilio's API, and fails as one does.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

/// The account's id in every path.
pub(crate) const ACCOUNT: &str = "AC0fb29ec0b47b8ee570d65a6bd1719a70";

/// How the next request fails.
pub(crate) enum Failure {
    /// With this status and, if any, `Retry-After`.
    Status(u16, Option<u32>),
    /// The connection breaks without an answer.
    Drop,
}

/// What the provider knows.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) messages: Vec<Value>,
    pub(crate) calls: Vec<Value>,
    /// Number, address of its messages.
    pub(crate) numbers: Vec<(String, String)>,
    /// Recordings and pictures: path, media type, bytes.
    pub(crate) media: Vec<(String, String, Vec<u8>)>,
    /// Taken before each answer.
    pub(crate) failures: VecDeque<Failure>,
    /// Method and target of everything asked.
    pub(crate) asked: Vec<String>,
    /// Whether orders are carried out and then not answered.
    pub(crate) orders_unanswered: bool,
}

/// The server; its thread ends with the process.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) base: String,
    world: Arc<Mutex<World>>,
}

struct Reply(u16, Vec<(String, String)>, Vec<u8>);

impl Provider {
    pub(crate) fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let provider = Provider {
            base: format!("http://{}", listener.local_addr().unwrap()),
            world: Arc::default(),
        };
        let serving = provider.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let one = serving.clone();
                std::thread::spawn(move || one.serve(stream));
            }
        });
        provider
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// The secrets of a connection to it.
    pub(crate) fn secrets(&self, token: &str) -> Value {
        json!({ "auth_token": token, "account_sid": ACCOUNT, "api_base": self.base })
    }

    /// How often something was asked.
    pub(crate) fn asked(&self, part: &str) -> usize {
        let world = self.world();
        world
            .asked
            .iter()
            .filter(|line| line.contains(part))
            .count()
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let Some((line, body)) = request(&mut reader) else {
            return;
        };
        let Some(Reply(status, headers, body)) = self.answer(&line, &body) else {
            return;
        };
        let mut head = format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // A client that hung up does not want it.
        let _ = reader
            .get_mut()
            .write_all(&[head.as_bytes(), b"\r\n", &body].concat());
    }

    fn answer(&self, line: &str, body: &str) -> Option<Reply> {
        let mut world = self.world();
        world.asked.push(line.to_owned());
        match world.failures.pop_front() {
            Some(Failure::Drop) => return None,
            Some(Failure::Status(status, retry)) => {
                let retry = retry.map(|s| ("retry-after".to_owned(), s.to_string()));
                return Some(Reply(status, retry.into_iter().collect(), Vec::new()));
            }
            None => {}
        }
        let (method, target) = line.split_once(' ').unwrap();
        let path = target.split('?').next().unwrap();
        if let Some((_, media_type, bytes)) = world.media.iter().find(|(p, ..)| p == path) {
            let media_type = ("content-type".to_owned(), media_type.clone());
            return Some(Reply(200, vec![media_type], bytes.clone()));
        }
        let resource = path
            .strip_prefix(&format!("/2010-04-01/Accounts/{ACCOUNT}/"))
            .unwrap_or_default();
        world.resource(method, resource, target, body)
    }
}

impl World {
    fn resource(
        &mut self,
        method: &str,
        resource: &str,
        target: &str,
        body: &str,
    ) -> Option<Reply> {
        let json = |status, value: Value| Some(Reply(status, Vec::new(), value.to_string().into()));
        let wanted = target.split_once("PhoneNumber=");
        let wanted = wanted.map(|(_, number)| number.replace("%2B", "+"));
        match (method, resource) {
            ("GET", "Messages.json") => json(200, json!({ "messages": self.messages })),
            ("GET", "Calls.json") => json(200, json!({ "calls": self.calls })),
            ("GET", "IncomingPhoneNumbers.json") => {
                let numbers = self.numbers.iter();
                let fits = |n: &&(String, String)| wanted.as_ref().is_none_or(|w| *w == n.0);
                let shown: Vec<Value> = numbers.filter(fits).map(held).collect();
                json(200, json!({ "incoming_phone_numbers": shown }))
            }
            ("GET", _) if resource.starts_with("AvailablePhoneNumbers/") => {
                let offer = json!({
                    "phone_number": "+14155550147", "locality": "San Francisco", "region": "CA",
                    "address_requirements": "none",
                    "capabilities": { "voice": true, "SMS": true },
                });
                json(200, json!({ "available_phone_numbers": [offer] }))
            }
            ("POST", "IncomingPhoneNumbers.json") => {
                let number = field(body, "PhoneNumber").unwrap();
                self.numbers
                    .push((number.clone(), field(body, "SmsUrl").unwrap()));
                match self.orders_unanswered {
                    true => None,
                    false => json(201, json!({ "sid": format!("PN{number}") })),
                }
            }
            ("POST", _) if resource.starts_with("IncomingPhoneNumbers/") => {
                let number = self.numbers.iter_mut().find(|n| resource.contains(&n.0))?;
                number.1 = field(body, "SmsUrl").unwrap();
                json(200, json!({ "sid": "PN" }))
            }
            ("DELETE", _) if resource.starts_with("IncomingPhoneNumbers/") => {
                self.numbers.retain(|n| !resource.contains(&n.0));
                Some(Reply(204, Vec::new(), Vec::new()))
            }
            _ => Some(Reply(404, Vec::new(), Vec::new())),
        }
    }
}

fn held((number, url): &(String, String)) -> Value {
    json!({ "sid": format!("PN{number}"), "phone_number": number, "sms_url": url, "voice_url": url })
}

/// A field of a form, decoded as far as numbers and addresses need it.
fn field(form: &str, name: &str) -> Option<String> {
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(n, _)| *n == name)?;
    let decoded = percent_encoding::percent_decode_str(value);
    Some(decoded.decode_utf8().unwrap().into_owned())
}

/// Method and target, and the body.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        let (name, value) = header.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let asked = line.trim_end().rsplit_once(' ')?.0.to_owned();
    Some((asked, String::from_utf8(body).ok()?))
}

/// A message as the provider lists it; `at` is RFC 3339.
pub(crate) fn message(sid: &str, to: &str, text: &str, at: &str) -> Value {
    json!({
        "sid": sid, "account_sid": ACCOUNT, "direction": "inbound", "status": "received",
        "from": "+14155550199", "to": to, "body": text, "num_media": "0", "num_segments": "1",
        "date_created": rfc2822(at), "date_sent": rfc2822(at), "price": null,
        "uri": format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json"),
    })
}

/// A call as the provider lists it.
pub(crate) fn call(sid: &str, to: &str, status: &str, at: &str) -> Value {
    json!({
        "sid": sid, "account_sid": ACCOUNT, "direction": "inbound", "status": status,
        "from": "+14155550198", "to": to, "duration": "12", "start_time": rfc2822(at),
        "end_time": rfc2822(at), "date_created": rfc2822(at),
    })
}

/// `Fri, 20 Nov 2026 08:00:00 +0000` without the day of the week, which readers need not have.
fn rfc2822(rfc3339: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month: usize = rfc3339[5..7].parse().unwrap();
    format!(
        "{} {} {} {} +0000",
        &rfc3339[8..10],
        MONTHS[month - 1],
        &rfc3339[..4],
        &rfc3339[11..19]
    )
}
