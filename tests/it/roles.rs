//! Who may do what, as it is written at `honeytoken::Role`, and who may see what of whom.

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::cast::{self, CONTROL, LINE, SECOND_LINE, STRANGER};
use crate::harness::folder::Folder;
use crate::harness::server::Server;
use crate::harness::{http, sign, wait_for};

/// Who may, of admin, analyst, auditor, viewer.
const ANY: [bool; 4] = [true; 4];
const WORKS: [bool; 4] = [true, true, false, false];
const SEES: [bool; 4] = [true, true, true, false];
const AUDITS: [bool; 4] = [true, false, true, false];
const RULES: [bool; 4] = [true, false, false, false];

/// What can be read, and by whom.
const READS: [(&str, [bool; 4]); 39] = [
    ("/v1/lines", ANY),
    ("/v1/platforms", ANY),
    ("/v1/honeytokens", ANY),
    ("/v1/contacts", ANY),
    ("/v1/verdicts", ANY),
    ("/v1/verdicts/acme", ANY),
    ("/v1/campaigns", ANY),
    ("/v1/links", ANY),
    ("/v1/graph", ANY),
    ("/v1/studies", ANY),
    ("/log/checkpoint", ANY),
    ("/v1/alerts", ANY),
    ("/v1/alert-targets", SEES),
    ("/v1/connections", SEES),
    ("/v1/keys", AUDITS),
    ("/v1/custody", AUDITS),
    ("/v1/pool", ANY),
    ("/v1/policy", ANY),
    ("/v1/settings", ANY),
    ("/v1/platforms/acme/senders", ANY),
    ("/v1/power?lines=0&days=9&size=9", ANY),
    ("/v1/notes", SEES),
    ("/v1/findings", ANY),
    ("/v1/receipts/0", ANY),
    ("/v1/draw-seeds", AUDITS),
    ("/v1/connections/tw/account", WORKS),
    ("/v1/connections/tw/numbers", WORKS),
    ("/v1/connections/tw/numbers/available?country=US", WORKS),
    ("/v1/reconciliations", SEES),
    ("/v1/coverage", ANY),
    ("/v1/lines/+14155550132/coverage", SEES),
    ("/v1/attention", ANY),
    ("/v1/contacts/0/attachments/00", SEES),
    ("/v1/exports/verdicts", SEES),
    ("/v1/contacts/0/complaint?authority=ftc", SEES),
    ("/v1/platforms/acme/complaint?authority=dpa", SEES),
    ("/v1/league?preset=public", SEES),
    ("/v1/platforms/acme/report?preset=platform", SEES),
    ("/v1/platforms/acme/reply", ANY),
];

