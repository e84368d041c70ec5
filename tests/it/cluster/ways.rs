//! What is acknowledged when, large values, TLS and credentials, bundles of any node.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::harness::cast::{self, LINE};
use crate::harness::cluster::{Cluster, NODES};
use crate::harness::folder::Folder;
use crate::harness::nats::{self, Extras, Nats};
use crate::harness::program::{arguments, ended, run};
use crate::harness::server::Launch;

#[test]
fn acknowledged_by_this_node_s_disk_alone_a_contact_is_placed_all_the_same() {
    let Some(program) = nats::program() else {
        return;
    };
    let mut cluster = Cluster::with(program, Extras::default(), "acknowledge = \"local\"\n");
    cast::install(&cluster.api(0));
    cluster.settled();
    let mut acknowledged = cluster.post(0..30);
    assert_eq!(acknowledged.len(), 30);
    // Nobody need answer.
    (0..NODES).for_each(|server| cluster.nats.kill(server));
    acknowledged.extend(cluster.post(30..60));
    assert_eq!(acknowledged.len(), 60);
    // Nor need a node live on.
    cluster.kill(1);
    (0..NODES).for_each(|server| cluster.nats.begin(server));
    cluster.nats.healthy();
    cluster.begin(1);
    cluster.hold_once(&acknowledged);
}

#[test]
fn bundles_made_on_any_node_verify_under_its_key_with_large_values() {
    let Some(program) = nats::program() else {
        return;
    };
    let mut cluster = Cluster::start(program);
    cast::install(&cluster.api(0));
    let large: String = "a long word ".repeat(9_000);
    cluster.node(1).takes(&cast::sms("msg_large", LINE, &large));
    let acknowledged = BTreeSet::from(["msg_large".to_owned()]);
    cluster.hold_once(&acknowledged);
    let mut keys = BTreeSet::new();
    for place in 0..NODES {
        let api = cluster.api(place);
        assert_eq!(api.contacts()[0]["text"], Value::from(large.clone()));
        let answer = api.get("/v1/platforms/acme/bundle?preset=regulator");
        assert_eq!(answer.status, 200, "node {place}");
        let bundle = cluster.path(&format!("bundle{place}.zip"));
        std::fs::write(&bundle, &answer.body).unwrap();
        let verified = run(arguments!["verify", bundle, "--json"]).with(0).json();
        keys.insert(verified["about"]["vkey"].to_string());
        let key = verified["about"]["vkey"].as_str().unwrap().to_owned();
        run(arguments!["verify", bundle, "--vkey", key]).with(0);
    }
    assert_eq!(
        keys.len(),
        NODES,
        "each node signs with a key of its own: {keys:?}"
    );
    (0..NODES).for_each(|place| cluster.stop(place));
}

#[test]
fn nodes_prove_who_they_are_under_tls() {
    let Some(program) = nats::program() else {
        return;
    };
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: openssl is not installed");
        return;
    }
    let folder = Folder::new();
    let [ca, ca_key, certificate, key, wish, names] = [
        "ca.pem", "ca.key", "leaf.pem", "leaf.key", "leaf.csr", "names",
    ]
    .map(|n| folder.path(n));
    let openssl = |words: &str, files: &[std::ffi::OsString]| {
        ended(
            Command::new("openssl")
                .args(words.split_whitespace())
                .args(files),
        )
        .with(0);
    };
    let fresh = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    let files = arguments!["-keyout", ca_key, "-out", ca];
    openssl(
        &format!("req -x509 {fresh} -days 2 -subj /CN=authority"),
        &files,
    );
    openssl(
        &format!("req {fresh} -subj /CN=server"),
        &arguments!["-keyout", key, "-out", wish],
    );
    std::fs::write(&names, "subjectAltName=IP:127.0.0.1\n").unwrap();
    let files = arguments![
        "-in",
        wish,
        "-CA",
        ca,
        "-CAkey",
        ca_key,
        "-extfile",
        names,
        "-out",
        certificate
    ];
    openssl("x509 -req -days 2", &files);
    let top = format!(
        "tls {{ cert_file: {certificate:?}, key_file: {key:?} }}\n\
         authorization {{ users: [{{ user: \"canaryline\", password: \"a secret of tests\" }}] }}\n"
    );
    let extras = Extras {
        top,
        ..Extras::default()
    };
    let nats = Nats::with(program, &folder.path("nats"), extras);
    let who = "user = \"canaryline\"\npassword_env = \"TEST_PASSWORD\"\nconnect_wait_s = 3\n";
    let trusting = format!("tls = true\nca = {ca:?}\n");
    let refused = |more: &str, password: &str| {
        let settings = format!("{}{more}", nats.settings(0));
        let wrapper = ["env", password];
        let node = folder.path("refused");
        let ended = Launch::on(&node).config(&settings).by(&wrapper).refused();
        assert!(
            !ended.stderr.contains("a secret of tests"),
            "{}",
            ended.stderr
        );
        ended.code
    };
    assert_eq!(
        refused(
            &format!("{who}tls = true\n"),
            "TEST_PASSWORD=a secret of tests"
        ),
        Some(6)
    );
    assert_eq!(
        refused(&format!("{who}{trusting}"), "TEST_PASSWORD=another"),
        Some(6)
    );
    assert_eq!(refused(&trusting, "NOTHING=set"), Some(6));
    assert_eq!(refused(&format!("{who}{trusting}"), "NOTHING=set"), Some(2));
    let more = format!("{who}{trusting}");
    let environment = ["TEST_PASSWORD=a secret of tests"];
    let cluster = Cluster::over(folder, nats, &more, &environment);
    cast::install(&cluster.api(0));
    let acknowledged = cluster.post(0..6);
    assert_eq!(acknowledged.len(), 6);
    cluster.hold_once(&acknowledged);
}

#[test]
fn a_node_is_watched_and_backed_up_while_it_runs_and_the_backup_goes_on_alone() {
    let Some(program) = nats::program() else {
        return;
    };
    let cluster = Cluster::start(program);
    cast::install(&cluster.api(0));
    let acknowledged = cluster.post(0..12);
    cluster.hold_once(&acknowledged);
    for place in 0..NODES {
        let node = cluster.node(place);
        assert_eq!(cluster.standing(place)["ready"], true);
        assert_eq!(node.metric("canaryline_cluster_outbox_entries"), 0);
        assert_eq!(node.metric("canaryline_cluster_degraded"), 0);
        assert!(node.metric("canaryline_cluster_sequence") > 0);
        assert!(node.metric("canaryline_cluster_cosigned_entries") > 0);
    }
    let on_duty = (0..NODES).map(|n| cluster.node(n).metric("canaryline_cluster_on_duty"));
    assert_eq!(on_duty.sum::<u64>(), 1);

    let (url, backup) = (cluster.node(1).url(), cluster.path("backup"));
    let key = &cluster.key;
    run(arguments![
        "backup", "--server", url, "--key", key, "--to", backup
    ])
    .with(0);
    let restored = cluster.path("restored");
    run(arguments!["restore", "--from", backup, "--data", restored]).with(0);
    let alone = Launch::on(&restored).start();
    let api = crate::harness::api::Api::new(alone.address, Some(key));
    let ids: BTreeSet<String> = api
        .contacts()
        .iter()
        .map(|c| c["provider_event_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, acknowledged);
}
