//! Providers' accounts: numbers, what webhooks missed, recordings and pictures.

mod media;

use honeytoken::{Event, LineTest, TestMedium, Timestamp};
use listener::ledger::Ledger;
use serde_json::{Value, json};
use store::{Creation, Options};

use crate::harness::api::Api;
use crate::harness::cast::{self, CONTROL, LINE, SECOND_LINE, STRANGER, TOKEN};
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{Ended, arguments, run};
use crate::harness::provider::{ACCOUNT, Failure, Provider, call, message};
use crate::harness::server::Server;
use crate::harness::sign::Signed;
use crate::harness::{column, now_s};

const NEW: &str = "+14155550147";

/// An installation whose connection `tw` has an account at the provider.
fn install(api: &Api, provider: &Provider) {
    cast::install(api);
    let body = json!({ "provider": "twilio", "secrets": provider.secrets(TOKEN) });
    assert_eq!(api.put("/v1/connections/tw", &body).status, 200);
}

/// So many minutes ago.
fn ago(minutes: i64) -> String {
    Timestamp::from_unix_s(now_s() - minutes * 60).to_string()
}

fn sms(server: &Server, sid: &str, text: &str) -> Signed {
    let fields = [
        ("MessageSid", sid),
        ("From", STRANGER),
        ("To", LINE),
        ("Body", text),
        ("SmsStatus", "received"),
    ];
    cast::twilio(server, &fields)
}

fn rings(server: &Server, sid: &str, status: &str) -> Signed {
    let fields = [
        ("CallSid", sid),
        ("From", "+14155550198"),
        ("To", LINE),
        ("CallStatus", status),
    ];
    cast::twilio(server, &fields)
}

/// Sums of a comparison: both, only webhook, only provider, added.
fn sums(compared: &Value) -> [u64; 4] {
    let days = compared["days"].as_array().unwrap();
    let sum = |name: &str| days.iter().map(|day| day[name].as_u64().unwrap()).sum();
    ["both", "only_webhook", "only_provider", "added"].map(sum)
}

fn verb(server: &Server, words: &[&str]) -> Ended {
    let (url, key) = (server.url(), server.admin_key());
    let place = ["--connection", "tw", "--server", &url, "--key", &key];
    run([words, &place].concat())
}

#[test]
fn a_number_is_searched_bought_pointed_and_released() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let provider = Provider::start();
    install(&api, &provider);
    let hook = format!("{}/hooks/tw", server.url());

    let search = ["numbers", "search", "--country", "us", "--json"];
    let offers = verb(&server, &search).with(0).json();
    assert_eq!(offers["items"][0]["number"], NEW);
    let (_, analyst) = api.with_role("analyst");
    let wish = json!({ "number": NEW, "country": "US", "role": "control", "block": "B7" });
    analyst
        .post("/v1/connections/tw/numbers", &wish)
        .problem(403);
    let bought = api.made("/v1/connections/tw/numbers", &wish);
    assert_eq!(bought["was_ours"], false);
    assert_eq!(provider.world().numbers, [(NEW.to_owned(), hook.clone())]);
    let lines = api.all("/v1/lines", "", 100);
    let line = lines.iter().find(|line| line["number"] == NEW).unwrap();
    assert_eq!(line["role"], "control");
    assert_eq!(line["block"], "B7");
    let again = api.post("/v1/connections/tw/numbers", &wish).problem(409);
    assert_eq!(again["code"], "already_added");
    assert_eq!(
        provider.asked("POST /2010-04-01/Accounts"),
        1,
        "bought once"
    );

    provider.world().numbers[0].1 = "https://elsewhere.example/".to_owned();
    let listed = verb(&server, &["numbers", "list", "--json"]).with(0).json();
    assert_eq!(listed["items"][0]["in_pool"], true);
    assert_eq!(listed["not_at_provider"], json!([LINE]));
    let pointed = verb(&server, &["numbers", "point", NEW]).with(0);
    assert!(pointed.stdout.contains("done"), "{}", pointed.stdout);
    assert_eq!(provider.world().numbers[0].1, hook);

    let placed = api
        .delete(&format!("/v1/connections/tw/numbers/{LINE}"))
        .problem(409);
    assert_eq!(placed["code"], "placed");
    verb(&server, &["numbers", "release", NEW, "--json"]).with(0);
    assert_eq!(provider.world().numbers, []);
    let lines = api.all("/v1/lines", "", 100);
    let line = lines.iter().find(|line| line["number"] == NEW).unwrap();
    assert_eq!(line["state"], "retired");

    let custody = api.all("/v1/custody", "", 1000);
    let details = column(&custody, "detail");
    for operation in ["number_buy", "number_point", "number_release"] {
        assert!(
            details.iter().any(|d| d.starts_with(operation)),
            "{operation}"
        );
    }
    assert!(
        !details.iter().any(|d| d.contains("5550147")),
        "{details:?}"
    );
    assert!(
        !server.said().contains("5550147"),
        "no number in the log lines"
    );
}

