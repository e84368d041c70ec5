//! What is set on the page: rules of judgement and how the installation is run, with a reason.

use serde_json::{Value, json};

use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::page::Browser;
use crate::harness::server::{Launch, Server};

use super::lists::paged;

#[test]
fn rules_are_set_with_a_reason_on_the_record() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    browser.seen("/settings");
    let rules = [
        ("alpha", "0.01"),
        ("prior", "0.1"),
        ("soak_days", "30"),
        ("dirty_contacts", "3"),
        ("dirty_action", "mark"),
    ];
    let unreasoned = browser.submit(
        "/settings/rules",
        &[&rules[..], &[("reason", " ")]].concat(),
    );
    assert_eq!(unreasoned.status, 400);
    let set = browser.submit(
        "/settings/rules",
        &[&rules[..], &[("reason", "a court asked for it")]].concat(),
    );
    assert_eq!(set.status, 303, "{}", set.text());
    let api = server.admin();
    let policy = api.seen("/v1/policy");
    assert_eq!(
        (policy["alpha"].as_f64(), policy["soak_days"].as_u64()),
        (Some(0.01), Some(30))
    );
    assert_eq!(
        policy["dirty_lines"],
        json!({ "contacts_max": 3, "action": "mark" })
    );
    let custody = api.seen("/v1/custody?limit=5").to_string();
    assert!(custody.contains("a court asked for it"), "{custody}");
    for (name, value) in [
        ("alpha", "0.7"),
        ("prior", "1"),
        ("soak_days", "999"),
        ("dirty_contacts", "some"),
    ] {
        let with: Vec<_> = rules
            .iter()
            .map(|(field, old)| (*field, if *field == name { value } else { *old }))
            .chain([("reason", "x")])
            .collect();
        assert_eq!(
            browser.submit("/settings/rules", &with).status,
            400,
            "{name}"
        );
    }
}

#[test]
fn what_is_set_here_goes_before_the_settings_file() {
    let folder = Folder::new();
    let config = "[report]\nbrand = \"File House\"\n[retention]\npersonas_days = 9\n";
    let data = folder.data();
    let server = Launch::on(&data).config(config).start();
    let api = server.admin();
    cast::install(&api);
    assert_eq!(api.seen("/v1/settings")["brand"], "File House");
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    assert!(browser.seen("/settings").contains("File House"));
    let wish = [
        ("brand", "Institute <b>of</b> Numbers"),
        ("time_zone", "Asia/Shanghai"),
        ("fetch", "false"),
        ("countries", "us always\nDE never"),
        ("contact_text_days", "365"),
        ("reason", "as the board decided"),
    ];
    let set = browser.submit("/settings/running", &wish);
    assert_eq!(set.status, 303, "{}", set.text());
    let now = api.seen("/v1/settings");
    assert_eq!(now["retention"], json!({ "contact_text_days": 365 }));
    assert_eq!(
        now["recordings"],
        json!({ "fetch": false, "countries": { "US": true, "DE": false } })
    );
    assert_eq!(now["set"].as_array().map(Vec::len), Some(4));
    let page = browser.seen("/settings");
    assert!(
        page.contains("Institute &lt;b&gt;of&lt;/b&gt; Numbers"),
        "{page}"
    );
    assert!(page.contains("Asia/Shanghai") && page.contains("as the board decided"));
    let report = browser.submit(
        "/platforms/acme/take",
        &[("order", "report.platform.en.html")],
    );
    assert!(
        report
            .text()
            .contains("Institute &lt;b&gt;of&lt;/b&gt; Numbers")
    );
    let bad: [(&str, &str); 5] = [
        ("time_zone", "Mars/Olympus"),
        ("countries", "USA always"),
        ("countries", "US perhaps"),
        ("contact_text_days", "0"),
        ("reason", ""),
    ];
    for (name, value) in bad {
        let with: Vec<_> = wish
            .iter()
            .map(|(field, old)| (*field, if *field == name { value } else { *old }))
            .collect();
        assert_eq!(
            browser.submit("/settings/running", &with).status,
            400,
            "{name} {value}"
        );
    }
    let back = browser.submit("/settings/running/file", &[("reason", "moved to the file")]);
    assert_eq!(back.status, 303);
    let now = api.seen("/v1/settings");
    assert_eq!(
        (&now["brand"], &now["set"]),
        (&json!("File House"), &Value::Array(vec![]))
    );
}

#[test]
fn keys_and_connections_go_on_page_by_page() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    for at in 0..60 {
        api.made(
            "/v1/keys",
            &json!({ "role": "viewer", "name": format!("n{at}") }),
        );
        let connection = json!({ "id": format!("pbx-{at:02}"), "provider": "standard_webhooks", "secrets": { "whsec": cast::WHSEC } });
        api.made("/v1/connections", &connection);
    }
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let revoked = |page: &str| page.matches("/revoke\"").count();
    let (keys, pages) = paged(&mut browser, "/settings", "keys", revoked);
    assert_eq!((keys, pages), (api.all("/v1/keys", "", 100).len(), 2));
    let connections = |page: &str| page.matches("href=\"/connections/pbx-").count();
    assert_eq!(
        paged(&mut browser, "/connections", "cursor", connections),
        (60, 2)
    );
    assert!(browser.seen("/connections/pbx-59").contains("pbx-59"));
}
