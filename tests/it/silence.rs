//! A line falls silent, and people are told: the whole installation with its chores and its socket, under a
//! clock that the test moves.

use honeytoken::{Basis, Event, Line, LineRole, LineSilent, PhoneNumber, Timestamp};
use listener::ledger::Ledger;
use listener::{Clock, Config, Running};
use serde_json::json;
use store::{Creation, Options};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::harness::cast::{LINE, WHSEC};
use crate::harness::folder::Folder;
use crate::harness::receiver::Receiver;
use crate::harness::{http, sign, wait_for};

const NOW: Timestamp = Timestamp::from_unix_s(1_791_000_000);
/// Two steps of the clock, in seconds: no look may come more than ten minutes after the one before, or the
/// program takes it that the machine slept.
const STEP_S: i64 = 540;
/// Lines that are silent at the beginning: when one is back, the chore has looked since the clock moved.
const MARKERS: [&str; 3] = ["+14155550151", "+14155550152", "+14155550153"];
const CONFIG: &str = r#"
    [life]
    heartbeat_max_min = 15
    grace_min = 1

    [connections.pbx]
    provider = "standard_webhooks"
    secrets_env = { whsec = "W" }

    [alerts.desk]
    channel = "standard_webhooks"
    allow_private = true
    throttle_min = 0
    topics = ["line_silent", "line_alive"]
    secrets_env = { url = "U", whsec = "W" }
"#;

fn line(number: &str) -> Event {
    Event::LineAdded(Line {
        number: number.parse().unwrap(),
        connection: "pbx".parse().unwrap(),
        role: LineRole::Canary,
        block: None,
        country: None,
        acquired_at: NOW,
        soak_until: None,
        shared: false,
    })
}

fn silent(number: &str) -> Event {
    let number: PhoneNumber = number.parse().unwrap();
    Event::LineSilent(LineSilent {
        number,
        since: NOW.plus_s(-600),
        missing: Basis::Heartbeat,
    })
}

/// An installation in this process; it ends with the test.
struct Installation {
    clock: Clock,
    address: std::net::SocketAddr,
    _folder: Folder,
    _runtime: Runtime,
}

impl Installation {
    fn new(receiver: &Receiver) -> Installation {
        let (folder, clock) = (Folder::new(), Clock::stopped(NOW));
        let creation = Creation {
            origin: "silence.example/log".into(),
            program: "test".into(),
            at: NOW,
        };
        let config: Config = CONFIG.parse().unwrap();
        let secret = |name: &str| {
            Some(match name {
                "W" => WHSEC.to_owned(),
                _ => receiver.url("/in"),
            })
        };
        let connections = config.connections(secret).unwrap();
        let targets = config.alert_targets(secret).unwrap();
        let mut ledger =
            Ledger::open(&folder.data(), creation, Options::default(), &|_| {}).unwrap();
        let connection = connections[0].clone();
        let mut events = vec![Event::ConnectionSet(connection), line(LINE)];
        events.extend(
            MARKERS
                .iter()
                .flat_map(|number| [line(number), silent(number)]),
        );
        ledger.record(NOW, None, events).unwrap();
        listener::alerts::set_targets(&mut ledger, NOW, targets).unwrap();
        let runtime = Runtime::new().unwrap();
        let url = "https://silence.example".to_owned();
        let running = {
            let _within = runtime.enter();
            Running::start(ledger, clock.clone(), config, connections, url).unwrap()
        };
        let socket = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = socket.local_addr().unwrap();
        runtime.spawn(running.serve(socket, None, std::future::pending()));
        Installation {
            clock,
            address,
            _folder: folder,
            _runtime: runtime,
        }
    }

    /// A heartbeat of a line, signed now.
    fn beat(&self, number: &str) {
        let at = self.clock.now();
        let body = json!({ "type": "line.heartbeat", "timestamp": at.to_string(), "data": { "to": number } });
        let id = format!("beat-{number}-{at}");
        let signed = sign::standard(
            "pbx",
            WHSEC,
            &id,
            at.as_unix_s(),
            body.to_string().as_bytes(),
        );
        let answer = http::ask(
            self.address,
            "POST",
            "/hooks/pbx",
            &signed.headers,
            &signed.body,
        );
        assert_eq!(answer.unwrap().status, 200);
    }
}

#[test]
fn a_line_that_stops_to_beat_is_told_by_an_alert() {
    let receiver = Receiver::answering(204);
    let installation = Installation::new(&receiver);
    let told = |topic: &str, line: &str| {
        let told = receiver.told();
        let is_it = |one: &crate::harness::receiver::Told| {
            let body = one.json();
            let end = &line[line.len() - 2..];
            body["type"] == format!("alert.{topic}")
                && body["data"]["details"]["line"]
                    .as_str()
                    .is_some_and(|l| l.ends_with(end))
        };
        told.iter().any(is_it).then_some(())
    };
    installation.beat(LINE);
    for (step, marker) in MARKERS.iter().enumerate() {
        assert_eq!(told("line_silent", LINE), None, "step {step}: too early");
        installation.clock.set(NOW.plus_s(STEP_S * step as i64));
        installation.beat(marker);
        if step == 1 {
            installation.beat(MARKERS[0]);
        }
        wait_for("a look since the clock moved", || {
            told("line_alive", marker)
        });
    }
    // Eighteen minutes without a sign, where sixteen are allowed.
    wait_for("the alert", || told("line_silent", LINE));
    let all = receiver.told();
    let silent: Vec<_> = all
        .iter()
        .filter(|one| one.json()["type"] == "alert.line_silent")
        .collect();
    assert_eq!(silent.len(), 1, "once, and of no other line");
    assert!(
        !String::from_utf8_lossy(&silent[0].body).contains(LINE),
        "masked"
    );
    installation.beat(LINE);
    wait_for("the line to be back", || told("line_alive", LINE));
}
