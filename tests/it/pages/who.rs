//! Who may see which page and send which form.

use serde_json::json;

use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::page::Browser;
use crate::harness::server::Server;
use crate::harness::world;

use super::Fields;

/// Who may, of admin, analyst, auditor, viewer.
const ANY: [bool; 4] = [true; 4];
const WORKS: [bool; 4] = [true, true, false, false];
const SEES: [bool; 4] = [true, true, true, false];
const RULES: [bool; 4] = [true, false, false, false];

/// Pages, and who may see them.
pub(super) const PAGES: [(&str, [bool; 4]); 28] = [
    ("/", ANY),
    ("/start", ANY),
    ("/platforms", ANY),
    ("/platforms/acme", ANY),
    ("/honeytokens", ANY),
    ("/honeytokens/new", WORKS),
    ("/honeytokens/bulk", WORKS),
    ("/contacts", ANY),
    ("/attention", ANY),
    ("/lines", ANY),
    ("/lines/+14155550132", SEES),
    ("/lines/new", WORKS),
    ("/connections", SEES),
    ("/connections/new", RULES),
    ("/connections/pbx", SEES),
    ("/settings", ANY),
    ("/settings/alerts/new?channel=slack", WORKS),
    ("/power", ANY),
    ("/campaigns", ANY),
    ("/campaigns?which=all", ANY),
    ("/graph", ANY),
    ("/evidence", ANY),
    ("/evidence/checkpoint", ANY),
    ("/evidence/receipts/0", ANY),
    ("/contacts/CONTACT", ANY),
    ("/campaigns/CAMPAIGN", ANY),
    ("/honeytokens/TOKEN", ANY),
    ("/honeytokens/issued.csv?ids=TOKEN", SEES),
];

/// Forms, what they send, and who may send them.
pub(super) const FORMS: [(&str, Fields, [bool; 4]); 32] = [
    ("/platforms", &[("name", "Beta")], WORKS),
    ("/platforms/acme/notes", &[("text", "seen")], WORKS),
    ("/platforms/acme/publish", &[("unheard", "x")], RULES),
    ("/findings/0/withdraw", &[("reason", "x")], RULES),
    ("/platforms/acme/take", &[("order", "bundle.public")], SEES),
    (
        "/platforms/acme/take",
        &[("order", "report.public.en.html")],
        SEES,
    ),
    ("/platforms/acme/take", &[("order", "complaint.dpa")], SEES),
    (
        "/platforms/acme/reply/notices",
        &[("how", "a letter"), ("days", "14")],
        WORKS,
    ),
    ("/platforms/acme/reply/answers", &[("text", "no")], WORKS),
    ("/contacts/0/notes", &[("text", "seen")], WORKS),
    ("/contacts/0/complaint", &[("authority", "ftc")], SEES),
    (
        "/settings/rules",
        &[
            ("alpha", "0.05"),
            ("prior", "0.2"),
            ("soak_days", "0"),
            ("dirty_action", "mark"),
            ("reason", "so"),
        ],
        RULES,
    ),
    (
        "/settings/running",
        &[("time_zone", "UTC"), ("reason", "so")],
        RULES,
    ),
    ("/honeytokens", &[("platform", "Beta")], WORKS),
    ("/honeytokens/bulk", &[("rows", "Beta")], WORKS),
    (
        "/lines",
        &[("numbers", "+14155550139"), ("connection", "pbx")],
        WORKS,
    ),
    (
        "/lines/+14155550139/alive",
        &[("from", "2026-11-01"), ("until", "2026-11-02")],
        WORKS,
    ),
    ("/lines/+14155550139/soak", &[("days", "30")], WORKS),
    ("/lines/draw-controls", &[], WORKS),
    ("/settings/running/file", &[("reason", "so")], RULES),
    ("/lines/+14155550139/retire", &[], WORKS),
    ("/connections/nobody/retire", &[], RULES),
    ("/settings/keys", &[("role", "viewer")], RULES),
    ("/settings/keys/nobody/revoke", &[], RULES),
    ("/settings/alerts", &[("channel", "slack")], WORKS),
    ("/settings/alerts/nobody/test", &[], WORKS),
    (
        "/platforms/acme/reply/answers/0",
        &[("published", "true")],
        WORKS,
    ),
    ("/settings/alerts/nobody/remove", &[], WORKS),
    ("/connections", &[("provider", "twilio"), ("id", "")], RULES),
    ("/honeytokens/TOKEN/requests", &[("kind", "opt_out")], WORKS),
    ("/honeytokens/TOKEN/end", &[], WORKS),
    (
        "/settings/reading",
        &[("lang", "en"), ("zone", "Asia/Shanghai")],
        ANY,
    ),
];

/// What stands for it in the tables' paths, and an entry, a campaign and a token that are there.
struct There([(&'static str, String); 3]);

impl There {
    /// An installation in which there is one of each.
    fn installed(server: &Server) -> There {
        let api = server.admin();
        cast::install(&api);
        server.takes(&cast::sms("m1", cast::LINE, "Cheap loans!"));
        let first = |list: &str, name: &str| {
            let item = &api.seen(list)["items"][0][name];
            item.as_str().map_or(item.to_string(), str::to_owned)
        };
        There([
            ("CONTACT", first("/v1/contacts?platform=acme", "index")),
            ("CAMPAIGN", first("/v1/campaigns", "campaign")),
            ("TOKEN", first("/v1/honeytokens", "id")),
        ])
    }

    fn path(&self, path: &str) -> String {
        let path = path.to_owned();
        let named = self.0.iter();
        named.fold(path, |path, (name, id)| path.replace(name, id))
    }
}

#[test]
fn roles_hold_on_every_page_and_form() {
    let folder = Folder::new();
    // Whose campaigns are of days that are over: today's are not told apart yet.
    let server = Server::start(&world::imported(&folder, 1).0);
    let there = There::installed(&server);
    let api = server.admin();
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
            let page = there.path(page);
            let status = browser.get(&page).status;
            assert_eq!(
                status,
                if allowed[who] { 200 } else { 403 },
                "{role} {page}"
            );
        }
        browser.seen("/");
        for (form, fields, allowed) in FORMS {
            let status = browser.submit(&there.path(form), fields).status;
            assert_eq!(status != 403, allowed[who], "{role} {form}: {status}");
        }
    }
}

#[test]
fn a_viewer_is_shown_no_number_text_or_name() {
    let folder = Folder::new();
    // Whose campaigns are of days that are over: today's are not told apart yet.
    let server = Server::start(&world::imported(&folder, 1).0);
    let there = There::installed(&server);
    let api = server.admin();
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
        let seen = browser.seen(&there.path(page));
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
