//! Bundles of every kind.

use report::bundle::verify::Check;
use serde_json::json;
use store::proof::{KeyType, SigningKey};

use super::super::{Made, fails, made_by, trusting, vkey_of};
use super::{Cases, arguments, run};
use crate::harness::authority::Witness;
use crate::harness::cast::{self, LINE};
use crate::harness::folder::Folder;
use crate::harness::server::{Launch, Server};
use crate::harness::wait_for;
use crate::harness::world::imported;

fn bundle(server: &Server, folder: &Folder, platform: &str, preset: &str) -> Vec<u8> {
    let out = folder.path("out.zip");
    made_by(server, platform, preset, &out);
    std::fs::read(out).unwrap()
}

#[test]
fn on_presets_keys_anchors_and_checkpoints_seen_elsewhere() {
    let made = Made::new();
    let mut cases = Cases::new();
    let mut said = Vec::new();
    let early = made.zip("regulator");
    let vkey = vkey_of(&early);
    let seen = made.server.checkpoint();
    made.server.takes(&cast::sms("m9", LINE, "one more"));
    let late = made.zip("platform");
    let newest = made.server.checkpoint();
    let (seen, newest) = (
        cases.file("seen", seen.as_bytes()),
        cases.file("newest", newest.as_bytes()),
    );
    let other = SigningKey::from_seed("other.example/log", KeyType::Ed25519, &[1; 32]);
    let other = other.unwrap().verifier().to_string();
    for zip in [&early, &late, &made.zip("public")] {
        said.push((cases.add(zip, &[]), 0));
        said.push((cases.add(zip, &["--vkey", &vkey]), 0));
        said.push((cases.add(zip, &["--vkey", &other]), 1));
        said.push((cases.add(zip, &["--vkey", "other.example/log+00+AA=="]), 2));
        said.push((cases.add(zip, &["--against", &seen]), 0));
    }
    said.push((cases.add(&early, &["--against", &newest]), 1));
    said.push((
        cases.add(&late, &["--against", &newest, "--against", &seen]),
        0,
    ));
    let root = made.folder.path("root.pem");
    if root.exists() {
        let root = root.to_str().unwrap();
        said.push((cases.add(&late, &["--tsa-roots", root, "--vkey", &vkey]), 0));
    }
    for (n, (rust, expected)) in said.iter().enumerate() {
        assert_eq!(rust, expected, "case {n}");
    }
    let codes: Vec<i32> = said.iter().map(|(code, _)| *code).collect();
    cases.agree(&codes);
    made.server.stop();
}

#[test]
fn on_cosigned_erased_judged_and_whole_logs() {
    let folder = Folder::new();
    let (data, platform) = imported(&folder, 7);
    let witness = Witness::new(3);
    let key = witness.verifier().to_string();
    let settings = |authority: &_| Witness::new(3).settings("seen", authority);
    let authority = witness.serve();
    let server = Launch::on(&data).config(&settings(&authority)).start();
    // What it vouched for is less than the log: that it did is an entry too.
    wait_for("a witness", || {
        let ready = server.stranger().seen("/readyz");
        (ready["anchors"][0]["log_entries"].as_u64() > Some(0)).then_some(())
    });
    let mut cases = Cases::new();
    let cosigned = bundle(&server, &folder, &platform, "regulator");
    assert_eq!(cases.add(&cosigned, &[]), 0);
    // Only Rust's is told which witnesses count.
    let zip = cases.file("cosigned.zip", &cosigned);
    let said = run(arguments!["verify", zip, "--witness", key])
        .with(0)
        .stdout;
    assert!(said.contains("witness cosignatures"), "{said}");
    assert!(!said.contains(", 0 witness"), "{said}");
    let verdict = server.admin().seen(&format!("/v1/verdicts/{platform}"));
    let index = verdict["evidence"][0].as_u64().unwrap();
    let reason = json!({ "index": index, "reason": "asked for" });
    server.admin().made("/v1/erasures", &reason);
    for preset in ["regulator", "platform", "public"] {
        let zip = bundle(&server, &folder, &platform, preset);
        assert_eq!(cases.add(&zip, &[]), 0, "{preset}");
    }
    server.stop();
    let out = folder.path("whole.zip");
    run(arguments![
        "export",
        "bundle",
        "--data",
        data,
        "--platform",
        platform,
        "--whole-log",
        "--out",
        out
    ])
    .with(0);
    assert_eq!(cases.add(&std::fs::read(out).unwrap(), &[]), 0);
    cases.agree(&[0; 5]);
}

/// A number that two platforms were given shows in the bundle of each.
#[test]
fn a_number_placed_twice_shows() {
    let (folder, platforms) = (Folder::new(), ["acme", "rival"]);
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let line = json!({ "lines": [{ "number": LINE, "connection": "tw", "role": "canary",
        "country": "US", "acquired_at": "2026-01-01T00:00:00Z", "shared": true }] });
    api.made("/v1/lines", &line);
    for platform in platforms {
        api.made(
            "/v1/platforms",
            &json!({ "id": platform, "name": platform }),
        );
        let token =
            json!({ "platform": platform, "line": LINE, "registered_at": "2026-02-01T00:00:00Z" });
        api.made("/v1/honeytokens", &token);
    }
    let mut cases = Cases::new();
    for preset in ["regulator", "public"] {
        let zip = bundle(&server, &folder, "acme", preset);
        let text = String::from_utf8_lossy(&zip).into_owned();
        // To the public it is said that the number was placed twice, and not with whom.
        assert_eq!(
            text.matches(r#""value":"\"honeytoken_issued\"""#).count(),
            2
        );
        assert_eq!(
            text.contains(r#""value":"\"rival\"""#),
            preset == "regulator"
        );
        assert_eq!(cases.add(&zip, &[]), 0);
        let said = run(arguments!["verify", cases.file("x.zip", &zip)])
            .with(0)
            .stdout;
        assert!(said.contains("1 placed with others too"), "{said}");
    }
    // Left out, though signed anew by the operator: the leaf of the number's subject is missed.
    let zip = bundle(&server, &folder, "acme", "regulator");
    let bad = without_rival(&folder, &zip);
    assert_eq!(fails(&bad, &trusting(&vkey_of(&zip))), Check::Complete);
    assert_eq!(cases.add(&bad, &[]), 1);
    cases.agree(&[0, 0, 1]);
    server.stop();
}

fn without_rival(folder: &Folder, zip: &[u8]) -> Vec<u8> {
    use crate::harness::mutate;
    let archive = report::bundle::Archive::from_zip(zip).unwrap();
    let entries = std::str::from_utf8(archive.get("entries.jsonl").unwrap()).unwrap();
    let kept: String = entries
        .split_inclusive('\n')
        .filter(|line| !line.contains(r#"\"rival\""#))
        .collect();
    assert_ne!(kept, entries);
    let archive = mutate::with(&archive, "entries.jsonl", Some(kept.into_bytes()));
    mutate::signed(&archive, &super::super::seed(&folder.data()), |_| ())
}
