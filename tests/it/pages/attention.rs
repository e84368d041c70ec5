//! What wants attention, in the API and on the page.

use serde_json::json;

use crate::harness::cast;
use crate::harness::column;
use crate::harness::folder::Folder;
use crate::harness::page::Browser;
use crate::harness::server::Server;

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
