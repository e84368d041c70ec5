//! A log moves into a cluster and out of it, and what was given out before stays valid.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use crate::harness::cast::{self, LINE};
use crate::harness::cluster::NODES;
use crate::harness::folder::{self, Folder};
use crate::harness::nats::{self, Nats};
use crate::harness::program::{Ended, arguments, run};
use crate::harness::server::{Launch, Server};
use crate::harness::wait_for;

fn migrate(data: &Path, settings: &str, to: &str) -> Ended {
    let config = data.with_extension("migrate.toml");
    std::fs::write(&config, settings).unwrap();
    run(arguments![
        "migrate", "--data", data, "--config", config, "--to", to
    ])
}

fn ids(server: &Server, key: &str) -> BTreeSet<String> {
    let api = crate::harness::api::Api::new(server.address, Some(key));
    let contacts = api.contacts();
    let id = |c: &serde_json::Value| c["provider_event_id"].as_str().unwrap().to_owned();
    contacts.iter().map(id).collect()
}

#[test]
fn a_log_moves_into_a_cluster_and_out_and_old_proofs_stay_valid() {
    let Some(program) = nats::program() else {
        return;
    };
    let folder = Folder::new();
    let nats = Nats::start(program, &folder.path("nats"));
    let settings: Vec<String> = (0..NODES).map(|node| nats.settings(node)).collect();
    let data = folder.data();
    let server = Server::start(&data);
    let (api, key) = (server.admin(), server.admin_key());
    cast::install(&api);
    server.takes(&cast::sms("msg_old", LINE, &"an old word ".repeat(5_000)));
    server.takes(&cast::sms("msg_gone", LINE, "a word to be erased"));
    let gone = api
        .contacts()
        .into_iter()
        .find(|c| c["provider_event_id"] == "msg_gone");
    let wish = json!({ "contact": gone.unwrap()["index"], "reason": "asked for it" });
    api.made("/v1/erasures", &wish);
    let receipt = api.get("/log/checkpoint").text().to_owned();
    // A folder that is held does not move.
    migrate(&data, &settings[0], "jetstream").with(4);
    server.stop();
    let alone = folder.path("alone");
    folder::copy(&data, &alone);

    migrate(&data, "", "jetstream").with(2);
    let moved = migrate(&data, &settings[0], "jetstream").with(0);
    assert!(moved.stdout.contains("canaryline-log"), "{}", moved.stdout);
    // It is a node's now, and a stream that holds a log takes no other.
    migrate(&data, &settings[0], "jetstream").with(4);
    let other = folder.path("other");
    Server::start(&other).stop();
    let refused = migrate(&other, &settings[0], "jetstream");
    assert!(
        refused.stderr.contains("not this log's"),
        "{}",
        refused.stderr
    );
    assert_ne!(refused.code, Some(0));
    Server::start(&other).stop();
    // Cut short before its last step, it is done again.
    std::fs::remove_file(data.join("cluster")).unwrap();
    migrate(&data, &settings[0], "jetstream").with(0);

    let first = Launch::on(&data).config(&settings[0]).start();
    let second = folder.path("second");
    std::fs::create_dir(&second).unwrap();
    std::fs::copy(data.join("data.key"), second.join("data.key")).unwrap();
    let second_node = Launch::on(&second).config(&settings[1]).start();
    second_node.takes(&cast::sms("msg_new", LINE, "a new word"));
    let wanted = BTreeSet::from(["msg_old".to_owned(), "msg_new".to_owned()]);
    for node in [&first, &second_node] {
        wait_for("both messages", || {
            (ids(node, &key) == wanted).then_some(())
        });
    }
    first.stop();
    second_node.stop();
    // The log that was signed before is the beginning of this one.
    let earlier = folder.path("earlier");
    std::fs::write(&earlier, &receipt).unwrap();
    run(arguments!["verify", "--data", data, "--against", earlier]).with(0);

    let back = migrate(&second, &settings[1], "embedded").with(0);
    assert!(back.stdout.contains("goes on alone"), "{}", back.stdout);
    let again = Server::start(&second);
    again.takes(&cast::sms("msg_last", LINE, "a last word"));
    let mut wanted = wanted;
    wanted.insert("msg_last".to_owned());
    assert_eq!(ids(&again, &key), wanted);
    again.stop();
    run(arguments!["verify", "--data", second, "--against", earlier]).with(0);
    // The stream has ended: a node that is left behind takes contacts and places none.
    let left = migrate(&alone, &settings[0], "jetstream");
    assert_ne!(left.code, Some(0), "{}", left.stdout);
}
