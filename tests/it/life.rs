//! Proof of life through the real program: what proves it, what does not, who is told.

use honeytoken::{Basis, Coverage, Event, LineSilent, PhoneNumber, Timestamp};
use listener::ledger::Ledger;
use serde_json::{Value, json};
use store::{Creation, Options};

use crate::harness::api::Api;
use crate::harness::cast::{self, CONTROL, LINE, SECOND_LINE};
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::{Launch, Server};
use crate::harness::twilio_account::TwilioAccount;
use crate::harness::{now_s, sign, wait_for};

const ACCOUNT: &str = "AC0fb29ec0b47b8ee570d65a6bd1719a70";
const PARTNER: &str = "+14155550134";

/// A Twilio connection with an account on this machine, and two lines on it.
fn two_lines(api: &Api, account: &TwilioAccount) {
    lines(api, "tw", account, &[LINE, PARTNER]);
}

fn lines(api: &Api, connection: &str, account: &TwilioAccount, numbers: &[&str]) {
    let base = format!("http://{}/", account.address);
    let secrets = json!({ "auth_token": cast::TOKEN, "account_sid": ACCOUNT, "api_base": base });
    let made = json!({ "id": connection, "provider": "twilio", "secrets": secrets });
    api.made("/v1/connections", &made);
    let line = |number| json!({ "number": number, "connection": connection, "country": "US" });
    let lines: Vec<Value> = numbers.iter().map(line).collect();
    api.made("/v1/lines", &json!({ "lines": lines }));
}

fn life_of(api: &Api, number: &str) -> Value {
    let lines = api.all("/v1/lines", "", 10);
    lines.into_iter().find(|l| l["number"] == number).unwrap()
}

/// How many entries of a kind there are.
fn count(api: &Api, kind: &str) -> usize {
    let custody = api.all("/v1/custody", "", 1000);
    custody.iter().filter(|entry| entry["kind"] == kind).count()
}