#[test]
fn an_order_whose_answer_is_lost_buys_one_number() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let provider = Provider::start();
    install(&api, &provider);
    provider.world().orders_unanswered = true;
    let wish = json!({ "number": NEW, "country": "US" });
    let bought = api.made("/v1/connections/tw/numbers", &wish);
    assert_eq!(bought["was_ours"], false);
    assert_eq!(provider.world().numbers.len(), 1);
    let order = format!("POST /2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json");
    assert_eq!(provider.asked(&order), 1);
    // How far the order went nobody knows: the number is pointed at us all the same.
    assert_eq!(provider.asked("POST /2010-04-01/Accounts"), 2);
}

#[test]
fn what_webhooks_missed_is_found_told_and_counted_once() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let provider = Provider::start();
    install(&api, &provider);
    {
        let mut world = provider.world();
        world.messages = vec![
            message("SM1", LINE, "arrived", &ago(9)),
            message("SM2", LINE, "dropped", &ago(8)),
            message("SM3", LINE, "told twice", &ago(7)),
            message("SM1", LINE, "arrived", &ago(9)),
            message("SM8", LINE, "long ago", "2026-01-02T03:04:05Z"),
        ];
        world.calls = vec![
            call("CA1", LINE, "completed", &ago(6)),
            call("CA2", LINE, "no-answer", &ago(5)),
        ];
        world.failures.extend([
            Failure::Status(503, None),
            Failure::Drop,
            Failure::Status(429, Some(0)),
        ]);
    }
    server.takes(&sms(&server, "SM1", "arrived"));
    server.takes(&sms(&server, "SM3", "told twice"));
    server.takes(&sms(&server, "SM3", "told twice"));
    server.takes(&sms(&server, "SM9", "the provider does not list it"));
    server.takes(&rings(&server, "CA1", "ringing"));
    let before = api.contacts().len();

    let compared = verb(&server, &["backfill", "--json"]).with(0).json();
    assert_eq!(sums(&compared), [3, 1, 2, 2]);
    assert_eq!(compared["lists"], json!(["messages", "calls"]));
    let unknown = compared["only_webhook"][0].as_u64().unwrap();
    let unknown = api.seen(&format!("/v1/contacts/{unknown}"));
    assert_eq!(unknown["provider_event_id"], "SM9");
    let contacts = api.contacts();
    assert_eq!(contacts.len(), before + 2);
    let found = |contacts: &[Value], id: &str| {
        let has = |c: &&Value| c["provider_event_id"] == id;
        contacts.iter().filter(has).cloned().collect::<Vec<_>>()
    };
    let dropped = &found(&contacts, "SM2")[0];
    assert_eq!(dropped["text"], "dropped");
    assert_eq!(dropped["backfilled"], true);
    assert_eq!(dropped["authentication"], "provider_api");
    let claimed: Timestamp = dropped["claimed_at"].as_str().unwrap().parse().unwrap();
    let received: Timestamp = dropped["received_at"].as_str().unwrap().parse().unwrap();
    assert!(received.seconds_since(claimed) > 400.0);
    assert_eq!(found(&contacts, "SM8").len(), 0, "not of the period");

    let again = verb(&server, &["backfill", "--json"]).with(0).json();
    assert_eq!(sums(&again), [3, 1, 2, 0], "nothing is added twice");

    // The webhooks come after all, hours late: linked, and counted once.
    server.takes(&sms(&server, "SM2", "dropped"));
    server.takes(&rings(&server, "CA2", "ringing"));
    server.takes(&rings(&server, "CA2", "no-answer"));
    let contacts = api.contacts();
    let twice = found(&contacts, "SM2");
    assert_eq!(twice.len(), 2);
    let index = dropped["index"].as_u64();
    assert!(twice.iter().any(|c| c["duplicate_of"].as_u64() == index));
    assert_eq!(found(&contacts, "CA2").len(), 1);
    let late = verb(&server, &["backfill", "--json"]).with(0).json();
    assert_eq!(sums(&late), [5, 1, 0, 0]);

    let listed = api.all("/v1/reconciliations", "&connection=tw", 2);
    let added = |c: &Value| sums(c)[3];
    assert_eq!(listed.iter().map(added).collect::<Vec<_>>(), [0, 0, 2]);
    let shown = verb(&server, &["backfill"]).with(0).stdout;
    assert!(shown.contains("only_provider"), "{shown}");

    let counted = api.contacts().len();
    server.stop();
    run(arguments!["verify", "--data", folder.data()]).with(0);
    let server = Server::start(&folder.data());
    assert_eq!(server.admin().contacts().len(), counted, "folded alike");
}

