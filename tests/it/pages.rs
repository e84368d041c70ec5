//! The pages, as a browser without scripts sees them: who comes in, who may do what, what a form must
//! carry.

use serde_json::json;

use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::http::{self, header};
use crate::harness::page::Browser;
use crate::harness::server::Server;

/// Who may, of admin, analyst, auditor, viewer.
const ANY: [bool; 4] = [true; 4];
const WORKS: [bool; 4] = [true, true, false, false];
const SEES: [bool; 4] = [true, true, true, false];
const RULES: [bool; 4] = [true, false, false, false];

/// Pages, and who may see them.
const PAGES: [(&str, [bool; 4]); 17] = [
    ("/", ANY),
    ("/start", ANY),
    ("/platforms", ANY),
    ("/platforms/acme", ANY),
    ("/honeytokens", ANY),
    ("/honeytokens/new", WORKS),
    ("/honeytokens/bulk", WORKS),
    ("/contacts", ANY),
    ("/lines", ANY),
    ("/lines/+14155550132", SEES),
    ("/lines/new", WORKS),
    ("/connections", SEES),
    ("/connections/new", RULES),
    ("/connections/pbx", SEES),
    ("/settings", ANY),
    ("/settings/alerts/new?channel=slack", WORKS),
    ("/power", ANY),
];

/// Forms, what they send, and who may send them.
const FORMS: [(&str, &[(&str, &str)], [bool; 4]); 13] = [
    ("/platforms", &[("name", "Beta")], WORKS),
    ("/platforms/acme/notes", &[("text", "seen")], WORKS),
    ("/platforms/acme/bundle", &[("preset", "public")], SEES),
    ("/honeytokens", &[("platform", "Beta")], WORKS),
    ("/honeytokens/bulk", &[("rows", "Beta")], WORKS),
    (
        "/lines",
        &[("numbers", "+14155550139"), ("connection", "pbx")],
        WORKS,
    ),
    ("/lines/+14155550139/retire", &[], WORKS),
    ("/connections/nobody/retire", &[], RULES),
    ("/settings/keys", &[("role", "viewer")], RULES),
    ("/settings/keys/nobody/revoke", &[], RULES),
    ("/settings/alerts", &[("channel", "slack")], WORKS),
    ("/settings/alerts/nobody/test", &[], WORKS),
    (
        "/settings/reading",
        &[("lang", "en"), ("zone", "Asia/Shanghai")],
        ANY,
    ),
];

#[test]
fn roles_hold_on_every_page_and_form() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    for (who, role) in ["admin", "analyst", "auditor", "viewer"]
        .into_iter()
        .enumerate()
    {
        let key = api.made("/v1/keys", &json!({ "role": role }))["key"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut browser = Browser::signed_in(&server, &key);
        for (page, allowed) in PAGES {
            let status = browser.get(page).status;
            assert_eq!(
                status,
                if allowed[who] { 200 } else { 403 },
                "{role} {page}"
            );
        }
        browser.seen("/");
        for (form, fields, allowed) in FORMS {
            let status = browser.submit(form, fields).status;
            assert_eq!(status != 403, allowed[who], "{role} {form}: {status}");
        }
    }
}

#[test]
fn a_viewer_is_shown_no_number_text_or_name() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("m", cast::LINE, "your code is 482913"));
    let token = &api.seen("/v1/honeytokens")["items"][0];
    let (id, name) = (
        token["id"].as_str().unwrap(),
        token["persona"]["name"].as_str().unwrap(),
    );
    let key = api.made("/v1/keys", &json!({ "role": "viewer" }))["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut browser = Browser::signed_in(&server, &key);
    let inbox = format!("/honeytokens/{id}");
    let open = PAGES
        .iter()
        .filter(|(_, allowed)| allowed[3])
        .map(|(page, _)| *page);
    for page in open.chain([inbox.as_str()]) {
        let seen = browser.seen(page);
        for secret in [
            cast::LINE,
            cast::SECOND_LINE,
            cast::STRANGER,
            "482913",
            name,
        ] {
            assert!(!seen.contains(secret), "{page} shows {secret}");
        }
    }
}

#[test]
fn bad_input_is_said_where_it_was_typed() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    cast::install(&server.admin());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let cases: [(&str, &[(&str, &str)], u16, &str); 7] = [
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
fn a_stranger_is_led_to_the_door_and_then_on() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::new(&server);
    for (page, _) in PAGES {
        let answer = browser.get(page);
        assert_eq!(answer.status, 303, "{page}");
        assert!(
            answer
                .header("location")
                .unwrap()
                .starts_with("/sign-in?to=%2F"),
            "{page}"
        );
    }
    let door = browser.seen("/sign-in?to=%2F%3Fcursor%3D0");
    assert!(door.contains("value=\"/?cursor=0\""), "{door}");
    let answer = browser.submit(
        "/sign-in",
        &[("key", &server.admin_key()), ("to", "/?cursor=0")],
    );
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/?cursor=0"))
    );
    assert!(browser.seen("/").contains("Overview"));
}

