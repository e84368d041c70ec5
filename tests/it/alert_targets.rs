//! Alert targets: made, shown, tested, refused, disabled; by API, by verbs and by settings.

use serde_json::json;

use crate::alerts::{hook, states, unreadable};
use crate::harness::api::Api;
use crate::harness::cast::{self, WHSEC};
use crate::harness::folder::Folder;
use crate::harness::http::Answer;
use crate::harness::program::{arguments, run};
use crate::harness::receiver::Receiver;
use crate::harness::server::{Launch, Server};
use crate::harness::{column, wait_for};

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
