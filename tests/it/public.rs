//! The public page: off unless it is turned on, shows what was decided and nothing else, to anybody.

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::http::{self, Answer, header};
use crate::harness::page::Browser;
use crate::harness::program::{arguments, run};
use crate::harness::server::{Launch, Server};
use crate::harness::{wait_for, world};

const SETTINGS: &str = "[public]\nenabled = true\n[report]\nbrand = \"Number Watch\"\n";

/// Somebody who found a link in a newspaper.
pub(crate) fn stranger(server: &Server, target: &str, headers: &[(String, String)]) -> Answer {
    http::ask(server.address, "GET", target, headers, b"").unwrap()
}

/// A server with its public page on, on a world in which somebody leaks, and who.
pub(crate) fn open(folder: &Folder) -> (Server, String) {
    let (data, accused) = world::imported(folder, 1);
    (turned_on(&data), accused)
}

fn turned_on(data: &std::path::Path) -> Server {
    let server = Launch::on(data).config(SETTINGS).start();
    wait_for("the public page", || {
        (stranger(&server, "/public", &[]).status == 200).then_some(())
    });
    server
}

/// Tells a platform, which answers at once, and publishes what is found.
pub(crate) fn publish_heard(api: &Api, accused: &str, answer: &str) -> Value {
    let reply = format!("/v1/platforms/{accused}/reply");
    api.made(&format!("{reply}/notices"), &json!({ "how": "letter" }));
    let answered = api.made(
        &format!("{reply}/answers"),
        &json!({ "text": answer, "from": "Counsel" }),
    );
    let index = answered["answers"][0]["index"].as_u64().unwrap();
    let published = api.put(
        &format!("{reply}/answers/{index}"),
        &json!({ "published": true }),
    );
    assert_eq!(published.status, 200, "{}", published.text());
    api.made(&format!("/v1/platforms/{accused}/findings"), &json!({}))
}

#[test]
fn without_the_setting_there_is_no_public_page() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    for path in ["/public", "/public/f/1", "/public/feed.atom"] {
        assert_eq!(stranger(&server, path, &[]).status, 404, "{path}");
    }
    let refused = api.post("/v1/platforms/acme/findings", &json!({ "unheard": "x" }));
    assert_eq!(refused.problem(409)["code"], "public_off");
}

#[test]
fn a_finding_is_published_by_decision_once_the_platform_was_heard_and_withdrawn_with_a_reason() {
    let folder = Folder::new();
    let (server, accused) = open(&folder);
    let api = server.admin();
    let findings = format!("/v1/platforms/{accused}/findings");
    // Nothing is public by itself.
    let page = stranger(&server, "/public", &[]);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("Nothing is published now"));
    let name = api.seen(&format!("/v1/platforms?platform={accused}"))["items"][0]["name"].clone();
    let name = name.as_str().unwrap();
    assert!(!page.text().contains(name));
    // Not before it was heard, and by an admin alone.
    assert_eq!(
        api.post(&findings, &json!({})).problem(409)["code"],
        "not_heard"
    );
    for role in ["analyst", "auditor", "viewer"] {
        let (_, other) = api.with_role(role);
        other
            .post(&findings, &json!({ "unheard": "x" }))
            .problem(403);
    }
    assert_eq!(
        api.post(&findings, &json!({ "unheard": "x".repeat(501) }))
            .problem(409)["code"],
        "long_reason"
    );
    api.post("/v1/platforms/nobody/findings", &json!({}))
        .problem(404);

    let finding = publish_heard(&api, &accused, "We <b>deny</b> everything.");
    let index = finding["index"].as_u64().unwrap();
    let path = format!("/public/f/{index}");
    let page = stranger(&server, &path, &[]);
    assert_eq!(page.status, 200);
    let text = page.text();
    for said in [
        name,
        "We &lt;b&gt;deny&lt;/b&gt; everything.",
        "Number Watch",
        "false-discovery rate",
        "bundle.zip",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(page.header("set-cookie").is_none() && !text.contains("<script"));
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    let chinese = stranger(&server, &path, &[header("accept-language", "zh-CN")]);
    assert!(
        chinese.text().contains("号码泄露检测报告") && chinese.text().contains("lang=\"zh-CN\"")
    );
    assert_eq!(
        stranger(&server, &format!("{path}?lang=zh"), &[]).body,
        chinese.body
    );
    assert_eq!(
        api.post(&findings, &json!({})).problem(409)["code"],
        "published_already"
    );

    // No number of ours, caller or decoy's name anywhere in public.
    let tokens = api.seen(&format!("/v1/honeytokens?platform={accused}"));
    let files = ["", "/data.json", "/data.csv", "/badge.svg"].map(|end| format!("{path}{end}"));
    let lists = [
        "/public",
        "/public/feed.atom",
        "/public/feed.json",
        "/public/findings.json",
        "/public/findings.csv",
    ];
    for target in files.iter().map(String::as_str).chain(lists) {
        let answer = stranger(&server, target, &[]);
        assert_eq!(answer.status, 200, "{target}");
        for token in tokens["items"].as_array().unwrap() {
            for secret in [&token["number"], &token["persona"]["name"]] {
                assert!(
                    !answer.text().contains(secret.as_str().unwrap()),
                    "{target}"
                );
            }
        }
    }
    let data = stranger(&server, &format!("{path}/data.json"), &[]).json();
    assert_eq!(
        (data["state"].as_str(), data["reply"]["standing"].as_str()),
        (Some("stands"), Some("answered"))
    );
    let badge = stranger(&server, &format!("{path}/badge.svg"), &[]);
    assert_eq!(badge.header("content-type"), Some("image/svg+xml"));

    // Taken back: gone at once, with the reason in its place, and in the feeds.
    let withdrawal = format!("/v1/findings/{index}/withdrawal");
    api.post(&withdrawal, &json!({ "reason": " " }))
        .problem(409);
    let back = api.post(&withdrawal, &json!({ "reason": "A mistake of ours." }));
    assert_eq!(back.status, 200, "{}", back.text());
    let gone = stranger(&server, &path, &[]);
    assert_eq!(gone.status, 410);
    assert!(gone.text().contains("A mistake of ours.") && gone.text().contains("withdrawn"));
    assert_eq!(
        stranger(&server, &format!("{path}/bundle.zip"), &[]).status,
        404
    );
    assert!(
        stranger(&server, "/public/feed.atom", &[])
            .text()
            .contains("Withdrawn")
    );
    assert!(!stranger(&server, "/public", &[]).text().contains(name));
    api.post(&withdrawal, &json!({ "reason": "again" }))
        .problem(404);
    let kinds =
        crate::harness::column(api.seen("/v1/custody")["items"].as_array().unwrap(), "kind");
    assert!(
        kinds.contains(&"finding_published".to_owned())
            && kinds.contains(&"finding_withdrawn".to_owned())
    );
}

