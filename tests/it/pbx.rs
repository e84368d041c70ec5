//! The samples for PBXs in `docs/webhooks/pbx`, run as they stand there against a real server, where
//! a shell with openssl and curl, or Python, are at hand.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::folder::Folder;
use crate::harness::http::{self, header};
use crate::harness::server::Server;
use crate::harness::wait_for;

const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/webhooks/pbx")
        .join(name)
}

/// Whether all of these can be started; else the test is passed over, and says so.
fn are_installed(programs: &[(&str, &str)]) -> bool {
    let is_missing = |(program, flag): &&(&str, &str)| {
        let output = Command::new(program)
            .arg(flag)
            .stdin(Stdio::null())
            .output();
        output.is_err()
    };
    let missing = programs.iter().find(is_missing);
    if let Some((program, _)) = missing {
        println!("skipped: {program} is not there");
    }
    missing.is_none()
}

const SHELL: [(&str, &str); 2] = [("openssl", "version"), ("curl", "--version")];
const PYTHON: [(&str, &str); 1] = [("python3", "--version")];

/// A PBX beside a server.
struct Pbx {
    folder: Folder,
    server: Server,
    api: Api,
}

impl Pbx {
    fn new() -> Pbx {
        let folder = Folder::new();
        let server = Server::start(&folder.data());
        let api = server.admin();
        let secrets = json!({ "whsec": WHSEC });
        let connection =
            json!({ "id": "pbx", "provider": "standard_webhooks", "secrets": secrets });
        api.made("/v1/connections", &connection);
        std::fs::write(folder.path("whsec"), WHSEC).unwrap();
        Pbx {
            folder,
            server,
            api,
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env(
                "CANARYLINE_URL",
                format!("http://{}/hooks/pbx", self.server.address),
            )
            .env("CANARYLINE_WHSEC_FILE", self.folder.path("whsec"))
            .env("CANARYLINE_SPOOL", self.folder.path("spool"));
        command
    }

    fn waiting(&self) -> usize {
        std::fs::read_dir(self.folder.path("spool")).map_or(0, Iterator::count)
    }

    /// Runs a shell sample with this on its standard input; whether it succeeded.
    fn shell(&self, command: &mut Command, input: &[u8]) -> bool {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // A program that reads nothing has closed it.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait().unwrap().success()
    }

    fn event(&self, arguments: &[&str], input: &str) -> bool {
        let script = sample("canaryline-event");
        let mut command = self.command("sh");
        self.shell(command.arg(script).args(arguments), input.as_bytes())
    }
}

/// What a contact says of these.
fn said(contact: &Value, names: [&str; 4]) -> [String; 4] {
    names.map(|name| contact[name].as_str().unwrap_or("none").to_owned())
}

const NAMES: [&str; 4] = ["kind", "to", "from", "text"];

#[test]
fn a_shell_reports_whatever_stands_in_a_text() {
    if !are_installed(&SHELL) {
        return;
    }
    let pbx = Pbx::new();
    let texts = [
        "您的验证码是 482913 😀",
        "quotes \" and \\ back\\\\slashes, $(touch /nowhere) `id` ${HOME} 'x'",
        "two\nlines\tand a tab\r",
        "",
        "ends with a newline\n",
    ];
    for text in texts {
        assert!(pbx.event(&["sms.received", "+14155550132", "10086"], text));
        let contact = pbx.api.contacts().remove(0);
        assert_eq!(said(&contact, NAMES)[..3], ["sms", "+14155550132", "10086"]);
        assert_eq!(
            contact["text"].as_str().unwrap_or_default(),
            text.trim_end_matches('\n')
        );
    }
    assert_eq!(pbx.waiting(), 0);
}

#[test]
fn what_a_shell_could_not_send_waits() {
    if !are_installed(&SHELL) {
        return;
    }
    let pbx = Pbx::new();
    std::fs::write(
        pbx.folder.path("whsec"),
        "whsec_b3RoZXJvdGhlcm90aGVyb3RoZXI=",
    )
    .unwrap();
    assert!(!pbx.event(&["sms.received", "+14155550132"], "hello"));
    assert_eq!((pbx.waiting(), pbx.api.contacts().len()), (1, 0));
    std::fs::write(pbx.folder.path("whsec"), WHSEC).unwrap();
    assert!(pbx.event(&["--drain"], ""));
    let contact = pbx.api.contacts().remove(0);
    assert_eq!(
        said(&contact, NAMES),
        ["sms", "+14155550132", "none", "hello"]
    );
    assert_eq!(pbx.waiting(), 0);
}

#[test]
fn asterisk_by_its_gateway_interface() {
    if !are_installed(&SHELL) {
        return;
    }
    let pbx = Pbx::new();
    let agi = |lines: &str| {
        let mut command = pbx.command("sh");
        let told = format!("agi_request: canaryline.agi\nagi_channel: PJSIP/trunk-1\n{lines}\n\n");
        assert!(pbx.shell(command.arg(sample("canaryline.agi")), told.as_bytes()));
    };
    let call = "agi_callerid: +447700900123\nagi_calleridname: Acme \"A\" Ltd\nagi_rdnis: +14155550177\nagi_uniqueid: 1795309638.7\nagi_arg_2: +14155550132";
    agi(&format!("{call}\nagi_arg_1: call.received"));
    agi(&format!("{call}\nagi_arg_1: call.received"));
    agi(&format!("{call}\nagi_arg_1: call.completed"));
    agi(
        "agi_callerid: unknown\nagi_calleridname: unknown\nagi_rdnis: unknown\nagi_uniqueid: 8\nagi_arg_1: sms.received\nagi_arg_2: +14155550133\nagi_arg_3: 95588\nagi_arg_4: 5oKo5aW9ICQoaWQp",
    );
    let contacts = pbx.api.contacts();
    assert_eq!(contacts.len(), 2, "one call, one message");
    assert_eq!(
        said(&contacts[0], NAMES),
        ["sms", "+14155550133", "95588", "您好 $(id)"]
    );
    assert_eq!(
        said(&contacts[1], NAMES),
        ["call", "+14155550132", "+447700900123", "none"]
    );
    let events = contacts[1]["events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["phase"] == "completed"));
}

#[test]
fn asterisk_says_who_forwarded_a_call_where_it_knows() {
    if !are_installed(&SHELL) {
        return;
    }
    let pbx = Pbx::new();
    // What the server refuses waits, and can be read.
    std::fs::write(
        pbx.folder.path("whsec"),
        "whsec_b3RoZXJvdGhlcm90aGVyb3RoZXI=",
    )
    .unwrap();
    let told = |name: &str, redirecting: &str| -> Value {
        let lines = format!(
            "agi_callerid: +447700900123\nagi_calleridname: {name}\nagi_rdnis: {redirecting}\nagi_uniqueid: 7\nagi_arg_1: call.received\nagi_arg_2: +14155550132\n\n"
        );
        let mut command = pbx.command("sh");
        assert!(pbx.shell(command.arg(sample("canaryline.agi")), lines.as_bytes()));
        let waiting = std::fs::read(pbx.folder.path("spool").join("call.received.7"));
        let event: Value = serde_json::from_slice(&waiting.unwrap()).unwrap();
        event["data"].clone()
    };
    let known = told("Acme \"A\" Ltd", "+14155550177");
    assert_eq!(known["caller_name"], "Acme \"A\" Ltd");
    assert_eq!(known["forwarded_from"], "+14155550177");
    let unknown = told("unknown", "unknown");
    assert_eq!(unknown["from"], "+447700900123");
    for name in ["caller_name", "forwarded_from"] {
        assert_eq!(unknown.get(name), None, "{name}");
    }
    std::fs::write(pbx.folder.path("whsec"), WHSEC).unwrap();
    assert!(pbx.event(&["--drain"], ""));
    assert_eq!(pbx.api.contacts().len(), 1);
}

/// The relay, stopped at the end.
struct Relay(Child, SocketAddr);

impl Relay {
    fn start(pbx: &Pbx) -> Relay {
        let mut command = pbx.command("python3");
        command
            .arg(sample("relay.py"))
            .env("RELAY_LISTEN", "127.0.0.1:0");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        let address = address.parse().unwrap();
        Relay(child, address)
    }

    fn post(&self, path: &str, body: &Value) -> (u16, String) {
        let headers = [header("content-type", "application/json")];
        let answer =
            http::ask(self.1, "POST", path, &headers, body.to_string().as_bytes()).unwrap();
        (answer.status, answer.text().to_owned())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn jambonz_and_freeswitch_through_the_relay() {
    if !are_installed(&PYTHON) {
        return;
    }
    let pbx = Pbx::new();
    let relay = Relay::start(&pbx);
    let call = json!({ "call_sid": "c1", "direction": "inbound", "from": "+447700900123",
        "to": "sip:+14155550132@sip.example", "call_status": "trying", "caller_name": "" });
    let (status, verbs) = relay.post("/jambonz/call", &call);
    let verbs: Value = serde_json::from_str(&verbs).unwrap();
    assert_eq!((status, &verbs[0]["verb"]), (200, &json!("sip:decline")));
    let mut ended = call.clone();
    ended["call_status"] = "busy".into();
    ended["duration"] = 0.into();
    assert_eq!(relay.post("/jambonz/status", &ended).0, 200);
    let record = json!({ "variables": { "uuid": "u2", "direction": "inbound", "billsec": "4" },
        "callflow": [{ "caller_profile": { "caller_id_number": "447700900124", "destination_number": "14155550133" } }] });
    assert_eq!(relay.post("/freeswitch", &record).0, 200);
    for outgoing in ["/jambonz/call", "/jambonz/status"] {
        let mut call = call.clone();
        call["direction"] = "outbound".into();
        assert_eq!(relay.post(outgoing, &call).0, 200);
    }
    for bad in [
        json!({}),
        json!([]),
        json!({ "direction": "inbound" }),
        json!(7),
    ] {
        assert_eq!(relay.post("/jambonz/call", &bad).0, 400, "{bad}");
    }
    assert_eq!(relay.post("/elsewhere", &json!({})).0, 404);
    wait_for("the relay has passed on what it was told", || {
        (pbx.waiting() == 0 && pbx.api.contacts().len() == 2).then_some(())
    });
    let contacts = pbx.api.contacts();
    let find = |to: &str| contacts.iter().find(|c| c["to"] == to).unwrap();
    assert_eq!(said(find("+14155550132"), NAMES)[2], "+447700900123");
    assert_eq!(
        find("+14155550132")["events"].as_array().unwrap().len(),
        1,
        "two events of one call"
    );
    assert_eq!(said(find("+14155550133"), NAMES)[2], "+447700900124");
    assert_eq!(find("+14155550133")["duration_s"], 4);
}
