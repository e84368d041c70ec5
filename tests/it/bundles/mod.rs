//! Evidence bundles: made by folder and server, checked by two verifiers that know nothing of each
//! other, changed in every way that somebody might try.
//!
//! `CANARYLINE_MUTATIONS=100000 cargo test --release --test it bundles::` changes as often as that;
//! without it a few hundred times, so that the tests end soon.

mod agree;
mod changes;
mod signed;

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use report::bundle::verify::{Check, Trust, Verification, verify};
use serde_json::{Value, json};
use store::proof::VerifierKey;

use crate::harness::authority::Stamps;
use crate::harness::cast::{self, LINE, STRANGER, WHSEC};
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{Ended, arguments, ended, run};
use crate::harness::server::{Launch, Server};
use crate::harness::sign::{self, Signed};
use crate::harness::world::imported;
use crate::harness::{now_s, wait_for};

/// A log with a placement and contacts, stamped where openssl is installed.
struct Made {
    folder: Folder,
    server: Server,
    persona: Value,
}

impl Made {
    fn new() -> Made {
        let (folder, stamps) = (Folder::new(), Stamps::new());
        let data = folder.data();
        let tsa = stamps.as_ref().map(Stamps::serve);
        let config = stamps.as_ref().zip(tsa.as_ref());
        let config = config.map_or(String::new(), |(stamps, tsa)| stamps.settings("tsa", tsa));
        let server = Launch::on(&data).config(&config).start();
        let api = server.admin();
        cast::connect(&api);
        cast::add_lines(&api);
        cast::declare(&api);
        let persona = cast::place(&api)["persona"].clone();
        if let Some(stamps) = &stamps {
            let size = server.stranger().seen("/readyz")["log_entries"]
                .as_u64()
                .unwrap();
            wait_for("a time-stamp", || {
                let ready = server.stranger().seen("/readyz");
                (ready["anchors"][0]["log_entries"].as_u64()? >= size).then_some(())
            });
            std::fs::copy(stamps.path("root.pem"), folder.path("root.pem")).unwrap();
        }
        let public = json!({ "public_key": sign::telnyx_public_key(&SEED) });
        let tx = json!({ "id": "tx", "provider": "telnyx", "secrets": public });
        api.made("/v1/connections", &tx);
        server.takes(&by_telnyx("e0", "this one proves itself"));
        server.takes(&cast::sms("m1", LINE, "a loan for you, cheap"));
        server.takes(&cast::sms("m2", LINE, "your code is 481 516"));
        let name = persona["name"].as_str().unwrap();
        server.takes(&cast::sms("m3", LINE, &format!("Dear {name}, money!")));
        Made {
            folder,
            server,
            persona,
        }
    }

    /// The bundle, made by the server.
    fn bundle(&self, preset: &str) -> PathBuf {
        let out = self.folder.path(&format!("{preset}.zip"));
        made_by(&self.server, "acme", preset, &out);
        out
    }

    fn zip(&self, preset: &str) -> Vec<u8> {
        std::fs::read(self.bundle(preset)).unwrap()
    }

    fn seed(&self) -> [u8; 32] {
        seed(&self.folder.data())
    }
}

/// The bundle of a platform, made by a server that runs.
fn made_by(server: &Server, platform: &str, preset: &str, out: &Path) {
    let (url, key) = (server.url(), server.admin_key());
    run(arguments![
        "export",
        "bundle",
        "--server",
        url,
        "--key",
        key,
        "--platform",
        platform,
        "--preset",
        preset,
        "--out",
        out
    ])
    .with(0);
}

/// The seed of Telnyx's key in the tests.
const SEED: [u8; 32] = [7; 32];

/// A message to the first line, as Telnyx tells it, signed now.
fn by_telnyx(id: &str, text: &str) -> Signed {
    let message = json!({ "data": { "event_type": "message.received", "id": id, "payload": {
        "id": id, "from": { "phone_number": STRANGER }, "to": [{ "phone_number": LINE }], "text": text } } });
    sign::telnyx("tx", &SEED, now_s(), message.to_string().as_bytes())
}

