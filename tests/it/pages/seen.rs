//! What pages show: languages, zones, refusals, what strangers wrote.

use serde_json::json;

use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::http::header;
use crate::harness::page::Browser;
use crate::harness::server::Server;

use super::Fields;

#[test]
fn bad_input_is_said_where_it_was_typed() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    cast::install(&server.admin());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let cases: [(&str, Fields, u16, &str); 7] = [
        (
            "/honeytokens",
            &[("platform", " ")],
            400,
            "platform is missing",
        ),
        (
            "/honeytokens",
            &[("platform", "Acme Loans"), ("country", "FR")],
            409,
            "no line is ready",
        ),
        (
            "/honeytokens/bulk",
            &[("rows", "\n\n")],
            400,
            "no row names a platform",
        ),
        (
            "/lines",
            &[("numbers", ""), ("connection", "pbx")],
            400,
            "no number",
        ),
        (
            "/lines",
            &[
                ("numbers", "+14155550139"),
                ("connection", "pbx"),
                ("soak_days", "999"),
            ],
            400,
            "soak is not",
        ),
        (
            "/lines",
            &[("numbers", "12"), ("connection", "pbx")],
            200,
            "1 were not added",
        ),
        (
            "/connections",
            &[("provider", "twilio"), ("id", "tw2")],
            400,
            "auth_token is missing",
        ),
    ];
    for (form, fields, status, said) in cases {
        let answer = browser.submit(form, fields);
        assert_eq!(answer.status, status, "{form}: {}", answer.text());
        assert!(
            answer.text().contains(said),
            "{form} says no {said:?}: {}",
            answer.text()
        );
        assert!(
            answer.text().contains("<form class=\"stack\""),
            "{form} shows no form to mend"
        );
    }
}

#[test]
fn times_are_shown_in_the_zone_that_was_chosen() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    assert!(browser.seen("/honeytokens").contains(">2026-02-01 00:00<"));
    let refused = browser.submit(
        "/settings/reading",
        &[("lang", "en"), ("zone", "Mars/Olympus")],
    );
    assert_eq!(refused.status, 400);
    let chosen = browser.submit(
        "/settings/reading",
        &[("lang", "zh"), ("zone", "Asia/Shanghai")],
    );
    assert_eq!(chosen.status, 303);
    let page = browser.seen("/honeytokens");
    assert!(
        page.contains(">2026-02-01 08:00<") && page.contains("时间按 Asia/Shanghai"),
        "{page}"
    );
}

#[test]
fn a_key_is_made_shown_once_and_revoked() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let answer = browser.submit("/settings/keys", &[("role", "analyst"), ("name", "Ada")]);
    let made = answer.text();
    let key = made
        .split("data-copy=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let mut ada = Browser::signed_in(&server, &key);
    assert_eq!(ada.get("/settings").status, 200);
    let settings = browser.seen("/settings");
    assert!(settings.contains("Ada") && !settings.contains(&key));
    let id = settings
        .split("/settings/keys/")
        .find(|rest| rest.starts_with("analyst-"))
        .unwrap();
    let id = id.split('/').next().unwrap();
    assert_eq!(
        browser
            .submit(&format!("/settings/keys/{id}/revoke"), &[])
            .status,
        303
    );
    assert_eq!(ada.get("/settings").status, 303);
}

#[test]
fn numbers_for_many_platforms_come_as_a_table() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let lines: Vec<_> = (0..3)
        .map(|n| json!({ "number": format!("+1415555013{n}"), "connection": "pbx" }))
        .collect();
    api.made("/v1/lines", &json!({ "lines": lines }));
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let answer = browser.submit(
        "/honeytokens/bulk",
        &[
            ("rows", "platform\nAcme\n某某贷款\nBeta\nGamma\n"),
            ("marketing", "on"),
        ],
    );
    let page = answer.text();
    assert!(page.contains("3 issued, 1 refused"), "{page}");
    let csv = page
        .split("href=\"")
        .find(|rest| rest.starts_with("/honeytokens/issued.csv"))
        .unwrap();
    let table = browser.seen(csv.split('"').next().unwrap());
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 4, "{table}");
    assert!(
        rows[1].contains(",acme,") && rows[1].contains("+1415555013"),
        "{table}"
    );
    let tokens = api.all("/v1/honeytokens", "", 9);
    assert!(tokens.iter().all(|t| t["consent"] == json!({ "calls": false, "marketing": true, "sharing": false })));
}

#[test]
fn pages_let_nothing_in_from_outside() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    for page in ["/", "/sign-in", "/nothing", "/v1/nothing"] {
        let answer = browser.get(page);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.starts_with("default-src 'none';") && !policy.contains("unsafe"),
            "{page}: {policy}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{page}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{page}");
        let text = answer.text();
        assert!(
            !text.contains("style=") && !text.contains("onclick") && !text.contains("//cdn"),
            "{page}"
        );
    }
}

#[test]
fn what_is_not_there_is_a_page_for_people_and_a_problem_for_programs() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let answer = browser.get("/nothing?lang=zh");
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("<html lang=\"zh-CN\">") && answer.text().contains("回到总览"));
    server.admin().get("/nothing").problem(404);
}

#[test]
fn a_language_is_chosen_once() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    assert!(browser.seen("/").contains("<html lang=\"en\">"));
    assert!(browser.seen("/?lang=zh").contains("总览"));
    assert!(browser.seen("/").contains("总览"));
    browser.cookies.remove("lang");
    browser
        .headers
        .push(header("accept-language", "zh-CN,zh;q=0.9"));
    assert!(browser.seen("/").contains("总览"));
}

#[test]
fn assets_are_kept_by_browsers_and_change_their_names() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::new(&server);
    let page = browser.seen("/sign-in");
    let names: Vec<&str> = page
        .split("\"/assets/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(names.len() >= 3, "{names:?}");
    for name in names {
        let answer = browser.get(&format!("/assets/{name}"));
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
    }
    assert_eq!(browser.get("/assets/page-000000000000.css").status, 404);
}

#[test]
fn what_strangers_wrote_is_text() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    api.made("/v1/platforms", &json!({ "id": "evil", "name": evil }));
    api.made("/v1/honeytokens", &json!({ "platform": "evil" }));
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let page = browser.seen("/");
    assert!(
        page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"),
        "{page}"
    );
    assert!(!page.contains("<img src=x"));
}
