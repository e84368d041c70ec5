//! What a platform's page does: labels, the right of reply, reports, bundles, complaints.

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::page::Browser;
use crate::harness::server::Server;
use crate::harness::{wait_for, world};

/// An installation with one message of a stranger's, and its entry.
fn installed(server: &Server) -> (Api, u64) {
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("m", cast::LINE, "Cheap loans, call now"));
    let index = api.seen("/v1/contacts?platform=acme")["items"][0]["index"].as_u64();
    (api, index.unwrap())
}

#[test]
fn a_label_stands_beside_the_cause_and_moves_no_verdict() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (api, index) = installed(&server);
    let before = api.seen("/v1/verdicts/acme");
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let to = format!("/contacts/{index}/notes");
    let written = browser.submit(
        &to,
        &[("label", "previous_owner"), ("text", "asks for Bob")],
    );
    assert_eq!(written.status, 303, "{}", written.text());
    let page = browser.seen(&format!("/contacts/{index}"));
    assert!(
        page.contains("asks for Bob") && page.contains("\u{270e} previous owner"),
        "{page}"
    );
    assert!(
        browser
            .seen("/platforms/acme")
            .contains("\u{270e} previous owner")
    );
    let contact = api.seen(&format!("/v1/contacts/{index}"));
    assert_eq!(contact["label"], "previous_owner");
    assert_ne!(contact["cause"], "previous_owner");
    let after = api.seen("/v1/verdicts/acme");
    for part in ["class", "probability", "e_value", "contacts", "evidence"] {
        assert_eq!(before[part], after[part], "{part}");
    }
    for (label, at) in [("guilty", index), ("leak", 1)] {
        let refused = browser.submit(&format!("/contacts/{at}/notes"), &[("label", label)]);
        assert_eq!(refused.status, 400, "{label} of {at}");
    }
}

#[test]
fn a_platform_is_told_answers_and_is_published() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (api, _) = installed(&server);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    assert!(
        browser
            .seen("/platforms/acme")
            .contains("It was not told yet")
    );
    let told = browser.submit(
        "/platforms/acme/reply/notices",
        &[("how", "registered letter"), ("days", "21")],
    );
    assert_eq!(told.status, 303, "{}", told.text());
    assert!(
        browser
            .seen("/platforms/acme")
            .contains("It was told and has until")
    );
    let sha256 = "a".repeat(64);
    let files = format!("{sha256} 12 our answer.pdf");
    let answered = browser.submit(
        "/platforms/acme/reply/answers",
        &[
            ("text", "It was <b>not</b> us."),
            ("from", "Acme"),
            ("files", &files),
        ],
    );
    assert_eq!(answered.status, 303, "{}", answered.text());
    let page = browser.seen("/platforms/acme");
    assert!(
        page.contains("It was &lt;b&gt;not&lt;/b&gt; us.") && page.contains("our answer.pdf"),
        "{page}"
    );
    let reply = api.seen("/v1/platforms/acme/reply");
    assert_eq!(reply["standing"]["published"], Value::Bool(false));
    let index = reply["answers"][0]["index"].as_u64().unwrap();
    let to = format!("/platforms/acme/reply/answers/{index}");
    assert_eq!(browser.submit(&to, &[("published", "true")]).status, 303);
    assert!(
        browser
            .seen("/platforms/acme")
            .contains("the answer stands in reports")
    );
    let bad: [(&str, &[(&str, &str)]); 4] = [
        ("notices", &[("how", "x"), ("days", "0")]),
        (
            "notices",
            &[("how", "x"), ("days", "9"), ("on", "yesterday")],
        ),
        ("answers", &[("text", " ")]),
        ("answers", &[("text", "x"), ("files", "only a name.pdf")]),
    ];
    for (what, fields) in bad {
        let status = browser
            .submit(&format!("/platforms/acme/reply/{what}"), fields)
            .status;
        assert!((400..500).contains(&status), "{what} {fields:?}: {status}");
    }
}