#[test]
fn the_public_bundle_is_one_that_verifies_and_the_link_outlives_a_restart() {
    let folder = Folder::new();
    let (server, accused) = open(&folder);
    let finding = publish_heard(&server.admin(), &accused, "No.");
    let path = format!("/public/f/{}", finding["index"]);
    let bundle = stranger(&server, &format!("{path}/bundle.zip"), &[]);
    assert_eq!(bundle.status, 200);
    let tag = bundle.header("etag").unwrap().to_owned();
    assert!(tag.contains(finding["bundle_sha256"].as_str().unwrap()));
    let file = folder.path("public.zip");
    std::fs::write(&file, &bundle.body).unwrap();
    run(arguments!["verify", file]).with(0);
    let again = stranger(
        &server,
        &format!("{path}/bundle.zip"),
        &[header("if-none-match", tag)],
    );
    assert_eq!((again.status, again.body.len()), (304, 0));
    server.stop();
    let server = turned_on(&folder.data());
    assert_eq!(stranger(&server, &path, &[]).status, 200);
    assert_eq!(
        stranger(&server, &format!("{path}/bundle.zip"), &[]).body,
        bundle.body
    );
}

#[test]
fn a_page_that_did_not_change_is_not_sent_again() {
    let folder = Folder::new();
    let (server, accused) = open(&folder);
    let finding = publish_heard(&server.admin(), &accused, "No.");
    let path = format!("/public/f/{}", finding["index"]);
    let first = stranger(&server, &path, &[]);
    assert!(first.header("cache-control").unwrap().starts_with("public"));
    assert_eq!(first.header("vary"), Some("accept-language"));
    let known = [header("if-none-match", first.header("etag").unwrap())];
    let again = stranger(&server, &path, &known);
    assert_eq!((again.status, again.body.len()), (304, 0));
    // What somebody asks for that is nowhere is a page too, and no door to the rest.
    for nowhere in [
        "/public/f/999999",
        "/public/../v1/findings",
        "/public/x/y/z",
        "/public/f/999999/bundle.zip",
    ] {
        assert_eq!(stranger(&server, nowhere, &[]).status, 404, "{nowhere}");
    }
}