fn seed(data: &Path) -> [u8; 32] {
    let text = std::fs::read_to_string(data.join("node.key")).unwrap();
    let base64 = text.trim_end().rsplit(' ').next().unwrap();
    STANDARD.decode(base64).unwrap().try_into().unwrap()
}

fn python(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Option<Ended> {
    let known = Command::new("python3")
        .args(["-c", "import cryptography"])
        .output();
    if !known.is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 or its package cryptography is not installed");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verifier/verify_bundle.py");
    Some(ended(
        Command::new("python3")
            .arg("-B")
            .arg(script)
            .args(arguments),
    ))
}

/// That both verifiers say the same of a file.
#[track_caller]
fn both(path: &Path, more: &[&str], code: i32) -> Ended {
    let arguments = || {
        let path = std::iter::once(path.as_os_str().to_owned());
        path.chain(more.iter().map(std::ffi::OsString::from))
    };
    if let Some(other) = python(arguments()) {
        other.with(code);
    }
    run(std::iter::once("verify".into()).chain(arguments())).with(code)
}

fn vkey_of(zip: &[u8]) -> String {
    about(&verify(zip, &Trust::default()))
}

fn about(found: &Verification) -> String {
    found.about.as_ref().unwrap().vkey.clone()
}

fn trusting(vkey: &str) -> Trust {
    Trust {
        vkey: Some(vkey.parse::<VerifierKey>().unwrap()),
        ..Trust::default()
    }
}

/// The check that fails.
#[track_caller]
fn fails(zip: &[u8], trust: &Trust) -> Check {
    let found = verify(zip, trust);
    assert!(!found.is_intact(), "not detected: {:?}", found.findings);
    found.findings.last().unwrap().check
}

#[test]
fn strangers_check_bundles_offline_and_two_verifiers_agree() {
    if engine::is_passed_over() {
        return;
    }
    let made = Made::new();
    let vkey = vkey_of(&made.zip("public"));
    for preset in ["regulator", "platform", "public"] {
        let path = made.bundle(preset);
        let said = both(&path, &["--vkey", &vkey], 0).stdout;
        assert!(said.starts_with("intact: about platform acme"), "{said}");
        assert!(
            said.contains("given: ") || said.contains("the key you gave"),
            "{said}"
        );
    }
    let path = made.bundle("regulator");
    let json = run(arguments!["verify", path, "--json"]).with(0).json();
    assert_eq!(json["about"]["platform"], "acme");
    let finding = |check: &str| {
        let all = json["findings"].as_array().unwrap();
        all.iter().find(|f| f["check"] == check).unwrap().clone()
    };
    assert_eq!(finding("verdict")["outcome"], "holds");
    assert_eq!(finding("against")["outcome"], "not_shown");
    let root = made.folder.path("root.pem");
    if root.exists() {
        assert_eq!(finding("order")["outcome"], "holds", "{}", finding("order"));
        let root = root.to_str().unwrap();
        let said = both(&path, &["--tsa-roots", root], 0).stdout;
        assert!(!said.contains("in this bundle: give --tsa-roots"), "{said}");
    }
    let chinese = run(arguments!["verify", path, "--lang", "zh"])
        .with(0)
        .stdout;
    assert!(chinese.starts_with("完好：关于平台 acme"), "{chinese}");
    let custody = made.server.admin().all("/v1/custody", "", 500);
    let exports = custody.iter().filter(|step| {
        step["detail"]
            .as_str()
            .unwrap()
            .starts_with("export bundle of platform acme")
    });
    assert!(exports.count() >= 5);
    let data = made.folder.data();
    made.server.stop();
    let offline = made.folder.path("offline.zip");
    run(arguments![
        "export",
        "bundle",
        "--data",
        data,
        "--platform",
        "acme",
        "--out",
        offline
    ])
    .with(0);
    both(&offline, &["--vkey", &vkey], 0);
    run(arguments!["verify", "--data", data]).with(0);
}

