//! Who is told, of what, and that nothing that was to be told is lost.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast::{self, LINE, WHSEC};
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::receiver::{Receiver, Told};
use crate::harness::server::{Launch, Server};
use crate::harness::world::{import, simulate};
use crate::harness::{column, now_s, sign, wait_for};

/// A target on this machine, signed, not throttled.
pub(crate) fn hook(receiver: &Receiver) -> Value {
    json!({
        "id": "desk", "channel": "standard_webhooks", "allow_private": true, "throttle_min": 0,
        "secrets": { "url": receiver.url("/in"), "whsec": WHSEC },
    })
}

/// A genuine request that cannot be read: it makes an alert.
pub(crate) fn unreadable(server: &Server, id: &str) {
    let payload =
        json!({ "type": "sms.received", "timestamp": "2026-11-20T08:00:00Z", "data": {} });
    assert_eq!(
        server.hook(&cast::pbx(id, &payload)).problem(400)["code"],
        "unparsed"
    );
}

pub(crate) fn states(api: &Api, filter: &str) -> Vec<Value> {
    api.all("/v1/alerts", filter, 100)
}

/// The alerts are signed as the specification says; the signature is made anew from its words.
fn check_signature(told: &Told) {
    let (id, at) = (told.header("webhook-id"), told.header("webhook-timestamp"));
    let signed = sign::standard("x", WHSEC, id, at.parse().unwrap(), &told.body);
    let want = signed
        .headers
        .iter()
        .find(|(name, _)| name == "webhook-signature");
    assert_eq!(told.header("webhook-signature"), want.unwrap().1);
    assert!((now_s() - at.parse::<i64>().unwrap()).abs() < 300);
}

#[test]
fn an_alert_outlives_a_kill_and_arrives_under_its_id() {
    let folder = Folder::new();
    let data = folder.data();
    let receiver = Receiver::answering(500);
    let server = Server::start(&data);
    let api = server.admin();
    cast::install(&api);
    api.made("/v1/alert-targets", &hook(&receiver));
    unreadable(&server, "odd_1");
    wait_for("a failed attempt", || {
        let alerts = states(&api, "&state=pending");
        alerts
            .iter()
            .any(|a| a["deliveries"][0]["attempts"] == 1)
            .then_some(())
    });
    assert_eq!(server.metric("canaryline_alerts_queued"), 1);
    server.kill();

    receiver.answer(204);
    let server = Server::start(&data);
    wait_for("the delivery", || {
        let taken = unparsed(&receiver).iter().any(|one| one.status == 204);
        (taken && server.metric("canaryline_alerts_queued") == 0).then_some(())
    });
    let told = unparsed(&receiver);
    let ids: BTreeSet<&str> = told.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(ids.len(), 1, "{told:?}");
    let taken: Vec<&Told> = told.iter().filter(|one| one.status == 204).collect();
    assert_eq!(taken.len(), 1, "taken once");
    check_signature(taken[0]);
    let body = taken[0].json();
    assert_eq!(body["data"]["details"]["connection"], "pbx");
    let of_it = |api: &Api| {
        let mut all = states(api, "&state=delivered");
        all.retain(|alert| alert["topic"] == "unparsed");
        all
    };
    let alerts = of_it(&server.admin());
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0]["deliveries"][0]["attempts"], told.len());
    let address = receiver.address.to_string();
    assert!(
        !server.said().contains(&address),
        "addresses are not logged"
    );
    server.kill();
    run(arguments!["verify", "--data", data]).with(0);

    // Folded from zero, nothing waits and nothing is sent again; that the index was lost is news.
    std::fs::remove_dir_all(data.join("index")).unwrap();
    let before = receiver.told().len();
    let server = Server::start(&data);
    wait_for("the lost index to be told", || {
        let told = receiver.told();
        let is_it = |one: &Told| one.json()["data"]["details"]["trouble"] == "index_rebuilt";
        told[before..].iter().any(is_it).then_some(())
    });
    assert_eq!(of_it(&server.admin()), alerts);
    assert_eq!(unparsed(&receiver).len(), told.len());
}