#[test]
fn a_session_is_kept_from_scripts_other_sites_and_the_clear() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let key = server.admin_key();
    let cookie = |browser: &mut Browser| {
        let answer = browser.submit("/sign-in", &[("key", &key)]);
        answer.header("set-cookie").unwrap().to_owned()
    };
    let plain = cookie(&mut Browser::new(&server));
    assert!(
        plain.starts_with("canaryline=") && !plain.contains("Secure"),
        "{plain}"
    );
    let mut over_tls = Browser::new(&server);
    over_tls.headers.push(header("x-forwarded-proto", "https"));
    let held = cookie(&mut over_tls);
    assert!(
        held.starts_with("__Host-canaryline=") && held.contains("; Secure"),
        "{held}"
    );
    for held in [&plain, &held] {
        assert!(
            held.contains("; HttpOnly; SameSite=Strict") && held.contains("Path=/;"),
            "{held}"
        );
    }
    assert!(
        over_tls
            .get("/")
            .header("strict-transport-security")
            .is_some()
    );
    // What was sent in the clear once is not taken over TLS.
    let id = plain.split([';', '=']).nth(1).unwrap().to_owned();
    over_tls.cookies = [("canaryline".to_owned(), id)].into();
    assert_eq!(over_tls.get("/").status, 303);
}

#[test]
fn a_session_opens_no_door_of_the_api() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let browser = Browser::signed_in(&server, &server.admin_key());
    let session = format!("canaryline={}", browser.cookies["canaryline"]);
    let answer = http::ask(
        server.address,
        "GET",
        "/v1/lines",
        &[header("cookie", session)],
        b"",
    );
    answer.unwrap().problem(401);
}

#[test]
fn a_form_of_somebody_else_does_nothing() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let other = Browser::signed_in(&server, &server.admin_key());
    let _ = other;
    let foreign = [
        browser.send("/sign-out", &[], &[]),
        browser.send("/sign-out", &[("csrf", "0".repeat(64).as_str())], &[]),
    ];
    let page = browser.seen("/");
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap();
    let from = |name: &str, value: &str| vec![header("host", "localhost"), header(name, value)];
    let sites = [
        from("sec-fetch-site", "cross-site"),
        from("origin", "https://evil.example"),
    ];
    let cross = sites.map(|headers| browser.send("/sign-out", &[("csrf", csrf)], &headers));
    for answer in foreign.iter().chain(&cross) {
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert!(answer.text().contains("foreign_form"));
    }
    assert_eq!(browser.get("/").status, 200);
    let out = browser.submit("/sign-out", &[]);
    assert_eq!(
        (out.status, out.header("location")),
        (303, Some("/sign-in"))
    );
    assert_eq!(browser.get("/").status, 303);
}

#[test]
fn who_signed_out_is_out_even_with_the_cookie() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let held = browser.cookies.clone();
    assert_eq!(browser.submit("/sign-out", &[]).status, 303);
    browser.cookies = held;
    assert_eq!(browser.get("/").status, 303);
}

#[test]
fn a_revoked_key_ends_its_sessions() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let made = api.made("/v1/keys", &json!({ "role": "analyst" }));
    let mut browser = Browser::signed_in(&server, made["key"].as_str().unwrap());
    assert_eq!(browser.get("/").status, 200);
    api.delete(&format!("/v1/keys/{}", made["id"].as_str().unwrap()));
    assert_eq!(browser.get("/").status, 303);
}

#[test]
fn the_printed_link_is_good_once() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let link = server.link();
    let target = link.strip_prefix(&server.url()).unwrap();
    let token = target.strip_prefix("/sign-in?once=").unwrap();
    // Whatever only looks at links does not use it up.
    for _ in 0..2 {
        assert!(Browser::new(&server).seen(target).contains(token));
    }
    let mut first = Browser::new(&server);
    assert_eq!(first.submit("/sign-in", &[("once", token)]).status, 303);
    assert!(first.seen("/").contains("Admin"));
    let again = Browser::new(&server).submit("/sign-in", &[("once", token)]);
    assert_eq!(again.status, 401);
    assert!(again.text().contains("used already"), "{}", again.text());
}

#[test]
fn who_guesses_keys_is_told_to_wait() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::new(&server);
    let wrong = format!("cnry_{}", "0".repeat(66));
    let tries: Vec<u16> = (0..22)
        .map(|_| browser.submit("/sign-in", &[("key", &wrong)]).status)
        .collect();
    assert_eq!((tries[0], tries[21]), (401, 429));
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
