//! `gammu`, started as Gammu's SMS daemon starts it, against a real server.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::folder::Folder;
use crate::harness::program::{self, Ended, PROGRAM};
use crate::harness::server::Server;

const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
const LINE: &str = "+14155550130";

/// A modem beside a server, or beside none.
struct Modem {
    folder: Folder,
    url: String,
}

impl Modem {
    /// With its secret in a file, as it should be.
    fn new(url: String) -> Modem {
        let modem = Modem {
            folder: Folder::new(),
            url,
        };
        modem.secret(WHSEC, 0o600);
        modem
    }

    fn secret(&self, whsec: &str, mode: u32) {
        let path = self.folder.path("whsec");
        std::fs::write(&path, whsec).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn spool(&self) -> PathBuf {
        self.folder.path("spool")
    }

    fn waiting(&self) -> usize {
        std::fs::read_dir(self.spool()).map_or(0, Iterator::count)
    }

    /// What the daemon starts: by a shell, with every file closed where `closed` says so.
    fn command(&self, closed: bool) -> Command {
        let mut command = Command::new("/bin/sh");
        program::tidy(&mut command);
        let files = if closed { "<&- >&- 2>&-" } else { "" };
        command
            .arg("-c")
            .arg(format!("exec \"$@\" {files}"))
            .arg("sh")
            .arg(PROGRAM);
        command.arg("gammu").arg("--server").arg(&self.url);
        command.arg("--secret-file").arg(self.folder.path("whsec"));
        command
            .arg("--spool")
            .arg(self.spool())
            .env("PHONE_ID", "modem1");
        command
    }

    fn tell(&self, ids: &[&str], env: &[(&str, &str)]) -> Ended {
        program::ended(self.command(false).args(ids).envs(env.iter().copied()))
    }
}

fn message(text: &str) -> [(&str, &str); 6] {
    [
        ("SMS_MESSAGES", "1"),
        ("SMS_1_CLASS", "-1"),
        ("SMS_1_NUMBER", "+447700900123"),
        ("SMS_1_TEXT", text),
        ("SMS_1_TIMESTAMP", "1795309638"),
        ("DECODED_PARTS", "0"),
    ]
}

fn connected(server: &Server) -> (Api, Modem) {
    let api = server.admin();
    let connection = json!({ "id": "modem", "provider": "gammu_smsd", "secrets": { "whsec": WHSEC },
        "lines": { "modem1": LINE } });
    api.made("/v1/connections", &connection);
    (
        api,
        Modem::new(format!("http://{}/hooks/modem", server.address)),
    )
}

fn texts(api: &Api) -> Vec<Value> {
    let mut texts: Vec<Value> = api.contacts().iter().map(|c| c["text"].clone()).collect();
    texts.reverse();
    texts
}

#[test]
fn a_message_and_a_call_reach_the_server() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (api, modem) = connected(&server);
    modem
        .tell(
            &["IN20261122_010718_00_+447700900123_00.txt"],
            &message("您好 😀"),
        )
        .with(0);
    modem.tell(&["+447700900124"], &[]).with(0);
    modem.tell(&[], &[]).with(0);
    let contacts = api.contacts();
    let seen = |n: usize, name: &str| contacts[n][name].as_str().unwrap_or("none").to_owned();
    assert_eq!(contacts.len(), 3);
    assert_eq!(
        (seen(2, "kind"), seen(2, "text")),
        ("sms".into(), "您好 😀".into())
    );
    assert_eq!(
        (seen(2, "to"), seen(2, "from")),
        (LINE.into(), "+447700900123".into())
    );
    assert_eq!(
        (seen(1, "kind"), seen(1, "from")),
        ("call".into(), "+447700900124".into())
    );
    assert_eq!(seen(0, "from"), "none", "a withheld number");
    assert_eq!(modem.waiting(), 0);
}

