//! Campaigns and who shares a buyer, as people find them.

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::folder::Folder;
use crate::harness::http::header;
use crate::harness::page::Browser;
use crate::harness::server::Server;
use crate::harness::{cast, world};

/// A campaign that works lists, by the API: its id, and all that is said of it.
fn listed(api: &Api) -> (String, Value) {
    let campaigns = api.seen("/v1/campaigns?limit=1000");
    let mut all = campaigns["items"].as_array().unwrap().iter();
    let works_lists = |c: &&Value| c["platforms"].as_array().is_some_and(|p| p.len() > 1);
    let one = all.find(works_lists).expect("the world has a resold list");
    let id = one["campaign"].as_str().unwrap().to_owned();
    let detail = api.seen(&format!("/v1/campaigns/{id}"));
    (id, detail)
}

#[test]
fn a_campaign_is_found_by_clicks_and_shows_what_the_api_says() {
    let folder = Folder::new();
    let (data, _) = world::imported(&folder, 1);
    let server = Server::start(&data);
    let api = server.admin();
    let (id, detail) = listed(&api);
    let text = detail["variants"][0]["text"].as_str().unwrap();
    let callers = detail["callers"].as_array().unwrap();
    let contacts: u64 = callers
        .iter()
        .map(|c| c["contacts"].as_u64().unwrap())
        .sum();
    assert_eq!(contacts, detail["looked_at"].as_u64().unwrap());
    assert_eq!(detail["about"]["contacts"], detail["looked_at"]);
    assert_eq!(detail["controls"]["numbers"], 0);

    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let list = browser.seen("/campaigns");
    assert!(list.contains(&format!("/campaigns/{id}\"")), "{list}");
    let page = browser.seen(&format!("/campaigns/{id}"));
    let first_word = text.split_whitespace().next().unwrap();
    assert!(
        page.contains(first_word) && page.contains("<mark>"),
        "{page}"
    );
    for platform in detail["platforms"].as_array().unwrap() {
        let platform = platform["platform"].as_str().unwrap();
        assert!(
            page.contains(&format!("/platforms/{platform}\"")),
            "{platform}"
        );
    }
    let graph = browser.seen("/graph");
    for link in api.seen("/v1/links")["items"].as_array().unwrap() {
        for id in link["campaigns"].as_array().unwrap().iter().take(12) {
            assert!(graph.contains(&format!("/campaigns/{}\"", id.as_str().unwrap())));
        }
    }
    assert!(graph.contains("id=\"resale"), "the chart is there");
    for nowhere in ["/campaigns/c999999", "/campaigns/x", "/campaigns/c-1"] {
        assert_eq!(browser.get(nowhere).status, 404, "{nowhere}");
    }
    for bad in ["/campaigns?which=some", "/campaigns?platform=%20x%20y"] {
        assert_eq!(browser.get(bad).status, 400, "{bad}");
    }
}

#[test]
fn a_viewer_sees_that_a_campaign_is_and_not_what_it_says() {
    let folder = Folder::new();
    let (data, _) = world::imported(&folder, 1);
    let server = Server::start(&data);
    let api = server.admin();
    let (id, detail) = listed(&api);
    let key = api.made("/v1/keys", &json!({ "role": "viewer" }))["key"].clone();
    let mut browser = Browser::signed_in(&server, key.as_str().unwrap());
    let page = browser.seen(&format!("/campaigns/{id}"));
    for variant in detail["variants"].as_array().unwrap() {
        assert!(!page.contains(variant["text"].as_str().unwrap()));
    }
    for caller in detail["callers"].as_array().unwrap() {
        let from = caller["from"].as_str().unwrap_or("+never");
        let masked = !from.starts_with('+') || !page.contains(from);
        assert!(masked, "{from} is shown");
    }
}

#[test]
fn what_a_campaign_does_is_no_other_for_whom_its_platforms_are_closed_to() {
    let folder = Folder::new();
    let (data, _) = world::imported(&folder, 1);
    let server = Server::start(&data);
    let api = server.admin();
    let (id, _) = listed(&api);
    let (member, _) = api.with_role("analyst");
    let platforms = crate::harness::column(&api.all("/v1/platforms", "", 100), "id");
    let study =
        json!({ "id": "case-1", "name": "Case", "platforms": platforms, "members": [member] });
    api.made("/v1/studies", &study);
    let outside = api.made("/v1/keys", &json!({ "role": "analyst" }))["key"].clone();
    let mut browser = Browser::signed_in(&server, outside.as_str().unwrap());
    let page = browser.seen(&format!("/campaigns/{id}"));
    assert!(page.contains("It works lists"), "{page}");
    for platform in &platforms {
        assert!(
            !page.contains(&format!("/platforms/{platform}\"")),
            "{platform}"
        );
    }
}

#[test]
fn a_recording_is_played_by_those_who_may_hear_it() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("m", cast::LINE, "hello"));
    let index = api.seen("/v1/contacts")["items"][0]["index"]
        .as_u64()
        .unwrap();
    let files = format!("/v1/contacts/{index}/attachments");
    let sound = b"RIFF....WAVEfmt ";
    assert_eq!(api.upload(&files, "audio/wav", sound).status, 201);
    let digest = json!({ "sha256": "ab".repeat(32), "bytes": 9000, "media_type": "audio/mpeg" });
    api.made(&files, &digest);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let page = browser.seen("/contacts");
    let (_, rest) = page.split_once("<audio").expect("a player");
    assert!(!rest.contains("<audio"), "what is not held has no player");
    assert!(page.contains("only its digest is here"));
    let source = rest
        .split("src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let heard = browser.get(source);
    assert_eq!((heard.status, heard.body.as_slice()), (200, &sound[..]));
    assert_eq!(heard.header("content-type"), Some("audio/wav"));
    assert_eq!(heard.header("accept-ranges"), Some("bytes"));
    seeks(&mut browser, source, sound);
    let key = api.made("/v1/keys", &json!({ "role": "viewer" }))["key"].clone();
    let mut viewer = Browser::signed_in(&server, key.as_str().unwrap());
    assert!(!viewer.seen("/contacts").contains("<audio"));
    assert_eq!(viewer.get(source).status, 403);
    let mut stranger = Browser::new(&server);
    assert_eq!(stranger.get(source).status, 303);
}

/// A browser that seeks in a recording asks for parts of it.
fn seeks(browser: &mut Browser, source: &str, sound: &[u8]) {
    let mut part = |range: &str| {
        browser.headers.push(header("range", range));
        let answer = browser.get(source);
        browser.headers.pop();
        let of = answer.header("content-range").unwrap_or_default();
        (answer.status, of.to_owned(), answer.body.clone())
    };
    let cases: [(&str, u16, &str, &[u8]); 6] = [
        ("bytes=0-", 206, "bytes 0-15/16", sound),
        ("bytes=8-11", 206, "bytes 8-11/16", b"WAVE"),
        ("bytes=-4", 206, "bytes 12-15/16", b"fmt "),
        ("bytes=16-", 416, "bytes */16", b""),
        ("bytes=0-1,4-5", 200, "", sound),
        ("seconds=1-2", 200, "", sound),
    ];
    for (range, status, of, bytes) in cases {
        let wanted = (status, of.to_owned(), bytes.to_vec());
        assert_eq!(part(range), wanted, "{range}");
    }
}
