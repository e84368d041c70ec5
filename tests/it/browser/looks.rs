//! Every page in both languages: nobody is shut out (axe-core, WCAG 2.2 AA), nothing is too wide or too
//! heavy, and a picture for people to look at.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::cast;
use crate::harness::driver::Window;
use crate::harness::folder::Folder;
use crate::harness::server::Server;

use super::signed_in_with;

/// Where tests/run puts axe-core.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe/axe.min.js");
/// Where pictures go.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/pictures");
/// A page's own bytes, at most.
const PAGE_BYTES_MAX: u64 = 150_000;

/// Pages, by what their pictures are called.
pub(super) const PAGES: [(&str, &str); 19] = [
    ("overview", "/"),
    ("start", "/start"),
    ("attention", "/attention"),
    ("connections", "/connections"),
    ("providers", "/connections/new"),
    ("connect", "/connections/new?provider=twilio"),
    ("connection", "/connections/pbx"),
    ("lines", "/lines"),
    ("line", "/lines/+14155550132"),
    ("add-lines", "/lines/new"),
    ("contacts", "/contacts"),
    ("honeytokens", "/honeytokens"),
    ("settings", "/settings"),
    ("alerts", "/settings/alerts/new?channel=email"),
    ("power", "/power?lines=3&days=30&size=5"),
    ("issue", "/honeytokens/new"),
    ("bulk", "/honeytokens/bulk"),
    ("platforms", "/platforms"),
    ("platform", "/platforms/acme"),
];

/// Language, width, dark.
pub(super) const LOOKS: [(&str, u32, bool); 4] = [
    ("en", 1280, false),
    ("zh-CN", 1280, true),
    ("zh-CN", 390, false),
    ("en", 390, true),
];

#[test]
fn every_page_is_open_to_everybody_in_both_languages() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    for at in 0..5 {
        server.takes(&cast::sms(
            &format!("m{at}"),
            cast::LINE,
            "【Acme】您的验证码是 482913。",
        ));
        server.takes(&cast::sms(
            &format!("n{at}"),
            cast::CONTROL,
            "Cheap loans! Call +14155550188 now",
        ));
    }
    let acme = api.seen("/v1/honeytokens?platform=acme");
    let inbox = format!("/honeytokens/{}", acme["items"][0]["id"].as_str().unwrap());
    let contact = api.seen("/v1/contacts?platform=acme")["items"][0]["index"].as_u64();
    let contact = contact.unwrap();
    api.made(
        "/v1/notes",
        &json!({ "entry": contact, "text": "asks for Bob", "label": "previous_owner" }),
    );
    api.made(
        "/v1/platforms/acme/reply/notices",
        &json!({ "how": "a letter" }),
    );
    api.made(
        "/v1/platforms/acme/reply/answers",
        &json!({ "text": "It was not us.", "from": "Acme" }),
    );
    let contact = format!("/contacts/{contact}");
    let pages: Vec<(&str, &str)> = PAGES
        .into_iter()
        .chain([("inbox", inbox.as_str()), ("contact", contact.as_str())])
        .collect();
    let mut shut_out = Vec::new();
    for (lang, width, dark) in LOOKS {
        let Some(window) = signed_in_with(&server, &server.admin_key(), lang, width, dark) else {
            return;
        };
        for (name, page) in &pages {
            window.go(&format!("{}{page}", server.url()));
            shut_out.extend(look(&window, name, (lang, width, dark)));
        }
    }
    assert!(shut_out.is_empty(), "{}", shut_out.join("\n"));
}

#[test]
fn what_forms_answer_and_an_empty_house_are_open_to_everybody() {
    let mut shut_out = Vec::new();
    for of in LOOKS {
        let folder = Folder::new();
        let server = Server::start(&folder.data());
        let key = server.admin_key();
        let Some(window) = signed_in_with(&server, &key, of.0, of.1, of.2) else {
            return;
        };
        shut_out.extend(look(&window, "empty", of));
        cast::install(&server.admin());
        window.go(&format!("{}/honeytokens/bulk", server.url()));
        window.fill("#rows", "Beta,GB,en\nGamma,FR,fr");
        window.click("main form button[type=submit]");
        window.shows("main", "Gamma");
        shut_out.extend(look(&window, "bulk-result", of));
        window.go(&format!("{}/settings", server.url()));
        window.click("form[action='/settings/keys'] button[type=submit]");
        window.shows(".address", "cnry_");
        shut_out.extend(look(&window, "new-key", of));
    }
    assert!(shut_out.is_empty(), "{}", shut_out.join("\n"));
}

/// Keeps a picture of the page that the window is at; what is wrong with the page.
#[track_caller]
pub(super) fn look(
    window: &Window,
    name: &str,
    (lang, width, dark): (&str, u32, bool),
) -> Option<String> {
    let what = format!("{name} {lang} {width}");
    // What is folded is looked at too.
    window.run("for (const d of document.querySelectorAll('details')) d.open = true");
    assert_eq!(
        window.run("return document.documentElement.lang"),
        lang,
        "{what}"
    );
    keep(
        window,
        &format!("{name}-{lang}-{width}{}", if dark { "-dark" } else { "" }),
    );
    must_fit(window, &what);
    violations(window).map(|found| format!("{what}: {found:#}"))
}

fn keep(window: &Window, name: &str) {
    std::fs::create_dir_all(PICTURES).unwrap();
    std::fs::write(
        Path::new(PICTURES).join(format!("{name}.png")),
        window.picture(),
    )
    .unwrap();
}

/// Nothing sticks out sideways, and the page is light.
#[track_caller]
fn must_fit(window: &Window, what: &str) {
    let seen = window.run(
        "return [document.documentElement.scrollWidth - window.innerWidth, new TextEncoder().encode(document.documentElement.outerHTML).length]",
    );
    assert!(
        seen[0].as_i64().unwrap() <= 0,
        "{what} is too wide by {}",
        seen[0]
    );
    assert!(
        seen[1].as_u64().unwrap() < PAGE_BYTES_MAX,
        "{what}: {}",
        seen[1]
    );
}

/// What axe-core finds; none where it finds nothing, or is not here.
fn violations(window: &Window) -> Option<Value> {
    let Ok(axe) = std::fs::read_to_string(AXE) else {
        eprintln!("passed over: no axe-core here; tests/run fetches it");
        return None;
    };
    window.run(&axe);
    let found = window.run_to_end(
        "const done = arguments[arguments.length - 1]; \
         axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }) \
           .then((r) => done(r.violations.map((v) => [v.id, v.nodes.map((n) => n.target + ': ' + n.failureSummary)])), (e) => done([String(e)]))",
    );
    (found != Value::Array(vec![])).then_some(found)
}
