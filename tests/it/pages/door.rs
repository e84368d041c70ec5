//! Who comes in, how long they stay, and what a form must carry.

use serde_json::json;

use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::http::{self, header};
use crate::harness::page::Browser;
use crate::harness::server::Server;

use super::who::{FORMS, PAGES};

#[test]
fn a_stranger_is_led_to_the_door_and_then_on() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::new(&server);
    for page in PAGES.map(|(page, _)| page).into_iter().chain(["/stream"]) {
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
fn every_form_must_carry_the_token_of_its_own_session() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    cast::install(&server.admin());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let before = server.admin().seen("/v1/custody?limit=1");
    let wrong = "0".repeat(64);
    for (form, fields, _) in FORMS {
        let with = [&[("csrf", wrong.as_str())], fields].concat();
        for fields in [fields, with.as_slice()] {
            let answer = browser.send(form, fields, &[]);
            assert_eq!(answer.status, 403, "{form}: {}", answer.text());
            assert!(answer.text().contains("foreign_form"), "{form}");
        }
    }
    let after = server.admin().seen("/v1/custody?limit=1");
    assert_eq!(before["items"], after["items"], "something was done");
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