/// What can be done, and by whom. Most of it comes to nothing for whoever may.
const WRITES: [(&str, &str, &str, [bool; 4]); 37] = [
    (
        "POST",
        "/v1/platforms/acme/reply/notices",
        r#"{"how":""}"#,
        WORKS,
    ),
    ("POST", "/v1/platforms/acme/reply/answers", "{}", WORKS),
    ("POST", "/v1/platforms/acme/findings", "{}", RULES),
    (
        "POST",
        "/v1/findings/0/withdrawal",
        r#"{"reason":"x"}"#,
        RULES,
    ),
    (
        "PUT",
        "/v1/platforms/acme/reply/answers/0",
        r#"{"published":true}"#,
        WORKS,
    ),
    ("POST", "/v1/lines", r#"{"lines":[]}"#, WORKS),
    ("POST", "/v1/lines/draw-controls", r#"{"share":9}"#, WORKS),
    (
        "POST",
        "/v1/lines/+14155550100/soak",
        r#"{"soak_days":9}"#,
        WORKS,
    ),
    (
        "POST",
        "/v1/designs",
        r#"{"platforms":[],"lines":[]}"#,
        WORKS,
    ),
    ("POST", "/v1/notes", r#"{"text":""}"#, WORKS),
    ("PUT", "/v1/policy", "{}", RULES),
    ("PUT", "/v1/settings", "{}", RULES),
    ("POST", "/v1/draw-seeds", "", RULES),
    ("POST", "/v1/platforms", r#"{"name":"Beta"}"#, WORKS),
    ("PUT", "/v1/platforms/beta", r#"{"name":"Beta"}"#, WORKS),
    (
        "POST",
        "/v1/coverage",
        r#"{"number":"+14155550132","from":"1767225600","until":"1767312000"}"#,
        WORKS,
    ),
    ("POST", "/v1/honeytokens", r#"{"platform":"nobody"}"#, WORKS),
    (
        "POST",
        "/v1/honeytokens/x/requests",
        r#"{"kind":"opt_out"}"#,
        WORKS,
    ),
    ("DELETE", "/v1/honeytokens/x", "", WORKS),
    ("DELETE", "/v1/lines/+14155550100", "", WORKS),
    (
        "POST",
        "/v1/connections",
        r#"{"id":"x","provider":"pigeon"}"#,
        RULES,
    ),
    (
        "PUT",
        "/v1/connections/x",
        r#"{"provider":"pigeon"}"#,
        RULES,
    ),
    ("DELETE", "/v1/connections/x", "", RULES),
    (
        "POST",
        "/v1/alert-targets",
        r#"{"channel":"pigeon","id":"x"}"#,
        WORKS,
    ),
    (
        "PUT",
        "/v1/alert-targets/x",
        r#"{"channel":"pigeon"}"#,
        WORKS,
    ),
    ("DELETE", "/v1/alert-targets/x", "", WORKS),
    ("POST", "/v1/alert-targets/x/test", "", WORKS),
    ("POST", "/v1/alerts/0/replay", "", WORKS),
    (
        "POST",
        "/v1/connections/tw/numbers",
        r#"{"number":"+14155550147"}"#,
        RULES,
    ),
    (
        "DELETE",
        "/v1/connections/tw/numbers/+14155550147",
        "",
        RULES,
    ),
    (
        "POST",
        "/v1/connections/tw/numbers/point",
        r#"{"numbers":[]}"#,
        RULES,
    ),
    ("POST", "/v1/connections/tw/backfill", "{}", WORKS),
    ("POST", "/v1/keys", r#"{"role":"viewer"}"#, RULES),
    ("DELETE", "/v1/keys/x", "", RULES),
    ("POST", "/v1/studies", r#"{"id":"s","name":"S"}"#, RULES),
    ("POST", "/v1/erasures", r#"{"index":0,"reason":""}"#, RULES),
    ("POST", "/v1/backups", r#"{"to":"relative"}"#, RULES),
];

#[test]
fn every_role_may_what_is_written_and_no_more() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let admin = server.admin();
    cast::install(&admin);
    let keys =
        ["admin", "analyst", "auditor", "viewer"].map(|role| (role, admin.with_role(role).1));
    let reads = READS.map(|(path, who)| ("GET", path, "", who));
    for (method, path, body, who) in reads.into_iter().chain(WRITES) {
        for ((role, api), allowed) in keys.iter().zip(who) {
            let answer = api.ask(method, path, body.as_bytes());
            let refused = [401, 403].contains(&answer.status);
            assert_eq!(
                allowed,
                !refused,
                "{role}: {method} {path}: {}",
                answer.text()
            );
            if refused {
                assert_eq!(answer.problem(403)["code"], "forbidden");
            }
        }
        let stranger = server.stranger().ask(method, path, body.as_bytes());
        stranger.problem(401);
    }
}

/// All pages of a list as they are sent: cursors are part of what is shown.
fn pages(api: &Api, path: &str, limit: usize) -> Vec<String> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = api.get(&format!("/v1/{path}?limit={limit}{cursor}"));
        pages.push(answer.text().to_owned());
        match answer.json()["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", sign::form(next)),
            None => return pages,
        }
    }
}

#[test]
fn a_viewer_sees_no_numbers_senders_texts_or_personas() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let admin = server.admin();
    cast::install(&admin);
    let words = "for admins, analysts and auditors";
    for number in 0..3 {
        server.takes(&cast::sms(&format!("msg_{number}"), LINE, words));
    }
    let persona = admin.all("/v1/honeytokens", "", 10)[0]["persona"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, viewer) = admin.with_role("viewer");
    let (_, auditor) = admin.with_role("auditor");
    let private = [
        words,
        LINE,
        SECOND_LINE,
        CONTROL,
        STRANGER,
        "msg_1",
        &persona,
    ];
    for path in "lines platforms honeytokens contacts verdicts campaigns links".split(' ') {
        for page in [1, 100]
            .into_iter()
            .flat_map(|limit| pages(&viewer, path, limit))
        {
            let seen = private.iter().find(|word| page.contains(**word));
            assert_eq!(seen, None, "in {path}: {page}");
        }
    }
    let index = admin.contacts()[0]["index"].clone();
    let one = viewer.get(&format!("/v1/contacts/{index}"));
    assert!(private.iter().all(|word| !one.text().contains(word)));
    assert_eq!(
        auditor.seen(&format!("/v1/contacts/{index}"))["text"],
        words
    );
    // Nor may a viewer try numbers out.
    for path in ["/v1/contacts", "/v1/lines", "/v1/honeytokens"] {
        let tried = viewer.get(&format!("{path}?line=%2B14155550132"));
        assert_eq!(tried.status, 403, "{path}: {}", tried.text());
    }
    // A list is as long for a viewer as for others: counts are not closed.
    assert_eq!(viewer.contacts().len(), 3);
    assert_eq!(viewer.all("/v1/lines", "", 1).len(), 3);
}

#[test]
fn a_study_closes_its_platforms_to_others() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let admin = server.admin();
    cast::install(&admin);
    server.takes(&cast::sms("msg_1", LINE, "hello"));
    let (member, inside) = admin.with_role("analyst");
    let (_, outside) = admin.with_role("analyst");
    let study =
        json!({ "id": "case-1", "name": "Case", "platforms": ["acme"], "members": [member] });
    admin.made("/v1/studies", &study);
    let open = |api: &Api| {
        let count = |path: &str| api.all(path, "", 100).len();
        [
            "/v1/platforms",
            "/v1/honeytokens",
            "/v1/verdicts",
            "/v1/contacts",
            "/v1/studies",
        ]
        .map(count)
    };
    assert_eq!(open(&inside), [1; 5]);
    assert_eq!(open(&outside), [0; 5]);
    assert_eq!(open(&admin), [1; 5]);
    let index = admin.contacts()[0]["index"].clone();
    let token = admin.all("/v1/honeytokens", "", 10)[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        "/v1/verdicts/acme".to_owned(),
        format!("/v1/contacts/{index}"),
        format!("/v1/honeytokens/{token}"),
    ] {
        inside.seen(&path);
        outside.get(&path).problem(404);
    }
    outside.get("/v1/contacts?platform=acme").problem(404);
    outside
        .delete(&format!("/v1/honeytokens/{token}"))
        .problem(404);
    outside
        .post("/v1/honeytokens", &json!({ "platform": "acme" }))
        .problem(404);
    // Nor may they describe it anew, nor take its line.
    let anew = json!({ "name": "Another name" });
    outside.put("/v1/platforms/acme", &anew).problem(404);
    let known = &admin.all("/v1/platforms", "", 10)[0];
    assert_eq!(known["name"], "Acme Loans");
    let lines = outside.get("/v1/lines");
    assert!(!lines.text().contains("acme") && !lines.text().contains(&token));
    outside.delete(&format!("/v1/lines/{LINE}")).problem(404);
}

#[test]
fn a_revoked_key_opens_nothing() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let admin = server.admin();
    let (id, analyst) = admin.with_role("analyst");
    assert_eq!(analyst.get("/v1/lines").status, 200);
    assert_eq!(admin.delete(&format!("/v1/keys/{id}")).status, 204);
    analyst.get("/v1/lines").problem(401);
    admin.delete(&format!("/v1/keys/{id}")).problem(404);
    // The last admin cannot lock everybody out.
    let own = admin.all("/v1/keys", "", 10)[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    admin.delete(&format!("/v1/keys/{own}")).problem(409);
    assert_eq!(admin.get("/v1/lines").status, 200);
}

#[test]
fn guessing_keys_is_braked_and_good_keys_are_not() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let admin = server.admin();
    let wrong = format!("cnry_{}{}", "0".repeat(64), "60");
    let guesser = admin.under(&wrong);
    let mut refused = 0;
    let brake = wait_for("the brake", || {
        let answer = guesser.get("/v1/lines");
        match answer.status {
            429 => Some(answer),
            _ => {
                assert_eq!(answer.problem(401)["code"], "unauthorized");
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
                refused += 1;
                None
            }
        }
    });
    brake.problem(429);
    assert!(brake.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    assert!(refused >= 20, "{refused}");
    assert!(server.metric("canaryline_failed_keys_total") > refused);
    assert_eq!(admin.get("/v1/lines").status, 200);
    // Keys that are not even shaped as ours, and other schemes, are refused as well.
    for value in [
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer é",
        "bearer cnry_short",
    ] {
        let headers = [http::header("authorization", value)];
        let answer = http::ask(server.address, "GET", "/v1/lines", &headers, b"").unwrap();
        assert!(
            [401, 429].contains(&answer.status),
            "{value}: {}",
            answer.status
        );
    }
}
