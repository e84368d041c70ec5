//! Who is told, of what, and that nothing that was to be told is lost.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast::{self, LINE, WHSEC};
use crate::harness::folder::Folder;
use crate::harness::http::Answer;
use crate::harness::program::{arguments, run};
use crate::harness::receiver::{Receiver, Told};
use crate::harness::server::{Launch, Server};
use crate::harness::{column, now_s, sign, wait_for};

/// A target on this machine, signed, not throttled.
fn hook(receiver: &Receiver) -> Value {
    json!({
        "id": "desk", "channel": "standard_webhooks", "allow_private": true, "throttle_min": 0,
        "secrets": { "url": receiver.url("/in"), "whsec": WHSEC },
    })
}

/// A genuine request that cannot be read: it makes an alert.
fn unreadable(server: &Server, id: &str) {
    let payload =
        json!({ "type": "sms.received", "timestamp": "2026-11-20T08:00:00Z", "data": {} });
    assert_eq!(
        server.hook(&cast::pbx(id, &payload)).problem(400)["code"],
        "unparsed"
    );
}

fn states(api: &Api, filter: &str) -> Vec<Value> {
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
    let world = folder.path("world");
    run(arguments![
        "simulate",
        "--scenario",
        "demo",
        "--seed",
        "3",
        "--out",
        world
    ])
    .with(0);
    run(arguments![
        "import",
        "--data",
        data,
        "--json",
        "--summary",
        "--lines",
        world.join("lines.jsonl"),
        "--contacts",
        world.join("contacts.jsonl")
    ])
    .with(0);
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

#[test]
fn targets_are_made_shown_tested_disabled_and_removed() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let receiver = Receiver::answering(200);
    let api = server.admin();
    cast::install(&api);
    let made = api.made("/v1/alert-targets", &hook(&receiver));
    assert_eq!(made["secrets"], json!(["url", "whsec"]));
    let tested = |api: &Api| api.post("/v1/alert-targets/desk/test", &json!({})).json();
    assert_eq!(tested(&api), json!({ "delivered": true, "reason": null }));
    assert_eq!(receiver.told()[0].json()["type"], "alert.test");
    receiver.answer(302);
    let reason = "answered 302: redirects are not followed";
    assert_eq!(
        tested(&api),
        json!({ "delivered": false, "reason": reason })
    );

    receiver.answer(410);
    unreadable(&server, "odd_1");
    let shown = wait_for("the target to be disabled", || {
        let shown = api.all("/v1/alert-targets", "", 10).remove(0);
        (!shown["disabled"].is_null()).then_some(shown)
    });
    let text = shown.to_string();
    assert!(
        !text.contains("127.0.0.1") && !text.contains(WHSEC),
        "{text}"
    );
    let dead = states(&api, "&state=dead").remove(0);
    let replay = format!("/v1/alerts/{}/replay", dead["id"]);
    api.post(&replay, &json!({})).problem(409);
    receiver.answer(200);
    assert_eq!(
        api.put("/v1/alert-targets/desk", &hook(&receiver)).status,
        200
    );
    assert_eq!(api.ask("POST", &replay, b"").status, 200);
    wait_for("the replay", || {
        (!states(&api, "&state=delivered").is_empty()).then_some(())
    });
    assert!(states(&api, "&state=dead").is_empty());
    api.post(&replay, &json!({})).problem(409);
    api.post("/v1/alerts/999999/replay", &json!({}))
        .problem(404);

    assert_eq!(api.delete("/v1/alert-targets/desk").status, 204);
    api.delete("/v1/alert-targets/desk").problem(404);
    assert!(api.all("/v1/alert-targets", "", 10).is_empty());
    unreadable(&server, "odd_2");
    assert_eq!(states(&api, "").len(), 1, "nobody is there to be told");
}

#[test]
fn bad_targets_are_refused_with_the_way_out() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let url = "https://hooks.example.org/x";
    for (body, want) in [
        (
            json!({ "channel": "slack", "secrets": { "url": url } }),
            "id is missing",
        ),
        (json!({ "id": "x", "channel": "pigeon" }), "pigeon"),
        (
            json!({ "id": "a b", "channel": "slack", "secrets": { "url": url } }),
            "id:",
        ),
        (json!({ "id": "x", "channel": "slack" }), "url is missing"),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": "http://hooks.example.org" } }),
            "https://",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": "https://169.254.169.254/x" } }),
            "private",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": url }, "topics": ["gossip"] }),
            "gossip",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": url }, "platforms": ["nobody"] }),
            "nobody",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": url }, "study": "nothing" }),
            "nothing",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": url }, "throttle_min": 99999 }),
            "throttle_min",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": url }, "link_base": "javascript:1" }),
            "link_base",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": url }, "colour": 1 }),
            "colour",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": url }, "language": "fr" }),
            "fr",
        ),
        (
            json!({ "id": "x", "channel": "slack", "secrets": { "url": 5 } }),
            "string",
        ),
    ] {
        let answer: Answer = api.post("/v1/alert-targets", &body);
        let detail = answer.problem(400)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(want), "{body}: {detail}");
    }
    api.get("/v1/alerts?state=lost").problem(400);
    api.get("/v1/alerts?cursor=x").problem(400);
    assert!(api.all("/v1/alert-targets", "", 10).is_empty());
}

