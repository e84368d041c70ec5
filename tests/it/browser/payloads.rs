//! What strangers write is text, wherever it is shown: stored payloads through every field that comes
//! from outside.

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::cast;
use crate::harness::driver::Window;
use crate::harness::folder::Folder;
use crate::harness::server::{Launch, Server};
use crate::harness::{wait_for, world};
use crate::public::stranger;

use super::signed_in_with;

/// Each would set `window.struck` if a browser ever took it for more than text.
const PAYLOADS: [&str; 12] = [
    "<script>window.struck=1</script>",
    "\"><script>window.struck=1</script>",
    "'><img src=x onerror=window.struck=1>",
    "<svg onload=window.struck=1>",
    "</textarea><script>window.struck=1</script>",
    "</title><script>window.struck=1</script>",
    "<iframe srcdoc='<script>parent.struck=1</script>'></iframe>",
    "<a href=\"javascript:window.struck=1\" autofocus onfocus=window.struck=1>x</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.struck=1>",
    "{{constructor.constructor('window.struck=1')()}}",
    "\u{202e}<body onpageshow=window.struck=1>",
    "<details open ontoggle=window.struck=1>x</details>",
];

#[test]
fn no_payload_of_a_stranger_ever_runs() {
    let folder = Folder::new();
    let server = Launch::on(&folder.data())
        .config("[public]\nenabled = true\n")
        .start();
    let api = server.admin();
    cast::install(&api);
    let mut pages = vec![
        "/".to_owned(),
        "/contacts".to_owned(),
        "/honeytokens".to_owned(),
        "/honeytokens/new".to_owned(),
        "/platforms".to_owned(),
        "/campaigns?which=all".to_owned(),
        "/graph".to_owned(),
        "/evidence".to_owned(),
        "/public".to_owned(),
        "/attention".to_owned(),
        "/settings".to_owned(),
        "/lines".to_owned(),
    ];
    for (at, payload) in PAYLOADS.iter().enumerate() {
        let platform = json!({ "id": format!("p{at}"), "name": payload, "operator": payload, "sector": payload });
        api.made("/v1/platforms", &platform);
        api.made(
            "/v1/notes",
            &json!({ "platform": format!("p{at}"), "text": payload }),
        );
        api.made(
            &format!("/v1/platforms/p{at}/reply/notices"),
            &json!({ "how": payload }),
        );
        let file = json!({ "name": payload, "bytes": 1, "sha256": "0".repeat(64) });
        api.made(
            &format!("/v1/platforms/p{at}/reply/answers"),
            &json!({ "text": payload, "from": payload, "files": [file] }),
        );
        let number = format!("+141555501{at:02}");
        api.made(
            "/v1/lines",
            &json!({ "lines": [{ "number": number, "connection": "pbx" }] }),
        );
        let token = json!({ "platform": format!("p{at}"), "line": number, "persona": { "name": format!("{payload} {at}") } });
        let token = api.made("/v1/honeytokens", &token);
        pages.push(format!("/honeytokens/{}", token["id"].as_str().unwrap()));
        pages.push(format!("/platforms/p{at}"));
        let data = json!({ "to": cast::LINE, "from": payload, "text": format!("your code 482913 {payload}") });
        let payload =
            json!({ "type": "sms.received", "timestamp": "2026-11-20T08:00:00Z", "data": data });
        server.takes(&cast::pbx(&format!("evil_{at}"), &payload));
    }
    for (at, contact) in api.all("/v1/contacts", "", 100).iter().enumerate() {
        let index = contact["index"].as_u64().unwrap();
        let note =
            json!({ "entry": index, "text": PAYLOADS[at % PAYLOADS.len()], "label": "leak" });
        api.made("/v1/notes", &note);
        pages.push(format!("/contacts/{index}"));
    }
    brand(&api, PAYLOADS[2]);
    let acme = api.seen("/v1/honeytokens?platform=acme");
    pages.push(format!(
        "/honeytokens/{}",
        acme["items"][0]["id"].as_str().unwrap()
    ));
    for campaign in api.seen("/v1/campaigns")["items"].as_array().unwrap() {
        let id = campaign["campaign"].as_str().unwrap();
        pages.push(format!("/campaigns/{id}"));
    }
    let Some(window) = signed_in_with(&server, &server.admin_key(), "en", 1280, false) else {
        return;
    };
    for page in &pages {
        must_be_plain(&window, &server, page);
    }
}

#[test]
fn no_payload_runs_where_a_finding_is_published_and_taken_back() {
    let folder = Folder::new();
    let (data, accused) = world::imported(&folder, 1);
    let server = Launch::on(&data)
        .config("[public]\nenabled = true\n")
        .start();
    let api = server.admin();
    brand(&api, PAYLOADS[1]);
    let described = format!("/v1/platforms/{accused}");
    let mut body = api.seen(&format!("/v1/platforms?platform={accused}"))["items"][0].clone();
    body.as_object_mut().unwrap().remove("id");
    body["name"] = json!(PAYLOADS[3]);
    let named = api.put(&described, &body);
    assert_eq!(named.status, 200, "{}", named.text());
    let unheard = json!({ "unheard": PAYLOADS[2] });
    let finding = api.made(&format!("{described}/findings"), &unheard)["index"].clone();
    api.made(
        &format!("{described}/reply/notices"),
        &json!({ "how": PAYLOADS[4] }),
    );
    let last = "and this is all that we say";
    let answer = json!({ "text": format!("{} {last}", PAYLOADS[5]), "from": PAYLOADS[6] });
    let answered = api.made(&format!("{described}/reply/answers"), &answer);
    let index = &answered["answers"][0]["index"];
    let published = api.put(
        &format!("{described}/reply/answers/{index}"),
        &json!({ "published": true }),
    );
    assert_eq!(published.status, 200, "{}", published.text());
    let path = format!("/public/f/{finding}");
    wait_for("the answer on the public page", || {
        let page = stranger(&server, &path, &[]);
        page.text().contains(last).then_some(())
    });
    let Some(window) = signed_in_with(&server, &server.admin_key(), "en", 1280, false) else {
        return;
    };
    let platform = format!("/platforms/{accused}");
    for page in [path.as_str(), "/public", "/public?lang=zh", &platform] {
        must_be_plain(&window, &server, page);
    }
    let withdrawal = format!("/v1/findings/{finding}/withdrawal");
    let back = api.post(&withdrawal, &json!({ "reason": PAYLOADS[8] }));
    assert_eq!(back.status, 200, "{}", back.text());
    for page in [path.as_str(), "/public", &platform] {
        must_be_plain(&window, &server, page);
    }
}

/// Nothing of what strangers wrote runs, or is an element.
#[track_caller]
fn must_be_plain(window: &Window, server: &Server, page: &str) {
    window.go(&format!("{}{page}", server.url()));
    let seen = window.run(
        "for (const d of document.querySelectorAll('details')) d.open = true; \
         return [window.struck ?? null, document.querySelectorAll('main script:not([src]), main iframe, main [onload], main [onerror], main [onfocus], main [ontoggle]').length]",
    );
    assert_eq!(seen, json!([null, 0]), "{page}");
}

fn brand(api: &Api, payload: &str) {
    let settings = json!({ "brand": payload, "reason": payload });
    let set = api.put("/v1/settings", &settings);
    assert_eq!(set.status, 200, "{}", set.text());
}
