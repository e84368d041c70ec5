//! Providers' own signatures, checked again by a stranger; what even the holder of the log's key cannot
//! make up.

use report::bundle::Archive;
use report::bundle::verify::{Check, Trust, verify};
use serde_json::{Value, json};
use store::proof::commitment::{DisclosedField, Disclosure, Opening, digest, field_leaf};
use store::proof::{Checkpoint, Hash, KeyType, Leaf, SigningKey, leaf_hash, merkle};

use super::agree::Cases;
use super::{SEED, by_telnyx, fails, made_by, seed};
use crate::harness::cast::{self, LINE, SECOND_LINE, STRANGER};
use crate::harness::folder::Folder;
use crate::harness::mutate;
use crate::harness::now_s;
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;
use crate::harness::sign;

const PBX_LINE: &str = "+14155550131";
const TEXT: &str = "a loan for you, “cheap”";

/// A platform with three numbers, each heard through another provider.
fn heard(server: &Server) {
    let api = server.admin();
    let connections = [
        (
            "tx",
            "telnyx",
            json!({ "public_key": sign::telnyx_public_key(&SEED) }),
        ),
        (
            "sns",
            "aws_sns",
            json!({ "allowed_topic_arn": sign::SNS_TOPIC, "certificate_pem": sign::SNS_CERTIFICATE }),
        ),
        ("pbx", "standard_webhooks", json!({ "whsec": cast::WHSEC })),
    ];
    for (id, provider, secrets) in connections {
        let body = json!({ "id": id, "provider": provider, "secrets": secrets });
        api.made("/v1/connections", &body);
    }
    cast::declare(&api);
    for (number, connection) in [(LINE, "tx"), (SECOND_LINE, "sns"), (PBX_LINE, "pbx")] {
        let line = json!({ "number": number, "connection": connection, "role": "canary",
            "country": "US", "acquired_at": "2026-01-01T00:00:00Z" });
        api.made("/v1/lines", &json!({ "lines": [line] }));
        let token =
            json!({ "platform": "acme", "line": number, "registered_at": "2026-02-01T00:00:00Z" });
        api.made("/v1/honeytokens", &token);
    }
    server.takes(&by_telnyx("m1", TEXT));
    let message = json!({ "originationNumber": STRANGER, "destinationNumber": SECOND_LINE,
        "messageBody": TEXT, "inboundMessageId": "m2" });
    let at = honeytoken::Timestamp::from_unix_s(now_s()).to_string();
    server.takes(&sign::sns("sns", &at, &message));
    server.takes(&cast::sms("m3", PBX_LINE, TEXT));
}

fn bundle(server: &Server, folder: &Folder, preset: &str) -> Vec<u8> {
    let out = folder.path("signed.zip");
    made_by(server, "acme", preset, &out);
    std::fs::read(out).unwrap()
}

fn kept(folder: &Folder, zip: &[u8]) -> std::ffi::OsString {
    let path = folder.path("kept.zip");
    std::fs::write(&path, zip).unwrap();
    path.into_os_string()
}

fn standings(zip: &[u8]) -> Vec<&'static str> {
    let found = verify(zip, &Trust::default());
    assert!(found.is_intact(), "{:?}", found.findings);
    found
        .requests
        .iter()
        .map(|said| said.standing.as_str())
        .collect()
}

#[test]
fn each_request_is_said_to_prove_itself_or_not() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    heard(&server);
    let zip = bundle(&server, &folder, "regulator");
    assert_eq!(standings(&zip), ["signed", "signed", "mac"]);
    let path = folder.path("signed.zip");
    let said = super::both(&path, &[], 0).stdout;
    assert!(said.contains("2 of 3 requests"), "{said}");
    assert!(said.contains("committed to it before"), "{said}");
    let python = super::python([path.clone().into_os_string()]);
    if let Some(said) = python {
        assert!(
            said.stdout.contains("requests: mac 1, signed 2"),
            "{}",
            said.stdout
        );
    }
    let json = run(arguments!["verify", path, "--json"]).with(0).json();
    assert_eq!(json["requests"].as_array().unwrap().len(), 3, "{json}");
    // The key travels as it was recorded, before what it signed.
    let text = String::from_utf8_lossy(&zip).into_owned();
    assert!(text.contains(&sign::telnyx_public_key(&SEED)));
    for preset in ["platform", "public"] {
        let zip = bundle(&server, &folder, preset);
        let mut said = standings(&zip);
        said.sort_unstable();
        assert_eq!(said, ["closed", "closed", "mac"], "{preset}");
        super::both(&folder.path("signed.zip"), &[], 0);
    }
    server.stop();
}