#[test]
fn a_test_between_own_lines_goes_out_comes_back_and_is_no_contact() {
    let folder = Folder::new();
    let account = TwilioAccount::answering("201 Created", "{\"sid\":\"SM1\"}");
    let server = Server::start(&folder.data());
    two_lines(&server.admin(), &account);
    assert_eq!(life_of(&server.admin(), LINE)["life"], "unproven");
    server.stop();
    let config = "[life]\ntest_connections = { tw = \"sms\" }\n";
    let server = Launch::on(&folder.data()).config(config).start();
    let api = server.admin();
    assert_eq!(life_of(&api, LINE)["life"], "waiting");
    for (place, asked) in [account.asked(), account.asked()].iter().enumerate() {
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
        assert!(
            asked.line.starts_with(&format!("POST {path} ")),
            "{}",
            asked.line
        );
        let (from, to) = (asked.field("From"), asked.field("To"));
        assert!([LINE, PARTNER].contains(&from) && [LINE, PARTNER].contains(&to) && from != to);
        let text = format!("Sent from a trial account - {}", asked.field("Body"));
        // It comes back twice, and once more under another id.
        for id in [place, place, place + 10] {
            let id = format!("SM{id:032}");
            let message = [
                ("MessageSid", id.as_str()),
                ("From", from),
                ("To", to),
                ("Body", &text),
            ];
            server.takes(&cast::twilio(&server, &message));
        }
        assert_eq!(life_of(&api, to)["life"], "alive");
        assert_eq!(life_of(&api, to)["proof"], "test_message");
    }
    assert!(api.contacts().is_empty());
    assert_eq!(server.metric("canaryline_contacts"), 0);
    assert_eq!(server.metric("canaryline_lines_alive"), 2);
    let line = life_of(&api, LINE);
    assert_eq!(
        (&line["contacts"], &line["soak_contacts"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(count(&api, "line_test"), 2);
    assert_eq!(count(&api, "line_test_missed"), 0);
    // What a stranger writes is a contact still.
    let message = [
        ("MessageSid", "SM99"),
        ("From", PARTNER),
        ("To", LINE),
        ("Body", "Line check 00"),
    ];
    server.takes(&cast::twilio(&server, &message));
    assert_eq!(api.contacts().len(), 1);
}

#[test]
fn a_provider_that_never_answers_holds_up_no_other() {
    let folder = Folder::new();
    let (account, silent) = (
        TwilioAccount::answering("201 Created", "{\"sid\":\"SM1\"}"),
        TwilioAccount::silent(),
    );
    let server = Server::start(&folder.data());
    // Their tests come first, and each waits a minute for its answer.
    let before = ["+14155550128", "+14155550129", "+14155550130"];
    lines(&server.admin(), "no", &silent, &before);
    two_lines(&server.admin(), &account);
    server.stop();
    let config = "[life]\ntest_connections = { no = \"sms\", tw = \"sms\" }\n";
    let server = Launch::on(&folder.data()).config(config).start();
    let asked = account.asked();
    assert!(asked.line.starts_with("POST "), "{}", asked.line);
    assert_eq!(count(&server.admin(), "line_test"), 5);
    assert_eq!(count(&server.admin(), "line_test_missed"), 0);
}

#[test]
fn a_test_that_the_provider_refuses_is_written_down_and_says_nothing_of_the_line() {
    let folder = Folder::new();
    let account = TwilioAccount::answering("400 Bad Request", "{\"code\":21610}");
    let server = Server::start(&folder.data());
    two_lines(&server.admin(), &account);
    server.stop();
    let config = "[life]\ntest_connections = { tw = \"sms\" }\n";
    let server = Launch::on(&folder.data()).config(config).start();
    let api = server.admin();
    wait_for("both refusals", || {
        (count(&api, "line_test_missed") == 2).then_some(())
    });
    assert_eq!(life_of(&api, LINE)["life"], "waiting");
    assert!(api.contacts().is_empty());
}

#[test]
fn the_providers_list_proves_that_a_number_is_ours_and_no_more() {
    let folder = Folder::new();
    let list = "{\"incoming_phone_numbers\":[{\"sid\":\"PN1\",\"phone_number\":\"+14155550132\"}],\"next_page_uri\":null}";
    let account = TwilioAccount::answering("200 OK", list);
    let server = Server::start(&folder.data());
    two_lines(&server.admin(), &account);
    server.stop();
    let config = "[life]\nlist_connections = [\"tw\"]\n";
    let server = Launch::on(&folder.data()).config(config).start();
    let api = server.admin();
    wait_for("the listed line", || {
        (count(&api, "provider_listed") == 1).then_some(())
    });
    let (listed, other) = (life_of(&api, LINE), life_of(&api, PARTNER));
    assert_eq!(
        (&listed["life"], &listed["proof"]),
        (&json!("alive"), &json!("provider_list"))
    );
    assert_eq!(
        (&other["life"], &other["alive_at"]),
        (&json!("waiting"), &Value::Null)
    );
    assert_eq!(
        listed["alive_at"],
        Value::Null,
        "the list is no sign that we would hear"
    );
}

#[test]
fn a_phones_ping_is_a_sign_of_the_lines_that_it_holds() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let secrets = json!({ "signing_key": cast::SIGNING_KEY });
    let lines = json!({ "d/SIM1": SECOND_LINE, "d/SIM2": CONTROL });
    let phone = json!({ "id": "phone", "provider": "android_sms_gateway", "secrets": secrets, "lines": lines });
    assert_eq!(api.put("/v1/connections/phone", &phone).status, 200);
    let ping = json!({ "id": "p1", "webhookId": "w", "event": "system:ping", "deviceId": "d", "payload": {} });
    let body = ping.to_string();
    server.takes(&sign::gateway(
        "phone",
        cast::SIGNING_KEY,
        now_s(),
        body.as_bytes(),
    ));
    for number in [SECOND_LINE, CONTROL] {
        let line = life_of(&api, number);
        assert_eq!(
            (&line["life"], &line["proof"]),
            (&json!("alive"), &json!("device"))
        );
    }
    assert_eq!(life_of(&api, LINE)["life"], "unproven");
    assert!(api.contacts().is_empty());
}

#[test]
fn coverage_is_shown_with_its_gaps() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    for (from, until) in [
        ("2026-02-01T00:00:00Z", "2026-02-02T12:00:00Z"),
        ("2026-02-02T18:00:00Z", "2026-02-04T00:00:00Z"),
    ] {
        let word = json!({ "number": LINE, "from": from, "until": until });
        api.made("/v1/coverage", &word);
    }
    let window = "since=2026-02-01T00:00:00Z&until=2026-02-05T00:00:00Z";
    let seen = api.seen(&format!("/v1/lines/{LINE}/coverage?{window}"));
    assert_eq!(seen["live_hours"], 66.0);
    let intervals = seen["intervals"].as_array().unwrap();
    assert_eq!(intervals.len(), 2);
    assert_eq!(
        (&intervals[0]["basis"], &intervals[0]["exposure"]),
        (&json!("asserted"), &json!(true))
    );
    let gaps: Vec<f64> = seen["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["hours"].as_f64().unwrap())
        .collect();
    assert_eq!(gaps, [6.0, 24.0]);
    let days: Vec<f64> = seen["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["live_hours"].as_f64().unwrap())
        .collect();
    assert_eq!(days, [24.0, 18.0, 24.0, 0.0]);
    // A contact tells judgement that those days are over.
    server.takes(&cast::sms("msg_1", LINE, "hello"));
    // Half of February's first days were proven: the verdict rests on hours, not on days.
    assert_eq!(api.seen("/v1/verdicts/acme")["live_hours"], 66.0);

    let fleet = api.seen(&format!("/v1/coverage?{window}"));
    let items = fleet["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    let line = items.iter().find(|line| line["number"] == LINE).unwrap();
    assert_eq!(
        (&line["live_hours"], &line["live_share"]),
        (&json!(66.0), &json!(66.0 / 96.0))
    );
    assert_eq!(line["gap_now"], true);
    assert_eq!(fleet["lines"]["unproven"], 3);
    assert_eq!(api.all("/v1/coverage", &format!("&{window}"), 1).len(), 3);
    refuses(&api);
}

/// What cannot be answered is refused, and viewers learn no numbers.
fn refuses(api: &Api) {
    for (query, code) in [
        (
            "since=2026-02-05T00:00:00Z&until=2026-02-01T00:00:00Z",
            "bad_window",
        ),
        (
            "since=2024-01-01T00:00:00Z&until=2026-01-01T00:00:00Z",
            "bad_window",
        ),
        ("since=soon", "bad_time"),
        ("since=2090-01-01T00:00:00Z", "bad_window"),
    ] {
        for path in [
            format!("/v1/lines/{LINE}/coverage?{query}"),
            format!("/v1/coverage?{query}"),
        ] {
            assert_eq!(api.get(&path).problem(400)["code"], code, "{path}");
        }
    }
    api.get("/v1/lines/nonsense/coverage").problem(400);
    api.get("/v1/lines/+14155550177/coverage").problem(404);
    let (_, viewer) = api.with_role("viewer");
    viewer
        .get(&format!("/v1/lines/{LINE}/coverage"))
        .problem(403);
    for list in ["/v1/coverage", "/v1/attention"] {
        let shown = viewer.get(list);
        assert_eq!(shown.status, 200);
        for number in [LINE, SECOND_LINE, CONTROL] {
            assert!(!shown.text().contains(number), "{list}");
        }
    }
}

/// Says in the log of a stopped server that a line is silent.
fn say_silent(folder: &Folder, since: Timestamp) {
    let now = Timestamp::from_unix_s(now_s());
    let creation = Creation {
        origin: "unused".into(),
        program: "test".into(),
        at: now,
    };
    let options = Options::default();
    let mut ledger = Ledger::open(&folder.data(), creation, options, &|_| {}).unwrap();
    let number: PhoneNumber = CONTROL.parse().unwrap();
    let (from, missing) = (since.plus_s(-7200), Basis::Heartbeat);
    let proven = Event::Coverage(Coverage {
        number,
        from,
        until: since,
        basis: missing,
    });
    let silent = Event::LineSilent(LineSilent {
        number,
        since,
        missing,
    });
    ledger.record(now, None, vec![proven, silent]).unwrap();
}

#[test]
fn a_silent_line_is_told_everywhere_and_told_again_when_it_is_back() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    cast::install(&server.admin());
    server.stop();
    let since = Timestamp::from_unix_s(now_s() - 7200);
    say_silent(&folder, since);
    let doctor = run(arguments!["doctor", "--data", folder.data()]).with(0);
    assert!(
        doctor.stdout.contains("1 line is silent"),
        "{}",
        doctor.stdout
    );
    let server = Server::start(&folder.data());
    let api = server.admin();
    let silent = |api: &Api| {
        let items = api.all("/v1/attention", "", 10);
        let items = items.into_iter().filter(|i| i["kind"] == "line_silent");
        items.collect::<Vec<_>>()
    };
    let told = silent(&api);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["number"], &told[0]["missing"]),
        (&json!(CONTROL), &json!("heartbeat"))
    );
    assert!(told[0]["zh"].as_str().unwrap().contains(CONTROL));
    assert_eq!(server.metric("canaryline_lines_silent"), 1);
    let line = life_of(&api, CONTROL);
    assert_eq!(
        (&line["life"], &line["silent_since"]),
        (&json!("silent"), &json!(since.to_string()))
    );
    let beat = json!({ "type": "line.heartbeat", "timestamp": "2026-11-20T08:00:00Z", "data": { "to": CONTROL } });
    server.takes(&cast::pbx("beat_1", &beat));
    wait_for("the line to be back", || {
        (count(&api, "line_alive") == 1).then_some(())
    });
    assert!(silent(&api).is_empty());
    assert_eq!(server.metric("canaryline_lines_silent"), 0);
    assert_eq!(life_of(&api, CONTROL)["life"], "alive");
}
