//! What operators did is on the record; what is erased is gone; nothing private lies in the clear.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::cast::{self, LINE, STRANGER};
use crate::harness::folder::{self, Folder};
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;

#[test]
fn an_erased_contact_is_gone_and_the_log_stays_whole() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    for (id, text) in [("msg_1", "forget me"), ("msg_2", "keep me")] {
        server.takes(&cast::sms(id, LINE, text));
    }
    let index = api.contacts()[1]["index"].as_u64().unwrap();
    let erasure = json!({ "index": index, "reason": "asked for it" });
    api.made("/v1/erasures", &erasure);
    api.post("/v1/erasures", &erasure).problem(404);
    api.get(&format!("/v1/contacts/{index}")).problem(404);
    let texts = |api: &Api| {
        api.contacts()
            .iter()
            .map(|c| c["text"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&api), ["keep me"]);
    server.stop();
    let server = Server::start(&folder.data());
    assert_eq!(texts(&server.admin()), ["keep me"]);
    server.stop();
    let verified = run(arguments!["verify", "--json", "--data", folder.data()])
        .with(0)
        .json();
    assert_eq!(verified["erased"], json!([index]));
}

#[test]
fn personal_data_is_nowhere_in_the_clear() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let words = "nobody else should read this";
    server.takes(&cast::sms("msg_1", LINE, words));
    server
        .hook(&cast::sms("msg_2", LINE, words).with("webhook-signature", "v1,AAAA"))
        .problem(403);
    api.contacts();
    server.stop();
    // Once more, so that what the first life kept is used.
    let server = Server::start(&folder.data());
    server.admin().contacts();
    let said = server.said();
    server.stop();
    let secrets = [
        cast::TOKEN,
        cast::WHSEC.trim_start_matches("whsec_"),
        cast::SIGNING_KEY,
    ];
    let private = [words, &LINE[1..], &STRANGER[1..]]
        .into_iter()
        .chain(secrets);
    let key = std::fs::read_to_string(folder.data().join("admin.key")).unwrap();
    for word in private {
        assert!(!said.contains(word), "{word} is in what the server said");
        for file in folder::files(&folder.data()) {
            let bytes = std::fs::read(&file).unwrap();
            let found = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "{word} is in {}", file.display());
        }
    }
    assert_eq!(
        said.matches(key.trim()).count(),
        1,
        "the first key is said once"
    );
}

#[test]
fn all_that_operators_did_is_on_the_record() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("msg_1", LINE, "hello"));
    let index = api.contacts()[0]["index"].as_u64().unwrap();
    server.stop();
    let server = Server::start(&folder.data());
    let custody = server.admin().all("/v1/custody", "", 3);
    let kinds: BTreeSet<&str> = custody.iter().filter_map(|c| c["kind"].as_str()).collect();
    let expected = [
        "genesis",
        "key_created",
        "operation",
        "draw_seed_committed",
        "connection_set",
        "line_added",
        "platform_declared",
        "honeytoken_issued",
        "personal_data_read",
    ];
    assert_eq!(kinds, BTreeSet::from(expected));
    let newest_first = custody
        .windows(2)
        .all(|pair| pair[0]["index"].as_u64() > pair[1]["index"].as_u64());
    assert!(newest_first);
    assert!(index > 0 && custody.iter().all(|entry| entry["index"] != index));
    let all = serde_json::to_string(&custody).unwrap();
    assert!(!all.contains(LINE), "a full number is in the custody log");
}
