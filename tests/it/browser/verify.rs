//! The page's own verifier, in a browser, held against the one in Rust: on what is intact and on every
//! change that somebody might make.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use report::bundle::verify::{Check, Outcome, Trust, verify};
use report::bundle::{Archive, Manifest};
use serde_json::Value;

use crate::harness::cast::{self, LINE};
use crate::harness::chance::Chance;
use crate::harness::driver::Window;
use crate::harness::folder::Folder;
use crate::harness::mutate;
use crate::harness::server::Server;

use super::signed_in_with;

/// Changes that are made without any key.
const MUTATIONS: usize = 60;

struct Made {
    folder: Folder,
    server: Server,
    window: Window,
}

impl Made {
    /// A small log with contacts, and a window at its evidence.
    fn new(lang: &str) -> Option<Made> {
        let folder = Folder::new();
        let server = Server::start(&folder.data());
        cast::install(&server.admin());
        server.takes(&cast::sms("m1", LINE, "a loan for you, cheap"));
        server.takes(&cast::sms("m2", LINE, "您的验证码是 481 516"));
        let window = signed_in_with(&server, &server.admin_key(), lang, 1280, false)?;
        window.go(&format!("{}/evidence", server.url()));
        Some(Made {
            folder,
            server,
            window,
        })
    }

    fn zip(&self, preset: &str) -> Vec<u8> {
        let asked = format!("/v1/platforms/acme/bundle?preset={preset}");
        let answer = self.server.admin().get(&asked);
        assert_eq!(answer.status, 200);
        answer.body
    }

    fn seed(&self) -> [u8; 32] {
        let key = std::fs::read_to_string(self.folder.data().join("node.key")).unwrap();
        let (_, seed) = key.trim_end().rsplit_once(' ').unwrap();
        STANDARD.decode(seed).unwrap().try_into().unwrap()
    }

    /// What the page's verifier says.
    fn browser(&self, zip: &[u8], vkey: &str, against: &[String]) -> Value {
        let (zip, against) = (STANDARD.encode(zip), Value::from(against));
        self.window.run_to_end(&format!(
            "const done = arguments[arguments.length - 1]; \
             const zip = Uint8Array.from(atob('{zip}'), (c) => c.charCodeAt(0)); \
             import(document.getElementById('verify').dataset.module) \
               .then((m) => m.verifyBundle(zip, {{ vkey: '{vkey}', against: {against} }})) \
               .then(done, (e) => done(String(e)))",
        ))
    }

    /// Both say the same; which check fails, if one does.
    #[track_caller]
    fn both(&self, zip: &[u8], trust: &Trust) -> Option<String> {
        let vkey = trust
            .vkey
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let ours = verify(zip, trust);
        let theirs = self.browser(zip, &vkey, &[]);
        assert_eq!(
            theirs["intact"],
            ours.is_intact(),
            "{theirs:#} {:?}",
            ours.findings
        );
        let fails = |c: &&Value| c["outcome"] == "fails";
        let failed = theirs["checks"].as_array().unwrap().iter().find(fails)?;
        Some(failed["check"].as_str().unwrap().to_owned())
    }
}

fn manifest(zip: &[u8]) -> Manifest {
    let archive = Archive::from_zip(zip).unwrap();
    serde_json::from_slice(archive.get("manifest.json").unwrap()).unwrap()
}

fn trusting(zip: &[u8]) -> Trust {
    Trust {
        vkey: Some(manifest(zip).vkey.parse().unwrap()),
        ..Trust::default()
    }
}