#[test]
fn presets_close_what_they_promise_to_close() {
    let made = Made::new();
    let text = |preset: &str| String::from_utf8_lossy(&made.zip(preset)).into_owned();
    let (regulator, platform, public) = (text("regulator"), text("platform"), text("public"));
    let name = made.persona["name"].as_str().unwrap();
    for all in [&regulator, &platform, &public] {
        assert!(all.contains("a loan for you, cheap"));
        for secret in [WHSEC, cast::TOKEN, cast::SIGNING_KEY] {
            assert!(!all.contains(secret));
        }
    }
    for secret in [LINE, STRANGER, name, "481 516", "raw_body\",\"salt"] {
        assert!(!public.contains(secret), "{secret}");
    }
    assert!(platform.contains(LINE) && platform.contains(STRANGER));
    // With its quote, which keeps chance in base64 out.
    assert!(!platform.contains("raw_body\",\"salt") && !platform.contains("\"pbx"));
    assert!(regulator.contains("raw_body\",\"salt") && regulator.contains("webhook-signature"));
    // Other platforms' numbers and controls are nobody's business.
    assert!(!regulator.contains(cast::CONTROL) && !regulator.contains(cast::SECOND_LINE));
    made.server.stop();
}

#[test]
fn a_whole_log_is_judged_again_and_erased_entries_are_said() {
    let folder = Folder::new();
    let zip = folder.path("whole.zip");
    let (data, platform) = imported(&folder, 7);
    let export = |more: &[&str], out: &Path| {
        let first = arguments![
            "export",
            "bundle",
            "--data",
            data,
            "--platform",
            platform,
            "--out",
            out
        ];
        run(first
            .into_iter()
            .chain(more.iter().map(std::ffi::OsString::from)))
    };
    export(&["--whole-log"], &zip).with(0);
    let json = run(arguments!["verify", zip, "--json"]).with(0).json();
    let refold = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["check"] == "refold")
        .unwrap();
    assert_eq!(refold["outcome"], "holds", "{refold}");
    both(&zip, &[], 0);
    export(&["--whole-log", "--preset", "public"], &zip).with(3);
    for preset in ["regulator", "platform", "public"] {
        export(&["--preset", preset], &zip).with(0);
        both(&zip, &[], 0);
    }
    let server = Server::start(&data);
    let verdict = server.admin().seen(&format!("/v1/verdicts/{platform}"));
    let index = verdict["evidence"][0].as_u64().unwrap();
    server.admin().made(
        "/v1/erasures",
        &json!({ "index": index, "reason": "asked for" }),
    );
    made_by(&server, &platform, "regulator", &zip);
    let said = both(&zip, &[], 0).stdout;
    assert!(said.contains("1 erased on the record"), "{said}");
    server.stop();
    export(&["--whole-log"], &zip).with(0);
    let said = both(&zip, &[], 0).stdout;
    assert!(said.contains("1 erased on the record"), "{said}");
}

#[test]
fn wrong_calls_and_other_files_are_refused_in_words() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let (data, out) = (folder.data(), folder.path("x.zip"));
    let server = Server::start(&data);
    let api = server.admin();
    cast::install(&api);
    assert_eq!(
        api.get("/v1/platforms/nobody/bundle?preset=public").status,
        404
    );
    assert_eq!(api.get("/v1/platforms/acme/bundle?preset=all").status, 400);
    assert_eq!(api.get("/v1/platforms/acme/bundle").status, 400);
    let (_, viewer) = api.with_role("viewer");
    assert_eq!(
        viewer.get("/v1/platforms/acme/bundle?preset=public").status,
        403
    );
    server.stop();
    let export = |more: &[&str]| {
        let first = arguments!["export", "bundle", "--data", data];
        run(first
            .into_iter()
            .chain(more.iter().map(std::ffi::OsString::from)))
    };
    let out_text = out.to_str().unwrap();
    export(&["--platform", "nobody", "--out", out_text]).with(3);
    export(&["--platform", "acme"]).with(2);
    export(&["--out", out_text]).with(2);
    export(&["--platform", "acme", "--preset", "all", "--out", out_text]).with(2);
    assert!(!out.exists());
    for (name, content) in [
        ("empty", &b""[..]),
        ("text", b"hello"),
        ("zip", b"PK\x05\x06"),
    ] {
        let path = folder.path(name);
        std::fs::write(&path, content).unwrap();
        both(&path, &[], 2);
    }
    both(&folder.path("nowhere"), &[], 2);
    std::fs::write(folder.path("cut"), b"PK\x03\x04 and no more").unwrap();
    both(&folder.path("cut"), &[], 1);
}