#[test]
fn with_every_file_closed_and_a_message_of_several_parts() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (api, modem) = connected(&server);
    let parts = [
        ("SMS_MESSAGES", "2"),
        ("SMS_1_NUMBER", "+447700900123"),
        ("SMS_1_TEXT", "first half, "),
        ("SMS_2_NUMBER", "+447700900123"),
        ("SMS_2_TEXT", "second half"),
        ("DECODED_PARTS", "1"),
        ("DECODED_1_TEXT", "first half, second half"),
    ];
    let mut closed = modem.command(true);
    let status = closed.args(["7", "8"]).envs(parts).status().unwrap();
    assert!(status.success(), "{status}");
    // Not decoded by the daemon: joined from its parts.
    let undecoded =
        parts.map(|(name, value)| (name, if name == "DECODED_PARTS" { "0" } else { value }));
    modem.tell(&["9", "10"], &undecoded).with(0);
    assert_eq!(
        texts(&api),
        ["first half, second half", "first half, second half"]
    );
}

#[test]
fn what_is_told_twice_counts_once() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (api, modem) = connected(&server);
    for _ in 0..2 {
        modem.tell(&["7"], &message("hello")).with(0);
    }
    modem.tell(&["8"], &message("hello")).with(0);
    assert_eq!(
        texts(&api),
        ["hello", "hello"],
        "two messages, one of them told twice"
    );
    assert_eq!(server.webhooks("repeated"), 1);
}

#[test]
fn bytes_of_an_older_chinese_system_are_read() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (api, modem) = connected(&server);
    let gb18030 = std::ffi::OsStr::from_bytes(b"\xc4\xfa\xba\xc3");
    let mut command = modem.command(false);
    command
        .arg("7")
        .envs(message(""))
        .env("SMS_1_TEXT", gb18030);
    program::ended(&mut command).with(0);
    assert_eq!(texts(&api), ["您好"]);
}

#[test]
fn waits_while_the_server_is_away_and_goes_with_the_next() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (_, modem) = connected(&server);
    let address = server.address;
    server.stop();
    let said = modem.tell(&["7"], &message("one")).with(0).stderr;
    assert!(said.contains("waits in"), "{said}");
    // Told again while it waits, it waits once.
    modem.tell(&["7"], &message("one")).with(0);
    modem.tell(&["8"], &message("two")).with(0);
    assert_eq!(modem.waiting(), 2);
    let again = Server::start(&folder.data());
    let modem = Modem {
        url: modem
            .url
            .replace(&address.to_string(), &again.address.to_string()),
        ..modem
    };
    modem.tell(&["9"], &message("three")).with(0);
    assert_eq!(
        texts(&again.admin()),
        ["one", "two", "three"],
        "oldest first"
    );
    assert_eq!(modem.waiting(), 0);
}

#[test]
fn what_the_server_refuses_stays_and_is_said() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (api, modem) = connected(&server);
    modem.secret("whsec_b3RoZXJvdGhlcm90aGVyb3RoZXI=", 0o600);
    let said = modem.tell(&["7"], &message("hello")).with(3).stderr;
    assert!(said.contains("403") && said.contains("secret"), "{said}");
    assert!(!said.contains("b3RoZX"), "{said}");
    assert_eq!((modem.waiting(), api.contacts().len()), (1, 0));
    modem.secret(WHSEC, 0o600);
    let drained = program::ended(modem.command(false).arg("--drain"));
    drained.with(0);
    assert_eq!((modem.waiting(), texts(&api)), (0, vec![json!("hello")]));
}

#[test]
fn wrong_calls_are_told_apart_from_failures() {
    let modem = Modem::new("http://127.0.0.1:9/hooks/modem".to_owned());
    modem.secret(WHSEC, 0o644);
    let said = modem.tell(&["7"], &message("hello")).with(2).stderr;
    assert!(said.contains("chmod 600"), "{said}");
    modem.secret("%%%", 0o600);
    let said = modem.tell(&["7"], &message("hello")).with(2).stderr;
    assert!(said.contains("whsec") && !said.contains("%%%"), "{said}");
    modem.secret(WHSEC, 0o600);
    let mut nothing = modem.command(false);
    let said = program::ended(nothing.env_remove("PHONE_ID"))
        .with(2)
        .stderr;
    assert!(said.contains("SMS_MESSAGES"), "{said}");
    assert_eq!(modem.waiting(), 0);
}