#[test]
fn what_a_provider_did_not_sign_is_found_though_the_log_is_signed_anew() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    heard(&server);
    let zip = bundle(&server, &folder, "regulator");
    let archive = Archive::from_zip(&zip).unwrap();
    let forge = |kind: &str, name: &str, from: &str, to: &str| {
        forged(&archive, &seed(&folder.data()), kind, name, from, to)
    };
    let mut cases = Cases::new();
    assert_eq!(
        standings(&forge("contact", "phase", "x", "x")),
        ["signed", "signed", "mac"]
    );
    let at = now_s().to_string();
    let year = honeytoken::Timestamp::from_unix_s(now_s()).to_string()[..4].to_owned();
    let other = sign::telnyx_public_key(&[8; 32]);
    let key = sign::telnyx_public_key(&SEED);
    for (kind, name, from, to) in [
        ("contact", "raw_body", "a loan for you", "a gift for you"),
        (
            "contact",
            "raw_body",
            "\\\"id\\\":\\\"m1\\\"",
            "\\\"id\\\":\\\"m2\\\"",
        ),
        ("contact", "raw_headers", &at[..8], "17000000"),
        ("contact", "received_at", &year, "1999"),
        ("provider_key", "key", &key[..8], &other[..8]),
    ] {
        let bad = forge(kind, name, from, to);
        assert_eq!(fails(&bad, &Trust::default()), Check::Requests, "{name}");
        assert_eq!(cases.add(&bad, &[]), 1);
    }
    // What was read is not what stands in the request: told, since a reader has to judge that.
    let other_words = forge("contact", "text", "a loan for you", "a gift for you");
    let said = standings(&other_words);
    assert_eq!(said, ["signed_other_words", "signed_other_words", "mac"]);
    assert_eq!(cases.add(&other_words, &[]), 0);
    cases.agree(&[1, 1, 1, 1, 1, 0]);
    // SNS signs some fields of its envelope: words in another one are nobody's.
    let beside = r#"{\"Beside\":\"a gift for you, “cheap”\",\"Message\""#;
    let beside = forge("contact", "raw_body", r#"{\"Message\""#, beside);
    assert_eq!(standings(&beside), ["signed", "signed", "mac"]);
    let archive = Archive::from_zip(&beside).unwrap();
    let (from, to) = ("a loan for you", "a gift for you");
    let bad = forged(&archive, &seed(&folder.data()), "contact", "text", from, to);
    assert_eq!(standings(&bad)[1], "signed_other_words");
    if let Some(said) = super::python([kept(&folder, &bad)]) {
        assert!(
            said.stdout.contains("signed_other_words 2"),
            "{}",
            said.stdout
        );
    }
    server.stop();
}

/// The bundle of an operator who recorded another value, in all entries of a kind, from the beginning: fields,
/// leaves, checkpoint and manifest fit, and everything is signed by the log's key.
fn forged(
    archive: &Archive,
    seed: &[u8; 32],
    kind: &str,
    name: &str,
    from: &str,
    to: &str,
) -> Vec<u8> {
    let text = |name: &str| std::str::from_utf8(archive.get(name).unwrap()).unwrap();
    let mut leaves: Vec<Leaf> = text("leaves.jsonl")
        .lines()
        .map(|line| Leaf::from_bytes(line.as_bytes()).unwrap())
        .collect();
    let mut entries = String::new();
    for line in text("entries.jsonl").lines() {
        let mut entry: Value = serde_json::from_str(line).unwrap();
        let of_kind = line.contains(&format!(r#""value":"\"{kind}\"""#));
        for field in entry["fields"].as_array_mut().unwrap() {
            if of_kind && field["name"] == name {
                let value = field["value"].as_str().unwrap().replacen(from, to, 1);
                field["value"] = value.into();
            }
        }
        let fields: Vec<DisclosedField> = entry["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(field)
            .collect();
        let index = entry["index"].as_u64().unwrap() as usize;
        leaves[index].fields = merkle::root(fields.iter().map(leaf_of));
        entries += &format!("{}\n", in_order(&entry));
    }
    let lines: Vec<Vec<u8>> = leaves.iter().map(Leaf::to_bytes).collect();
    let old: Checkpoint = text("checkpoint")
        .split("\n\n")
        .next()
        .map(|t| format!("{t}\n"))
        .unwrap()
        .parse()
        .unwrap();
    let root = merkle::root(lines.iter().map(|line| leaf_hash(line)));
    let key = SigningKey::from_seed(&old.origin, KeyType::Ed25519, seed).unwrap();
    let checkpoint = Checkpoint { root, ..old }.sign(&key).unwrap();
    let lines = lines
        .iter()
        .flat_map(|line| [&line[..], b"\n"].concat())
        .collect();
    let archive = mutate::with(archive, "leaves.jsonl", Some(lines));
    let archive = mutate::with(&archive, "entries.jsonl", Some(entries.into_bytes()));
    let archive = mutate::with(
        &archive,
        "checkpoint",
        Some(checkpoint.to_string().into_bytes()),
    );
    mutate::signed(&archive, seed, |_| ())
}

fn field(field: &Value) -> DisclosedField {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
    let text = |name: &str| field[name].as_str().unwrap().to_owned();
    let content = match field.get("digest") {
        Some(_) => Disclosure::Closed(Hash::from_base64url(&text("digest")).unwrap()),
        None => Disclosure::Open(Opening {
            salt: BASE64.decode(text("salt")).unwrap().try_into().unwrap(),
            value: text("value"),
        }),
    };
    DisclosedField {
        name: text("name"),
        content,
    }
}

fn leaf_of(field: &DisclosedField) -> Hash {
    let digest = match &field.content {
        Disclosure::Closed(digest) => *digest,
        Disclosure::Open(o) => digest(&field.name, &o.salt, o.value.as_bytes()),
    };
    field_leaf(&field.name, &digest)
}

/// An entry's line in its one form.
fn in_order(entry: &Value) -> String {
    let field = |field: &Value| {
        let names = ["name", "digest", "salt", "value"];
        let there = names.iter().filter(|name| field.get(**name).is_some());
        let pairs: Vec<String> = there
            .map(|name| format!("\"{name}\":{}", field[*name]))
            .collect();
        format!("{{{}}}", pairs.join(","))
    };
    let fields: Vec<String> = entry["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(field)
        .collect();
    format!(
        "{{\"index\":{},\"fields\":[{}]}}",
        entry["index"],
        fields.join(",")
    )
}
