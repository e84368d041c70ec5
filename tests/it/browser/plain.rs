//! Without scripts everything can be read, and forms can be sent.

use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::server::Launch;

use super::looks::PAGES;
use super::signed_in_with;

#[test]
fn without_scripts_everything_can_be_read() {
    let folder = Folder::new();
    let server = Launch::on(&folder.data())
        .config("[public]\nenabled = true\n")
        .start();
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms(
        "m",
        cast::LINE,
        "Cheap loans! Call +14155550188 now",
    ));
    let Some(window) = signed_in_with(&server, &server.admin_key(), "en", 1280, false) else {
        return;
    };
    window.without_scripts();
    let (token, contact) = (
        api.seen("/v1/honeytokens?platform=acme")["items"][0]["id"].clone(),
        api.seen("/v1/contacts?platform=acme")["items"][0]["index"].clone(),
    );
    let inbox = format!("/honeytokens/{}", token.as_str().unwrap());
    let contact = format!("/contacts/{contact}");
    let more = [
        ("campaigns", "/campaigns?which=all"),
        ("graph", "/graph"),
        ("evidence", "/evidence"),
        ("public", "/public"),
        ("inbox", &inbox),
        ("contact", &contact),
    ];
    for (name, page) in PAGES.into_iter().chain(more) {
        window.go(&format!("{}{page}", server.url()));
        let seen = window.run(
            "return [document.querySelector('#main h1')?.innerText ?? '', \
               document.querySelector('#main').innerText.length, document.documentElement.dataset.stream ?? '', \
               [...document.querySelectorAll('button.copy')].filter((b) => !b.hidden).length]",
        );
        assert!(!seen[0].as_str().unwrap().is_empty(), "{name} has no title");
        assert!(seen[1].as_u64().unwrap() > 40, "{name} is empty: {seen}");
        assert_eq!(
            (&seen[2], &seen[3]),
            (&"".into(), &0.into()),
            "{name}: a script ran"
        );
    }
    // A form is sent and read back.
    window.go(&format!("{}/platforms/acme", server.url()));
    window.fill("#text", "written without scripts");
    window.click("form[action$='/notes'] button");
    window.shows("#notes + ul", "written without scripts");
    window.go(&format!("{}/", server.url()));
    window.shows("main", "Acme Loans");
}