#[test]
fn what_did_not_wait_for_the_platform_says_so_and_the_page_offers_both_decisions() {
    let folder = Folder::new();
    let (server, accused) = open(&folder);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let platform = browser.seen(&format!("/platforms/{accused}"));
    assert!(platform.contains("Publish this finding") && platform.contains("name=\"unheard\""));
    let publish = format!("/platforms/{accused}/publish");
    assert_eq!(browser.submit(&publish, &[]).status, 409);
    browser.seen(&format!("/platforms/{accused}"));
    let reason = "Decoys are <i>called</i> by fraudsters right now.";
    assert_eq!(browser.submit(&publish, &[("unheard", reason)]).status, 303);
    let platform = browser.seen(&format!("/platforms/{accused}"));
    let path = platform.split("href=\"/public/f/").nth(1).unwrap();
    let index = path.split('"').next().unwrap().to_owned();
    let page = stranger(&server, &format!("/public/f/{index}"), &[]);
    assert!(page.text().contains("The publisher's reason: Decoys"));
    assert!(
        page.text()
            .contains("Decoys are &lt;i&gt;called&lt;/i&gt; by fraudsters")
    );
    let back = browser.submit(
        &format!("/findings/{index}/withdraw"),
        &[("reason", "It answered.")],
    );
    assert_eq!(back.status, 303);
    assert!(
        browser
            .seen(&format!("/platforms/{accused}"))
            .contains("Publish this finding")
    );
}

#[test]
fn what_is_under_review_shows_no_particulars_no_bundle_and_no_accusation() {
    let folder = Folder::new();
    // One buyer was seen by then, and the next comes later.
    let (early, late) = world::simulated_until(&folder, 1, 80);
    let early = world::import(&folder.data(), &early, &["--json", "--summary"]);
    let accused = world::accused(&early.with(0).json()["verdicts"]);
    let server = turned_on(&folder.data());
    let finding = publish_heard(&server.admin(), &accused, "No.");
    assert_eq!(finding["class"], "leaked");
    let path = format!("/public/f/{}", finding["index"]);
    let bundle = format!("{path}/bundle.zip");
    assert_eq!(stranger(&server, &bundle, &[]).status, 200);
    server.stop();
    world::import(&folder.data(), &late, &[]).with(0);
    let server = turned_on(&folder.data());
    let api = server.admin();
    let now = api.seen(&format!("/v1/verdicts/{accused}"));
    assert_eq!(now["class"], "resold", "{now}");
    // Not one request later: the bundle does not wait for the page.
    assert_eq!(stranger(&server, &bundle, &[]).status, 404);
    wait_for("the page under review", || {
        let page = stranger(&server, &path, &[]);
        page.text().contains("nobody has decided yet").then_some(())
    });
    let name = api.seen(&format!("/v1/platforms?platform={accused}"))["items"][0]["name"].clone();
    let name = name.as_str().unwrap();
    for target in [path.as_str(), "/public/feed.atom", "/public/feed.json"] {
        let text = stranger(&server, target, &[]).text().to_owned();
        assert!(
            text.contains(&format!("{name}: under review")),
            "{target}: {text}"
        );
        for class in ["leaked", "resold"] {
            assert!(
                !text.contains(&format!("{name}: {class}")),
                "{target}: {text}"
            );
        }
    }
    let badge = stranger(&server, &format!("{path}/badge.svg?lang=zh"), &[]);
    assert!(
        badge.text().contains(&format!("{name}：复核中")),
        "{}",
        badge.text()
    );
    assert!(!stranger(&server, &path, &[]).text().contains("bundle.zip"));
}

#[test]
fn what_was_decided_is_on_the_page_whichever_it_was() {
    let folder = Folder::new();
    let (server, accused) = open(&folder);
    let api = server.admin();
    let path = format!(
        "/public/f/{}",
        publish_heard(&api, &accused, "First words.")["index"]
    );
    let reply = format!("/v1/platforms/{accused}/reply/answers");
    let second = api.made(
        &reply,
        &json!({ "text": "Second words.", "from": "Counsel" }),
    );
    let says = |target: &str, words: &str, not: &str| {
        wait_for("the page made anew", || {
            let text = stranger(&server, target, &[]).text().to_owned();
            (text.contains(words) && !text.contains(not)).then_some(())
        });
    };
    says(&path, "First words.", "Second words.");
    // As many answers as before, and others.
    for (at, published) in [(0, false), (1, true)] {
        let answer = format!("{reply}/{}", second["answers"][at]["index"]);
        let put = api.put(&answer, &json!({ "published": published }));
        assert_eq!(put.status, 200, "{}", put.text());
    }
    says(&path, "Second words.", "First words.");
    let set = api.put(
        "/v1/settings",
        &json!({ "brand": "Line Watch", "reason": "renamed" }),
    );
    assert_eq!(set.status, 200, "{}", set.text());
    says("/public", "Line Watch", "Number Watch");
}
