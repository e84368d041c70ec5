//! What wants attention, in the API and on the page.

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::cast;
use crate::harness::column;
use crate::harness::folder::Folder;
use crate::harness::page::Browser;
use crate::harness::server::Server;
use crate::public;

#[test]
fn what_wants_attention_is_said_with_the_way_to_mend_it() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    // A third of all lines is a control, so that nothing is said of controls.
    let kinds = column(&api.all("/v1/attention", "", 100), "kind");
    assert!(
        !kinds.iter().any(|kind| kind == "few_controls"),
        "{kinds:?}"
    );
    let lines: Vec<_> = (40..46)
        .map(|n| json!({ "number": format!("+141555501{n}"), "connection": "pbx" }))
        .collect();
    api.made("/v1/lines", &json!({ "lines": lines }));
    let forged = cast::sms("m", cast::LINE, "hello").with("webhook-signature", "v1,AAAA");
    assert_eq!(server.hook(&forged).status, 403);
    server.hook(&cast::phone("p1", "x", "2026-11-20T08:00:00Z").with("x-signature", "00"));
    let items = api.all("/v1/attention", "", 3);
    let kinds = column(&items, "kind");
    assert_eq!(kinds[0], "webhook_refused", "{kinds:?}");
    assert!(kinds.iter().any(|kind| kind == "few_controls"), "{kinds:?}");
    assert!(
        kinds.iter().any(|kind| kind == "line_unproven"),
        "{kinds:?}"
    );
    assert!(items.iter().all(|item| item["zh"] != item["en"]));
    let page = browser.seen("/");
    assert!(
        page.contains("href=\"/connections/pbx\"")
            && page.contains("href=\"/lines/new?role=control\""),
        "{page}"
    );
    assert!(
        browser
            .seen("/attention?lang=zh")
            .contains("建议至少四分之一")
    );
    let (_, viewer) = api.with_role("viewer");
    let told = viewer.get("/v1/attention");
    assert!(!told.text().contains("webhook_refused"), "{}", told.text());
}

/// What of the attention is about a platform.
fn wanted_of(api: &Api, platform: &str) -> Vec<String> {
    let items = api.all("/v1/attention", "", 100).into_iter();
    let its = items.filter(|item| item["platform"] == platform);
    column(&its.collect::<Vec<_>>(), "kind")
}

/// A world in which the time of a platform that was told is over: its server, and which.
fn unanswered(folder: &Folder) -> (Server, String) {
    let (server, accused) = public::open(folder);
    let api = server.admin();
    // A bundle puts the verdict on record.
    assert_eq!(
        api.get(&format!("/v1/platforms/{accused}/bundle?preset=public"))
            .status,
        200
    );
    assert_eq!(wanted_of(&api, &accused), ["reply_not_offered"]);
    let told = json!({ "how": "a letter", "notified_at": "2026-01-05T00:00:00Z", "days": 14 });
    api.made(&format!("/v1/platforms/{accused}/reply/notices"), &told);
    assert_eq!(wanted_of(&api, &accused), ["reply_unanswered"]);
    (server, accused)
}

#[test]
fn a_platform_s_silence_wants_a_note_and_then_no_more() {
    let folder = Folder::new();
    let (server, accused) = unanswered(&folder);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    assert!(
        browser
            .seen("/attention")
            .contains("write a note on what follows")
    );
    let note = [("text", "The regulator was told.")];
    let noted = browser.submit(&format!("/platforms/{accused}/notes"), &note);
    assert_eq!(noted.status, 303);
    assert!(wanted_of(&server.admin(), &accused).is_empty());
}

#[test]
fn a_platform_s_silence_is_seen_to_by_what_is_published_or_taken_back() {
    let folder = Folder::new();
    let (server, accused) = unanswered(&folder);
    let api = server.admin();
    let published = api.made(&format!("/v1/platforms/{accused}/findings"), &json!({}));
    assert!(wanted_of(&api, &accused).is_empty());
    let withdrawal = format!("/v1/findings/{}/withdrawal", published["index"]);
    let back = api.post(
        &withdrawal,
        &json!({ "reason": "Two lines were sold before." }),
    );
    assert_eq!(back.status, 200, "{}", back.text());
    assert!(wanted_of(&api, &accused).is_empty());
}