/// What was told of requests that cannot be read.
fn unparsed(receiver: &Receiver) -> Vec<Told> {
    let mut told = receiver.told();
    told.retain(|one| one.json()["type"] == "alert.unparsed");
    told
}

#[test]
fn a_leak_is_told_with_its_reason_and_without_numbers() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let data = folder.data();
    let receiver = Receiver::answering(200);
    let server = Server::start(&data);
    let api = server.admin();
    let mut target = hook(&receiver);
    target["language"] = json!("zh");
    target["link_base"] = json!("https://canary.example.org/");
    api.made("/v1/alert-targets", &target);
    wait_for("the baseline", || {
        let kinds = column(&api.all("/v1/custody", "", 100), "kind");
        kinds.contains(&"alert_baseline".to_owned()).then_some(())
    });
    server.stop();
    import(&data, &simulate(&folder, 3), &[]).with(0);
    let server = Server::start(&data);
    let api = server.admin();
    let verdicts = api.all("/v1/verdicts", "", 1000);
    let leaked: BTreeSet<String> = verdicts
        .iter()
        .filter(|v| ["leaked", "resold"].contains(&v["class"].as_str().unwrap()))
        .map(|v| v["platform"].as_str().unwrap().to_owned())
        .collect();
    assert!(!leaked.is_empty());
    let of = |kind: &str, told: &[Told]| -> BTreeSet<String> {
        let bodies = told
            .iter()
            .map(Told::json)
            .filter(|body| body["type"] == kind);
        bodies
            .map(|body| body["data"]["platform"].as_str().unwrap().to_owned())
            .collect()
    };
    let told = wait_for("all leaks to be told", || {
        let told = receiver.told();
        let all = of("alert.verdict", &told).is_superset(&leaked);
        (all && server.metric("canaryline_alerts_queued") == 0).then_some(told)
    });
    assert!(
        !of("alert.evidence", &told).is_empty()
            || told
                .iter()
                .any(|t| !t.json()["data"]["held_back"].as_array().unwrap().is_empty())
    );
    let numbers: Vec<String> = column(&api.all("/v1/lines", "", 1000), "number");
    for one in &told {
        let text = String::from_utf8(one.body.clone()).unwrap();
        assert!(
            numbers.iter().all(|number| !text.contains(number.as_str())),
            "{text}"
        );
        check_signature(one);
    }
    let leak = told.iter().map(Told::json).find(|body| {
        body["type"] == "alert.verdict" && body["data"]["details"]["class"] != "quiet"
    });
    let leak = leak.unwrap()["data"].clone();
    assert!(
        leak["title"].as_str().unwrap().contains("结论改变"),
        "{leak}"
    );
    assert!(
        leak["link"]
            .as_str()
            .unwrap()
            .starts_with("https://canary.example.org/v1/verdicts/")
    );
}

#[test]
fn a_log_that_cannot_be_written_is_told_all_the_same() {
    const FULL_DISK: [&str; 4] = [
        "sh",
        "-c",
        "trap '' XFSZ; ulimit -f 3072; exec \"$@\"",
        "sh",
    ];
    let folder = Folder::new();
    let receiver = Receiver::answering(200);
    let server = Launch::on(&folder.data()).by(&FULL_DISK).start();
    let api = server.admin();
    cast::install(&api);
    api.made("/v1/alert-targets", &hook(&receiver));
    let text = "x".repeat(20_000);
    let mut number = 0;
    wait_for("the disk to be full", || {
        number += 1;
        let answer = server.hook(&cast::sms(&format!("msg_{number}"), LINE, &text));
        (answer.status != 200).then_some(())
    });
    let told = wait_for("the alert", || {
        receiver
            .told()
            .into_iter()
            .find(|one| one.header("webhook-id").contains("fault"))
    });
    check_signature(&told);
    assert_eq!(told.json()["type"], "alert.log");
}