#[test]
fn what_is_intact_is_so_in_the_browser_and_every_change_without_the_key_is_found() {
    let Some(made) = Made::new("en") else { return };
    for preset in ["regulator", "platform", "public"] {
        let zip = made.zip(preset);
        assert_eq!(made.both(&zip, &trusting(&zip)), None, "{preset}");
        let said = made.browser(&zip, "", &[]);
        let checks = said["checks"].as_array().unwrap();
        let outcome = |name: &str| &checks.iter().find(|c| c["check"] == name).unwrap()["outcome"];
        for name in [
            "archive",
            "manifest",
            "checkpoint",
            "entries",
            "complete",
            "verdict",
        ] {
            assert_eq!(outcome(name), "holds", "{name}");
        }
        assert_eq!(outcome("anchors"), "not_shown");
    }
    let zip = made.zip("regulator");
    let trust = trusting(&zip);
    let mut chance = Chance::of(0x0b40_53e4);
    for n in 0..MUTATIONS {
        let bad = match n % 2 {
            0 => mutate::bytes(&zip, &mut chance),
            _ => mutate::content(&zip, &mut chance),
        };
        assert!(
            made.both(&bad, &trust).is_some(),
            "change {n} is not detected"
        );
    }
    // Another key signs a changed content anew.
    let archive = Archive::from_zip(&zip).unwrap();
    let forged = mutate::signed(&archive, &[7; 32], |_| ());
    assert_eq!(made.both(&forged, &trust).as_deref(), Some("manifest"));
    // Nothing, and something that is no zip file.
    for bad in [&b""[..], b"PK", b"<html>"] {
        assert_eq!(made.both(bad, &trust).as_deref(), Some("archive"));
    }
}

#[test]
fn what_the_operator_changes_afterwards_is_found_in_the_browser_too() {
    let Some(made) = Made::new("zh-CN") else {
        return;
    };
    let zip = made.zip("regulator");
    let (archive, seed, trust) = (
        Archive::from_zip(&zip).unwrap(),
        made.seed(),
        trusting(&zip),
    );
    let lines = |name: &str| -> Vec<String> {
        let text = std::str::from_utf8(archive.get(name).unwrap()).unwrap();
        text.split_inclusive('\n').map(str::to_owned).collect()
    };
    let again = |name: &str, lines: Vec<String>| {
        let changed = mutate::with(&archive, name, Some(lines.concat().into_bytes()));
        mutate::signed(&changed, &seed, |_| ())
    };
    assert_eq!(
        made.both(&again("leaves.jsonl", lines("leaves.jsonl")), &trust),
        None
    );
    for name in ["entries.jsonl", "leaves.jsonl", "subjects.jsonl"] {
        let all = lines(name);
        for at in 0..all.len() {
            let mut twice = all.clone();
            twice.insert(at, all[at].clone());
            assert!(
                made.both(&again(name, twice), &trust).is_some(),
                "{name} {at}"
            );
            let mut left_out = all.clone();
            left_out.remove(at);
            // Connections and keys are given beyond what is needed: both verifiers must say the same.
            made.both(&again(name, left_out), &trust);
        }
    }
    for (from, to) in [
        ("a loan for you", "a gift for you"),
        ("\"value\":\"", "\"value\":\" "),
        (":", ": "),
    ] {
        let other = lines("entries.jsonl");
        let other = other
            .iter()
            .map(|line| line.replacen(from, to, 1))
            .collect();
        let found = made.both(&again("entries.jsonl", other), &trust);
        assert_eq!(found.as_deref(), Some("entries"), "{from}");
    }
    let manifest = |change: fn(&mut Manifest)| mutate::signed(&archive, &seed, change);
    for (bad, check) in [
        (
            manifest(|m| m.platform = "other".parse().unwrap()),
            "complete",
        ),
        (manifest(|m| m.judgement -= 1), "verdict"),
        (manifest(|m| m.whole_log = true), "complete"),
        (manifest(|m| m.entries -= 1), "checkpoint"),
    ] {
        assert_eq!(made.both(&bad, &trust).as_deref(), Some(check));
    }
    // A checkpoint that was kept earlier, and one of another history.
    let seen = made.server.admin().get("/log/checkpoint").text().to_owned();
    server_goes_on(&made.server);
    let late = made.zip("public");
    let vkey = manifest_key(&late);
    assert_eq!(
        made.browser(&late, &vkey, std::slice::from_ref(&seen))["intact"],
        true
    );
    let newest = made.server.admin().get("/log/checkpoint").text().to_owned();
    assert_eq!(made.browser(&zip, &vkey, &[newest])["intact"], false);
    // What it does not check, it says: a proof of the VRF is for the program.
    let mut subjects = lines("subjects.jsonl");
    subjects[0] = flipped(&subjects[0]);
    let bad = again("subjects.jsonl", subjects);
    let ours = verify(&bad, &trust);
    let failed = ours.findings.iter().find(|f| f.outcome == Outcome::Fails);
    assert_eq!(failed.map(|f| f.check), Some(Check::Complete));
    let said = made.browser(&bad, "", &[]);
    assert!(
        said.to_string().contains("(VRF) is not checked here"),
        "{said:#}"
    );
}