/// Says in the log of a stopped server that a test call from one of our lines to another begins.
fn say_tested(folder: &Folder) {
    let now = Timestamp::from_unix_s(now_s());
    let creation = Creation {
        origin: "unused".into(),
        program: "test".into(),
        at: now,
    };
    let options = Options::default();
    let mut ledger = Ledger::open(&folder.data(), creation, options, &|_| {}).unwrap();
    let test = Event::LineTest(LineTest {
        number: LINE.parse().unwrap(),
        partner: CONTROL.parse().unwrap(),
        connection: "tw".parse().unwrap(),
        medium: TestMedium::Call,
        code: "0f1e2d3c".into(),
        due: now.plus_s(900),
    });
    ledger.record(now, None, vec![test]).unwrap();
}

#[test]
fn a_caller_that_claims_to_be_our_own_line_is_a_test_only_by_the_logs_word() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let provider = Provider::start();
    install(&server.admin(), &provider);
    server.stop();
    say_tested(&folder);
    let server = Server::start(&folder.data());
    let api = server.admin();
    let from_us = |mut record: Value| {
        record["from"] = json!(CONTROL);
        record
    };
    {
        let mut world = provider.world();
        let second = call("CA3", SECOND_LINE, "completed", &ago(1));
        world.calls = vec![
            from_us(call("CA1", LINE, "no-answer", &ago(1))),
            from_us(call("CA2", LINE, "completed", &ago(180))),
            from_us(second),
        ];
        let text = message("SM1", LINE, "your parcel waits", &ago(1));
        world.messages = vec![from_us(text)];
    }
    let compared = verb(&server, &["backfill", "--json"]).with(0).json();
    assert_eq!(sums(&compared), [0, 0, 3, 3]);
    let mut added = column(&api.contacts(), "provider_event_id");
    added.sort_unstable();
    assert_eq!(
        added,
        ["CA2", "CA3", "SM1"],
        "the test itself is no contact"
    );
}

#[test]
fn what_was_erased_does_not_come_back() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let provider = Provider::start();
    install(&api, &provider);
    provider.world().messages = vec![message("SM1", LINE, "forget me", &ago(9))];
    server.takes(&sms(&server, "SM1", "forget me"));
    let index = api.contacts()[0]["index"].as_u64().unwrap();
    api.made(
        "/v1/erasures",
        &json!({ "index": index, "reason": "asked for it" }),
    );
    let compared = api.made("/v1/connections/tw/backfill", &json!({}));
    assert_eq!(sums(&compared), [1, 0, 0, 0]);
    assert_eq!(api.contacts().len(), 0);
}

#[test]
fn what_cannot_be_asked_is_refused_with_the_way_out() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let provider = Provider::start();
    install(&api, &provider);

    let elsewhere = json!({ "id": "x", "provider": "twilio", "secrets": {
        "auth_token": TOKEN, "account_sid": "AC1", "api_base": "https://evil.example",
    }});
    let refused = api.post("/v1/connections", &elsewhere).problem(400);
    assert!(refused["detail"].as_str().unwrap().contains("api_base"));
    let backfill =
        |id: &str, body: Value| api.post(&format!("/v1/connections/{id}/backfill"), &body);
    backfill("nobody", json!({})).problem(404);
    assert_eq!(
        backfill("pbx", json!({})).problem(409)["code"],
        "no_account"
    );
    let order = json!({ "from": ago(1), "until": ago(2) });
    assert_eq!(backfill("tw", order).problem(400)["code"], "bad_period");
    let long = json!({ "from": "2026-01-01T00:00:00Z" });
    assert_eq!(backfill("tw", long).problem(400)["code"], "bad_period");
    let numbers = "/v1/connections/tw/numbers";
    api.get(&format!("{numbers}/available?country=XX"))
        .problem(400);
    api.get(&format!("{numbers}/available?country=US&type=pink"))
        .problem(400);
    api.get(&format!("{numbers}/available?country=US&contains=4+OR+1"))
        .problem(400);
    api.delete(&format!("{numbers}/5550147")).problem(400);
    let taken = json!({ "number": CONTROL, "country": "US" });
    api.post(numbers, &taken).problem(409);
    assert_eq!(provider.asked("POST"), 0, "nothing was ordered");

    provider
        .world()
        .failures
        .push_back(Failure::Status(401, None));
    let refused = backfill("tw", json!({})).problem(502);
    assert_eq!(refused["code"], "provider_unauthorized");
    let later = Failure::Status(429, Some(7200));
    provider.world().failures.push_back(later);
    let busy = backfill("tw", json!({}));
    assert_eq!(busy.problem(503)["code"], "provider_busy");
    assert_eq!(busy.header("retry-after"), Some("7200"));
    let account = api.seen("/v1/connections/tw/account");
    assert_eq!(account["can"].as_array().unwrap().len(), 10);
    api.get("/v1/connections/pbx/account").problem(409);
}
