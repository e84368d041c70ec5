//! The index is never the only copy of anything: lost or broken, everything is back after a start.

use std::path::Path;

use serde_json::Value;

use crate::harness::cast::{self, LINE};
use crate::harness::chance::Chance;
use crate::harness::engine;
use crate::harness::folder::{self, Folder};
use crate::harness::server::Server;

/// A folder stopped in order, and what its server told.
fn closed(data: &Path) -> Vec<Value> {
    let server = Server::start(data);
    cast::install(&server.admin());
    for number in 0..30 {
        let signed = cast::sms(&format!("msg_{number}"), LINE, &format!("text {number}"));
        server.takes(&signed);
    }
    let told = told(&server);
    server.stop();
    told
}

fn told(server: &Server) -> Vec<Value> {
    let api = server.admin();
    let paths = [
        "contacts",
        "lines",
        "verdicts",
        "campaigns",
        "honeytokens",
        "platforms",
    ];
    let lists = paths
        .iter()
        .map(|name| Value::Array(api.all(&format!("/v1/{name}"), "", 1000)));
    let filtered = [format!("&line={LINE}"), "&platform=acme".to_owned()];
    let filtered = filtered
        .iter()
        .map(|filter| Value::Array(api.all("/v1/contacts", filter, 7)));
    lists.chain(filtered).collect()
}

/// What a disk, or a hand, may do to the index.
fn ruin(index: &Path, how: usize, chance: &mut Chance) {
    let database = index.join("db");
    let mut bytes = std::fs::read(&database).unwrap();
    match how {
        0 => return std::fs::remove_dir_all(index).unwrap(),
        1 => {
            std::fs::remove_dir_all(index).unwrap();
            return std::fs::write(index, b"not a folder").unwrap();
        }
        2 => bytes.fill_with(|| chance.next() as u8),
        3 => bytes.truncate(bytes.len() / 2),
        4 => bytes.clear(),
        5 => return std::fs::remove_file(&database).unwrap(),
        6 => return std::fs::write(index.join("conf"), b"nonsense").unwrap(),
        _ => {
            let at = chance.below(bytes.len() / 2);
            let end = (at + 4096).min(bytes.len());
            bytes[at..end].fill_with(|| chance.next() as u8);
        }
    }
    std::fs::write(&database, bytes).unwrap();
}

#[test]
fn an_index_lost_or_broken_in_any_way_is_made_anew() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let expected = closed(&folder.data());
    let mut chance = Chance::of(11);
    for how in 0..10 {
        let copy = Folder::new();
        folder::copy(&folder.data(), &copy.data());
        ruin(&copy.data().join("index"), how, &mut chance);
        let server = Server::start(&copy.data());
        assert!(told(&server) == expected, "way {how}");
        assert!(
            !server.said().contains("cannot be asked"),
            "way {how}: {}",
            server.said()
        );
        // A repeat of what was told before the loss is still known as one.
        let again = cast::sms("msg_3", LINE, "text 3");
        server.takes(&again);
        assert_eq!(
            (server.webhooks("repeated"), server.webhooks("recorded")),
            (1, 0),
            "way {how}"
        );
        // A region that sled does not use may be written over unnoticed.
        if how < 6 {
            assert!(
                server.said().contains("index is"),
                "way {how}: {}",
                server.said()
            );
            let custody = server.admin().all("/v1/custody", "", 100);
            let rebuilt = custody
                .iter()
                .any(|entry| entry["detail"].as_str().unwrap().starts_with("rebuild"));
            assert!(rebuilt, "way {how}: {custody:?}");
        }
        server.stop();
        let server = Server::start(&copy.data());
        assert!(told(&server) == expected, "way {how}, a second time");
    }
}

#[test]
fn the_index_of_another_log_is_not_believed() {
    let (one, other) = (Folder::new(), Folder::new());
    let expected = closed(&one.data());
    closed(&other.data());
    std::fs::remove_dir_all(one.data().join("index")).unwrap();
    folder::copy(&other.data().join("index"), &one.data().join("index"));
    let server = Server::start(&one.data());
    assert!(told(&server) == expected);
    assert!(server.said().contains("another log's"), "{}", server.said());
}

#[test]
fn an_index_that_is_behind_is_caught_up() {
    let folder = Folder::new();
    closed(&folder.data());
    let old = folder.path("old");
    folder::copy(&folder.data().join("index"), &old);
    let server = Server::start(&folder.data());
    for number in 30..60 {
        let signed = cast::sms(&format!("msg_{number}"), LINE, &format!("text {number}"));
        server.takes(&signed);
    }
    let expected = told(&server);
    server.kill();
    std::fs::remove_dir_all(folder.data().join("index")).unwrap();
    folder::copy(&old, &folder.data().join("index"));
    let server = Server::start(&folder.data());
    assert!(told(&server) == expected);
}