fn server_goes_on(server: &Server) {
    server.takes(&cast::sms("m9", LINE, "one more"));
}

fn manifest_key(zip: &[u8]) -> String {
    manifest(zip).vkey
}

/// Another first letter of the proof.
fn flipped(line: &str) -> String {
    let (before, after) = line.split_once("\"proof\":\"").unwrap();
    let other = if after.starts_with('B') { "C" } else { "B" };
    format!("{before}\"proof\":\"{other}{}", &after[1..])
}

#[test]
fn an_entry_is_checked_on_the_page_and_a_lie_about_it_is_not_believed() {
    let Some(made) = Made::new("en") else { return };
    let window = &made.window;
    window.fill("#entry", "5");
    window.click("#receipt button");
    window.shows("#receipt-found .notice", "The entry is in the log");
    window.fill("#entry", "999999");
    window.click("#receipt button");
    window.shows("#receipt-found .alarm", "do not rely on it");
    let lie = |change: &str| {
        window.run_to_end(&format!(
            "const done = arguments[arguments.length - 1]; \
             const given = await_given(); \
             async function await_given() {{ return (await fetch('/evidence/receipts/5')).json(); }} \
             given.then(async (g) => {{ \
               const m = await import(document.getElementById('verify').dataset.module); \
               const vkey = g.vkey; {change}; \
               return (await m.verifyReceipt(g, vkey)).signed; }}) \
             .then(done, (e) => done('refused: ' + e.message))",
        ))
    };
    assert_eq!(lie(""), true);
    for change in [
        "g.leaf = g.leaf.replace('T', 'U')",
        "g.receipt = g.receipt.replace('index 5', 'index 4')",
        "g.receipt = g.receipt.replace(/\\n[A-Za-z0-9+\\/]{43}=\\n/, '\\n')",
        "g.receipt = g.receipt.replace(/(\\n\\n[^\\n]+\\n)(\\d+)/, '$11$2')",
        "g.receipt = g.receipt.slice(0, -9) + 'AAAAAAA=\\n'",
        "g.receipt = ''",
    ] {
        let said = lie(change);
        assert!(
            said.as_str().unwrap_or_default().starts_with("refused: "),
            "{change}: {said}"
        );
    }
    // A bundle, chosen as a file, with the key that the reader has.
    let zip = made.zip("public");
    let file = made.folder.path("acme.zip");
    std::fs::write(&file, &zip).unwrap();
    window.fill("#vkey", &manifest(&zip).vkey);
    window.choose("#bundle", &file);
    window.shows("#bundle-found .notice", "Nothing is wrong");
    window.shows("#bundle-found", "signed by the key that you gave");
    let mut bad = zip;
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    let file = made.folder.path("changed.zip");
    std::fs::write(&file, &bad).unwrap();
    window.choose("#bundle", &file);
    window.shows("#bundle-found .alarm", "do not rely on it");
}