#[test]
fn who_was_not_told_is_accused_in_public_with_a_reason_alone() {
    let folder = Folder::new();
    let (data, accused) = world::imported(&folder, 1);
    let server = Server::start(&data);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let page = browser.seen(&format!("/platforms/{accused}"));
    assert!(page.contains("name=\"without_reply\""), "{page}");
    let take = format!("/platforms/{accused}/take");
    let order = ("order", "report.public.en.html");
    assert_eq!(
        browser
            .submit(&take, &[order, ("without_reply", " ")])
            .status,
        409
    );
    let reason = "Decoys are called right now.";
    let made = browser.submit(&take, &[order, ("without_reply", reason)]);
    assert_eq!(made.status, 200, "{}", made.text());
    assert!(made.text().contains(reason), "{}", made.text());
    let told = [("how", "a letter"), ("days", "14")];
    browser.seen(&format!("/platforms/{accused}"));
    browser.submit(&format!("/platforms/{accused}/reply/notices"), &told);
    let page = browser.seen(&format!("/platforms/{accused}"));
    assert!(!page.contains("name=\"without_reply\""));
}

#[test]
fn of_senders_what_is_shown_is_noted_as_read_and_nothing_else() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    // The first twenty call once, the last thrice.
    for at in 0..23 {
        let from = format!("+141555501{:02}", 10 + at.min(20));
        let data = json!({ "to": cast::LINE, "from": from, "text": format!("hello {at}") });
        let payload =
            json!({ "type": "sms.received", "timestamp": "2026-11-20T08:00:00Z", "data": data });
        server.takes(&cast::pbx(&format!("m{at}"), &payload));
    }
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let page = browser.seen("/platforms/acme");
    assert!(
        page.contains("21 in its newest 23 contacts, the most frequent first"),
        "{page}"
    );
    let noted = wait_for("the read in the custody log", || {
        let custody = api.all("/v1/custody", "", 1000);
        let mut read = custody.iter().filter(|c| c["kind"] == "personal_data_read");
        let read = read.find(|c| c["detail"].to_string().contains("senders"));
        read.map(|c| c["detail"].to_string())
    });
    // Fourteen who called once, and one who did thrice.
    assert!(noted.contains("17"), "{noted}");
}

#[test]
fn one_click_makes_a_report_a_bundle_or_a_complaint() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    installed(&server);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    browser.seen("/platforms/acme");
    let orders: [(&str, &str, &[u8]); 6] = [
        ("report.regulator.zh.html", "text/html", b"<!DOCTYPE html>"),
        ("report.platform.en.pdf", "application/pdf", b"%PDF-"),
        ("report.public.zh.pdf", "application/pdf", b"%PDF-"),
        ("bundle.regulator", "application/zip", b"PK"),
        ("bundle.public", "application/zip", b"PK"),
        ("complaint.12321", "text/html", b"<!DOCTYPE html>"),
    ];
    for (order, media, begins) in orders {
        let answer = browser.submit("/platforms/acme/take", &[("order", order)]);
        assert_eq!(answer.status, 200, "{order}: {}", answer.text());
        assert!(
            answer.header("content-type").unwrap().starts_with(media),
            "{order}"
        );
        assert!(
            answer
                .header("content-disposition")
                .unwrap()
                .starts_with("attachment"),
            "{order}"
        );
        let head = answer.body[..begins.len()].to_ascii_lowercase();
        assert_eq!(head, begins.to_ascii_lowercase(), "{order}");
    }
    for order in [
        "report.regulator.fr.html",
        "report.all.en.pdf",
        "bundle.all",
        "complaint.fbi",
        "all",
    ] {
        let status = browser
            .submit("/platforms/acme/take", &[("order", order)])
            .status;
        assert_eq!(status, 400, "{order}");
    }
}
