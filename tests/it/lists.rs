//! Lists come in pages that meet without gap or overlap, and filters mean what they say.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::cast::{self, LINE, SECOND_LINE};
use crate::harness::column;
use crate::harness::folder::Folder;
use crate::harness::server::Server;

/// Five contacts on one line, two on another.
fn installed(folder: &Folder) -> (Server, Api) {
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    for number in 0..7 {
        let line = if number < 5 { LINE } else { SECOND_LINE };
        let signed = cast::sms(&format!("msg_{number}"), line, &format!("text {number}"));
        server.takes(&signed);
    }
    (server, api)
}

#[test]
fn pages_of_any_size_are_the_same_list() {
    let folder = Folder::new();
    let (_server, api) = installed(&folder);
    for name in ["beta", "gamma", "delta"] {
        api.made("/v1/platforms", &json!({ "name": name }));
    }
    for (path, key, count) in [
        ("/v1/contacts", "provider_event_id", 7),
        ("/v1/lines", "number", 3),
        ("/v1/connections", "id", 3),
        ("/v1/platforms", "id", 4),
        ("/v1/verdicts", "platform", 4),
    ] {
        let whole = column(&api.all(path, "", 1000), key);
        assert_eq!(whole.len(), count, "{path}");
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), count, "{path}");
        for limit in [1, 2, count] {
            assert_eq!(
                column(&api.all(path, "", limit), key),
                whole,
                "{path} by {limit}"
            );
        }
    }
}

#[test]
fn a_page_stays_where_it_was_while_contacts_come_in() {
    let folder = Folder::new();
    let (server, api) = installed(&folder);
    let first = api.seen("/v1/contacts?limit=3");
    server.takes(&cast::sms("msg_late", LINE, "late"));
    let next = first["next_cursor"].as_str().unwrap();
    let second = api.seen(&format!("/v1/contacts?limit=3&cursor={next}"));
    assert_eq!(
        column(second["items"].as_array().unwrap(), "provider_event_id"),
        ["msg_3", "msg_2", "msg_1"]
    );
}

#[test]
fn limits_are_clamped_not_refused() {
    let folder = Folder::new();
    let (_server, api) = installed(&folder);
    for (limit, count) in [("0", 1), ("5", 5), ("1000000000", 7)] {
        let page = api.seen(&format!("/v1/contacts?limit={limit}"));
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{limit}");
    }
}

#[test]
fn filters_by_line_platform_and_time() {
    let folder = Folder::new();
    let (_server, api) = installed(&folder);
    let found = |filters: &str| column(&api.all("/v1/contacts", filters, 2), "provider_event_id");
    let on_second = ["msg_6", "msg_5"];
    // A plus that was not encoded arrives as a space; it is meant all the same.
    for number in [SECOND_LINE.to_owned(), SECOND_LINE.replace('+', "%2B")] {
        assert_eq!(found(&format!("&line={number}")), on_second);
    }
    assert_eq!(
        found("&platform=acme"),
        ["msg_4", "msg_3", "msg_2", "msg_1", "msg_0"]
    );
    assert_eq!(
        found(&format!("&platform=acme&line={SECOND_LINE}")),
        [""; 0]
    );
    let at = |id: &str| {
        let contacts = api.contacts();
        let one = contacts
            .iter()
            .find(|c| c["provider_event_id"] == id)
            .unwrap();
        one["received_at"].as_str().unwrap().to_owned()
    };
    let (from, until) = (at("msg_2"), at("msg_4"));
    assert_eq!(
        found(&format!("&since={from}&until={until}")),
        ["msg_3", "msg_2"]
    );
    assert_eq!(found("&until=2026-01-01T00:00:00Z"), [""; 0]);
    assert_eq!(found("&since=0").len(), 7);
    let lines = api.all("/v1/lines", "&platform=acme", 10);
    assert_eq!(column(&lines, "number"), [LINE]);
    assert_eq!(
        api.all("/v1/honeytokens", &format!("&line={LINE}"), 10)
            .len(),
        1
    );
    assert_eq!(
        api.all("/v1/honeytokens", &format!("&line={SECOND_LINE}"), 10)
            .len(),
        0
    );
    assert_eq!(api.all("/v1/verdicts", "&platform=acme", 10).len(), 1);
}

#[test]
fn a_question_that_makes_no_sense_is_a_problem() {
    let folder = Folder::new();
    let (_server, api) = installed(&folder);
    for query in [
        "limit=many",
        "limit=-1",
        "cursor=x",
        "since=soon",
        "until=later",
        "line=abc",
        "platform=%20",
        "limit=1&limit=2",
    ] {
        api.get(&format!("/v1/contacts?{query}")).problem(400);
    }
    api.get("/v1/contacts?platform=nobody").problem(404);
    api.get("/v1/contacts/first").problem(400);
    api.get("/v1/contacts/99999999").problem(404);
    api.get("/v1/contacts/0").problem(404);
    api.get("/v1/verdicts/nobody").problem(404);
    api.get("/v1/nothing").problem(404);
    api.get("/nothing").problem(404);
    api.ask("PATCH", "/v1/lines", b"").problem(405);
    api.ask("POST", "/v1/lines", b"{").problem(400);
    api.ask("POST", "/v1/lines", b"\xff").problem(400);
    api.ask("POST", "/v1/lines", br#"{"lines":[],"more":1}"#)
        .problem(400);
}