#[test]
fn keys_have_their_own_targets_and_no_way_inside() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let receiver = Receiver::answering(200);
    let admin = server.admin();
    let (_, ada) = admin.with_role("analyst");
    let (_, bob) = admin.with_role("analyst");
    ada.post("/v1/alert-targets", &hook(&receiver)).problem(403);
    let outside = json!({ "id": "ada", "channel": "slack", "secrets": { "url": "https://hooks.example.org/x" } });
    ada.made("/v1/alert-targets", &outside);
    bob.post("/v1/alert-targets", &outside).problem(403);
    bob.delete("/v1/alert-targets/ada").problem(404);
    bob.post("/v1/alert-targets/ada/test", &json!({}))
        .problem(404);
    assert!(bob.all("/v1/alert-targets", "", 10).is_empty());
    assert_eq!(ada.all("/v1/alert-targets", "", 10).len(), 1);
    assert_eq!(admin.all("/v1/alert-targets", "", 10).len(), 1);
    assert!(receiver.told().is_empty());
}

#[test]
fn the_verbs_list_test_and_replay() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let receiver = Receiver::answering(410);
    let api = server.admin();
    cast::install(&api);
    api.made("/v1/alert-targets", &hook(&receiver));
    let (url, key) = (server.url(), server.admin_key());
    let verb = |words: &[&str]| {
        let own = arguments!["alerts"]
            .into_iter()
            .chain(words.iter().map(|w| (*w).into()));
        run(own.chain(arguments!["--server", url, "--key", key]))
    };
    let refused = verb(&["test", "desk"]).with(1);
    assert!(refused.stdout.contains("410"), "{}", refused.stdout);
    verb(&["test", "nobody"]).with(3);
    verb(&["list", "--state", "lost"]).with(2);
    verb(&["replay"]).with(2);
    unreadable(&server, "odd_1");
    wait_for("the alert to be dead", || {
        (!states(&api, "&state=dead").is_empty()).then_some(())
    });
    let listed = verb(&["list", "--state", "dead", "--json"]).with(0).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert!(verb(&["list"]).with(0).stdout.contains("answered 410"));
    receiver.answer(200);
    assert_eq!(
        api.put("/v1/alert-targets/desk", &hook(&receiver)).status,
        200
    );
    let replayed = verb(&["replay", "--all", "--json"]).with(0).json();
    assert_eq!(replayed["replayed"], json!([listed["items"][0]["id"]]));
    wait_for("the delivery", || {
        (!states(&api, "&state=delivered").is_empty()).then_some(())
    });
    assert_eq!(verb(&["test", "desk"]).with(0).stdout.trim(), "delivered");
}

#[test]
fn targets_of_the_settings_take_secrets_from_the_environment() {
    let folder = Folder::new();
    let receiver = Receiver::answering(200);
    let settings = "[alerts.desk]\nchannel = \"slack\"\nlanguage = \"zh\"\nallow_private = true\n\
        topics = [\"unparsed\"]\nsecrets_env = { url = \"DESK_URL\" }\n";
    let refused = Launch::on(&folder.data()).config(settings).refused();
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("DESK_URL") && refused.stderr.contains("desk"),
        "{}",
        refused.stderr
    );
    let url = format!("DESK_URL={}", receiver.url("/services/x"));
    let wrapper = ["env", url.as_str()];
    let launch = || {
        Launch::on(&folder.path("other"))
            .config(settings)
            .by(&wrapper)
            .start()
    };
    let server = launch();
    let api = server.admin();
    cast::install(&api);
    unreadable(&server, "odd_1");
    let told = wait_for("the alert", || receiver.told().pop());
    assert_eq!(told.path, "/services/x");
    assert!(
        told.json()["text"]
            .as_str()
            .unwrap()
            .contains("有签名的回调无法解析")
    );
    server.stop();
    let server = launch();
    let kinds = column(&server.admin().all("/v1/custody", "", 1000), "kind");
    let set = kinds
        .iter()
        .filter(|kind| *kind == "alert_target_set")
        .count();
    assert_eq!(set, 1, "what did not change is not set anew");
}
