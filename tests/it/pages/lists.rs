//! Lists that go on: nothing of a list is beyond reach, and a page stays small.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::page::Browser;
use crate::harness::server::Server;
use crate::harness::world;

/// All of what a list's pages name, and how many pages there are; `cursor` is what its cursor is called.
pub(super) fn paged(
    browser: &mut Browser,
    first: &str,
    cursor: &str,
    named: impl Fn(&str) -> usize,
) -> (usize, usize) {
    let (mut at, mut seen, mut pages) = (first.to_owned(), 0, 0);
    loop {
        let page = browser.seen(&at);
        (seen, pages) = (seen + named(&page), pages + 1);
        let links = page.split("rel=\"next\" href=\"").skip(1);
        let mut links = links.map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
        let Some(next) = links.find(|link| {
            let next = place(link, cursor);
            next.is_some() && next != place(&at, cursor)
        }) else {
            return (seen, pages);
        };
        at = next.split('#').next().unwrap().to_owned();
    }
}

/// Where a link to a page goes on in the list of this cursor; links of other lists go on in theirs alone.
fn place<'a>(link: &'a str, cursor: &str) -> Option<&'a str> {
    let name = format!("{cursor}=");
    let pairs = link.split(['?', '&', '#']);
    pairs.filter_map(|pair| pair.strip_prefix(&name)).next()
}

/// Thirty messages of as many senders, notes on a platform and on one of the messages, answers, numbers.
fn busy(server: &Server, api: &Api) {
    for at in 0..30 {
        let (from, text) = (format!("+14155550{:03}", 140 + at), format!("missive {at}"));
        let data = json!({ "to": cast::LINE, "from": from, "text": text });
        let payload =
            json!({ "type": "sms.received", "timestamp": "2026-11-20T08:00:00Z", "data": data });
        server.takes(&cast::pbx(&format!("m{at}"), &payload));
    }
    let entry = &api.contacts()[0]["index"];
    for at in 0..25 {
        let text = format!("note {at}.");
        api.made("/v1/notes", &json!({ "platform": "acme", "text": text }));
        api.made("/v1/notes", &json!({ "entry": entry, "text": text }));
    }
    for at in 0..7 {
        let text = json!({ "text": format!("rejoinder {at}"), "from": "Acme" });
        api.made("/v1/platforms/acme/reply/answers", &text);
    }
    let lines: Vec<Value> = (0..45)
        .map(|at| json!({ "number": format!("+4479460009{at:02}"), "connection": "pbx", "country": "GB" }))
        .collect();
    api.made("/v1/lines", &json!({ "lines": lines }));
    for _ in 0..45 {
        api.made(
            "/v1/honeytokens",
            &json!({ "platform": "acme", "country": "GB" }),
        );
    }
}

#[test]
fn what_a_platform_has_much_of_goes_on_page_by_page() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    busy(&server, &api);
    let token = api.all("/v1/honeytokens", "", 100);
    let token = token.iter().find(|t| t["number"] == cast::LINE).unwrap();
    let inbox = format!("/honeytokens/{}", token["id"].as_str().unwrap());
    let contact = format!("/contacts/{}", api.contacts()[0]["index"]);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let count = |what: &'static str| move |page: &str| page.matches(what).count();
    let acme = "/platforms/acme";
    let senders = count("<th scope=\"row\"><code>+1415555");
    assert_eq!(paged(&mut browser, acme, "senders", senders), (30, 2));
    let notes = count("id=\"note-");
    assert_eq!(paged(&mut browser, acme, "notes", notes), (25, 2));
    assert_eq!(paged(&mut browser, &contact, "cursor", notes), (25, 2));
    let answers = count("rejoinder ");
    assert_eq!(paged(&mut browser, acme, "answers", answers), (7, 2));
    let numbers = count("<th scope=\"row\"><a href=\"/honeytokens/");
    let held = api.all("/v1/honeytokens", "&platform=acme", 100).len();
    assert_eq!(paged(&mut browser, acme, "numbers", numbers), (held, 2));
    let letters = count("missive ");
    assert_eq!(paged(&mut browser, &inbox, "cursor", letters), (30, 2));
    let api_senders = || api.seen("/v1/platforms/acme/senders?limit=20");
    assert_eq!(api_senders()["in_all"], 30);
    let rest = api.seen("/v1/platforms/acme/senders?limit=20&cursor=20");
    assert_eq!(rest["items"].as_array().unwrap().len(), 10);
    for list in ["senders", "notes", "answers"] {
        let answer = browser.get(&format!("{acme}?{list}=x"));
        assert_eq!(answer.status, 400, "{list}");
    }
}

#[test]
fn all_callers_and_texts_of_a_campaign_can_be_had() {
    let folder = Folder::new();
    let server = Server::start(&world::imported(&folder, 1).0);
    let api = server.admin();
    let details = api
        .all("/v1/campaigns", "", 1000)
        .into_iter()
        .map(|campaign| {
            let id = campaign["campaign"].as_str().unwrap().to_owned();
            (api.seen(&format!("/v1/campaigns/{id}")), id)
        });
    let most = details.max_by_key(|(detail, _)| detail["callers_in_all"].as_u64());
    let (detail, id) = most.unwrap();
    let in_all = detail["callers_in_all"].as_u64().unwrap();
    assert!(
        in_all > 20,
        "the world has a campaign with many callers: {in_all}"
    );
    let mut callers = BTreeSet::new();
    let mut at = Some(String::new());
    while let Some(cursor) = at {
        let page = api.seen(&format!("/v1/campaigns/{id}?callers={cursor}"));
        let named = page["callers"].as_array().unwrap().iter();
        callers.extend(named.map(|caller| caller["from"].to_string()));
        at = page["next_callers"].as_str().map(str::to_owned);
    }
    assert_eq!(callers.len() as u64, in_all);
    let mut browser = Browser::signed_in(&server, &server.admin_key());
    let rows = |page: &str| {
        let section = page.split("id=\"callers\"").nth(1).unwrap();
        let table = section.split("</section>").next().unwrap();
        table.matches("<th scope=\"row\">").count()
    };
    let page = format!("/campaigns/{id}");
    let (seen, pages) = paged(&mut browser, &page, "callers", rows);
    assert_eq!((seen as u64, pages as u64), (in_all, in_all.div_ceil(20)));
    for list in ["callers", "variants", "platforms"] {
        assert_eq!(
            browser.get(&format!("{page}?{list}=x")).status,
            400,
            "{list}"
        );
    }
    assert_eq!(browser.get("/graph?brokers=x").status, 400);
}
