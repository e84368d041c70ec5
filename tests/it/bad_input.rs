//! What bad requests get: refused and counted, or kept and told of, and never taken for contacts.

use std::io::Write as _;

use serde_json::json;

use crate::harness::cast::{self, LINE, SIGNING_KEY, TOKEN, WHSEC};
use crate::harness::folder::Folder;
use crate::harness::http::{self, Connection, header};
use crate::harness::server::{Launch, Server};
use crate::harness::sign::{self, Signed};
use crate::harness::{now_s, wait_for};

const MIB: usize = 1024 * 1024;
const OTHER_WHSEC: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn installed(folder: &Folder) -> Server {
    let server = Server::start(&folder.data());
    cast::install(&server.admin());
    server
}

const BODY: &[u8] = br#"{"type":"sms.received","timestamp":"2026-11-20T08:00:00Z","data":{"to":"+14155550132","text":"x"}}"#;
const FIELDS: [(&str, &str); 5] = [
    ("MessageSid", "SM1"),
    ("From", "+14155550199"),
    ("To", LINE),
    ("Body", "x"),
    ("AccountSid", "AC1"),
];

fn pbx(at_s: i64) -> Signed {
    sign::standard("pbx", WHSEC, "msg_1", at_s, BODY)
}

/// Everything that can be wrong with a signature.
fn unsigned(url: &str) -> Vec<(&'static str, Signed)> {
    let now = now_s();
    let other = |signed: Signed, body: &[u8]| Signed {
        body: body.to_vec(),
        ..signed
    };
    let elsewhere = |signed: Signed| Signed {
        connection: "tw".to_owned(),
        ..signed
    };
    let twilio = |token: &str, url: &str| sign::twilio("tw", token, url, &FIELDS);
    let phone = |key: &str, at_s| sign::gateway("phone", key, at_s, BODY);
    let of_another = sign::standard("pbx", OTHER_WHSEC, "msg_1", now, BODY);
    vec![
        ("missing", pbx(now).without("webhook-signature")),
        ("missing time", pbx(now).without("webhook-timestamp")),
        ("missing id", pbx(now).without("webhook-id")),
        ("empty", pbx(now).with("webhook-signature", "")),
        ("not base64", pbx(now).with("webhook-signature", "v1,%%%")),
        (
            "another version",
            pbx(now).with("webhook-signature", "v9,AAAA"),
        ),
        ("of another id", pbx(now).with("webhook-id", "msg_2")),
        ("stale", pbx(now - 3600)),
        ("from the future", pbx(now + 3600)),
        ("no time at all", pbx(now).with("webhook-timestamp", "soon")),
        ("another body", other(pbx(now), b"{}")),
        ("another door", elsewhere(pbx(now))),
        ("another secret", of_another),
        (
            "twilio, missing",
            twilio(TOKEN, url).without("x-twilio-signature"),
        ),
        ("twilio, another token", twilio("0000000000000000", url)),
        (
            "twilio, another address",
            twilio(TOKEN, "https://elsewhere.example/hooks/tw"),
        ),
        (
            "twilio, another body",
            other(twilio(TOKEN, url), b"MessageSid=SM1&Body=y"),
        ),
        (
            "phone, missing",
            phone(SIGNING_KEY, now).without("x-signature"),
        ),
        ("phone, another key", phone("k1Zq8sLp-k1Zq8sLq", now)),
        ("phone, stale", phone(SIGNING_KEY, now - 3600)),
    ]
}

#[test]
fn a_signature_wrong_missing_or_stale_is_refused_and_counted() {
    let folder = Folder::new();
    let server = installed(&folder);
    let url = format!("{}/hooks/tw", server.url());
    let refused = unsigned(&url);
    for (what, signed) in &refused {
        let answer = server.hook(signed);
        assert!(
            [401, 403].contains(&answer.status),
            "{what}: {}",
            answer.status
        );
        answer.problem(answer.status);
    }
    assert_eq!(server.webhooks("rejected"), refused.len() as u64);
    assert_eq!(server.webhooks("recorded"), 0);
    assert!(server.admin().contacts().is_empty());
    assert_eq!(server.metric("canaryline_contacts"), 0);
    // The same, signed as it should be, is taken.
    server.takes(&pbx(now_s()));
    server.takes(&sign::twilio("tw", TOKEN, &url, &FIELDS));
    assert_eq!(server.admin().contacts().len(), 2);
}

#[test]
fn signed_and_unreadable_is_kept_apart_and_told_of() {
    let folder = Folder::new();
    let server = installed(&folder);
    let bodies: [&[u8]; 7] = [
        b"",
        b"{",
        b"\xff\xfe not text",
        b"[]",
        br#"{"type":"sms.received","timestamp":"2026-11-20T08:00:00Z","data":{"text":"to nobody"}}"#,
        br#"{"type":"sms.received","timestamp":"yesterday","data":{"to":"+14155550132"}}"#,
        br#"{"type":"pigeon.received","timestamp":"2026-11-20T08:00:00Z","data":{"to":"+14155550132"}}"#,
    ];
    let before = server.metric("canaryline_log_entries");
    for (number, body) in bodies.iter().enumerate() {
        let signed = sign::standard("pbx", WHSEC, &format!("msg_{number}"), now_s(), body);
        assert_eq!(server.hook(&signed).problem(400)["code"], "unparsed");
    }
    let count = bodies.len() as u64;
    assert_eq!(server.webhooks("unparsed"), count);
    assert_eq!(
        server.metric("canaryline_log_entries"),
        before + count,
        "each is an entry"
    );
    assert!(server.admin().contacts().is_empty());
    assert_eq!(
        server
            .said()
            .matches("signed webhook cannot be read")
            .count(),
        bodies.len()
    );
    server.stop();
    let server = Server::start(&folder.data());
    assert!(server.admin().contacts().is_empty());
}

#[test]
fn an_unknown_connection_is_404() {
    let folder = Folder::new();
    let server = installed(&folder);
    for connection in ["nobody", "a%20b", "..%2f..", "nobody/sub/path"] {
        let signed = Signed {
            connection: connection.to_owned(),
            ..cast::sms("msg_1", LINE, "x")
        };
        server.hook(&signed).problem(404);
    }
    assert_eq!(server.webhooks("unknown"), 4);
    assert!(server.admin().contacts().is_empty());
}

#[test]
fn a_body_up_to_the_limit_is_taken_and_a_larger_one_is_413() {
    let folder = Folder::new();
    let server = installed(&folder);
    let of_length = |id: &str, length: usize| {
        let start = br#"{"type":"sms.received","timestamp":"2026-11-20T08:00:00Z","data":{"to":"+14155550132","text":""#;
        let end = br#""}}"#;
        let middle = vec![b'x'; length - start.len() - end.len()];
        let body = [start.as_slice(), &middle, end].concat();
        sign::standard("pbx", WHSEC, id, now_s(), &body)
    };
    server.takes(&of_length("msg_1", 10 * MIB));
    assert_eq!(
        server.hook(&of_length("msg_2", 10 * MIB + 1)).problem(413)["code"],
        "too_large"
    );
    assert_eq!(
        server.hook(&of_length("msg_3", 31 * MIB)).problem(413)["code"],
        "too_large"
    );
    assert_eq!(server.webhooks("too_large"), 2);
    let contacts = server.admin().contacts();
    assert_eq!(contacts.len(), 1);
    assert!(contacts[0]["text"].as_str().unwrap().len() > 9 * MIB);
    server.stop();
    let server = Server::start(&folder.data());
    assert_eq!(server.admin().contacts(), contacts);
}

#[test]
fn a_body_without_an_end_is_cut_off() {
    let folder = Folder::new();
    let server = installed(&folder);
    let mut connection = Connection::open(server.address).unwrap();
    let head = http::request(
        "POST",
        "/hooks/pbx",
        &[header("transfer-encoding", "chunked")],
        b"",
    );
    connection.send(&head).unwrap();
    let chunk = [b"100000\r\n".as_slice(), &vec![b'x'; MIB], b"\r\n"].concat();
    // What is not read waits in the kernel's buffers, so the end is seen a little later.
    let sent = (0..1024)
        .take_while(|_| connection.send(&chunk).is_ok())
        .count();
    assert!(sent < 128, "{sent} MiB were taken");
    wait_for("the counter", || {
        (server.webhooks("too_large") == 1).then_some(())
    });
    server.takes(&cast::sms("msg_1", LINE, "others are not disturbed"));
}

#[test]
fn a_broken_off_body_is_no_contact() {
    let folder = Folder::new();
    let server = installed(&folder);
    let signed = cast::sms("msg_1", LINE, "this is cut short");
    let whole = http::request("POST", "/hooks/pbx", &signed.headers, &signed.body);
    let mut connection = Connection::open(server.address).unwrap();
    connection.send(&whole[..whole.len() - 10]).unwrap();
    drop(connection);
    server.takes(&cast::sms("msg_2", LINE, "whole"));
    let contacts = server.admin().contacts();
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0]["provider_event_id"], "msg_2");
}

/// A client that hangs up after the whole request was sent cancels nothing.
#[test]
fn who_hangs_up_before_the_answer_is_recorded_all_the_same() {
    let folder = Folder::new();
    let server = installed(&folder);
    for number in 0..20 {
        let signed = cast::sms(&format!("msg_{number}"), LINE, "bye");
        let mut connection = Connection::open(server.address).unwrap();
        connection
            .send(&http::request(
                "POST",
                "/hooks/pbx",
                &signed.headers,
                &signed.body,
            ))
            .unwrap();
        // Until the request has been read: a closed socket with unread bytes is nobody's.
        wait_for("the request to be taken", || {
            (server.webhooks("recorded") > number).then_some(())
        });
    }
    assert_eq!(server.admin().contacts().len(), 20);
}

#[test]
fn a_full_queue_says_come_again() {
    let folder = Folder::new();
    let data = folder.data();
    let server = Launch::on(&data)
        .config("[limits]\nqueue_entries_max = 1\n")
        .start();
    cast::install(&server.admin());
    let round = |number: usize| {
        let senders: Vec<_> = (0..32)
            .map(|sender| {
                let signed = cast::sms(&format!("msg_{number}_{sender}"), LINE, "many at once");
                let address = server.address;
                std::thread::spawn(move || {
                    http::ask(address, "POST", "/hooks/pbx", &signed.headers, &signed.body).unwrap()
                })
            })
            .collect();
        senders
            .into_iter()
            .map(|sender| sender.join().unwrap())
            .collect::<Vec<_>>()
    };
    let (mut taken, mut number) = (0, 0);
    let busy = wait_for("a full queue", || {
        number += 1;
        let (good, busy): (Vec<_>, Vec<_>) = round(number)
            .into_iter()
            .partition(|answer| answer.status == 200);
        taken += good.len();
        busy.into_iter().next()
    });
    assert_eq!(busy.problem(503)["code"], "busy");
    assert!(busy.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    assert!(server.webhooks("not_recorded") > 0);
    assert_eq!(
        server.admin().contacts().len(),
        taken,
        "what was refused is not there, what was taken is"
    );
    assert_eq!(server.stranger().get("/readyz").status, 200);
}

#[test]
fn settings_that_are_not_known_or_make_no_sense_are_refused() {
    let folder = Folder::new();
    let data = folder.data();
    for (config, named) in [
        ("colour = 1\n", "colour"),
        ("[limits]\nqueue = 1\n", "queue"),
        ("[log]\npublish = \"maybe\"\n", "maybe"),
        ("[limits]\nqueue_entries_max = 0\n", "queue_entries_max"),
        ("[limits]\nconnections_max = 0\n", "connections_max"),
        ("[limits]\nbody_bytes_max = -1\n", "body_bytes_max"),
        (
            "[connections.tw]\nprovider = \"twilio\"\nsecrets_env = { auth_token = \"NOT_SET_ANYWHERE\" }\n",
            "NOT_SET_ANYWHERE",
        ),
        (
            "[connections.tw]\nprovider = \"pigeon\"\nsecrets_env = {}\n",
            "pigeon",
        ),
        ("listen = \"nowhere\"\n", "listen"),
    ] {
        let ended = Launch::on(&data).config(config).refused().with(2);
        assert!(ended.stderr.contains(named), "{config}: {}", ended.stderr);
        assert!(!data.exists(), "{config}: a folder was made all the same");
    }
}

/// Paths that nobody means.
const ODD: &str = "/ * /% /%00 /hooks/ /hooks //hooks//pbx /v1/lines/%2B /v1/lines/%ff /v1/keys/%00 \
    /log/tile/ /log/tile/9/000 /log/tile/0/x999/x999/x999/x999/x999/999 /log/tile/entries/000.p/0 \
    /log/tile/0/000.p/256 /log/tile/../../data.key /v1/contacts/18446744073709551615 /v1/contacts/-1 \
    /v1/contacts?cursor=18446744073709551616 /v1/contacts?since=99999999999999999999 \
    /v1/contacts?since=-9223372036854775808 /v1/contacts?until=9223372036854775807 \
    /v1/custody?cursor=0 /v1/lines?cursor=%ff";

#[test]
fn no_request_whatever_makes_the_server_fall() {
    let folder = Folder::new();
    let server = installed(&folder);
    let long = "x".repeat(20_000);
    let key = header("authorization", format!("Bearer {}", server.admin_key()));
    for target in ODD.split_whitespace().chain([long.as_str()]) {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
            let mut connection = Connection::open(server.address).unwrap();
            let request = http::request(method, target, std::slice::from_ref(&key), b"{}");
            connection.send(&request).unwrap();
            if let Ok(answer) = connection.answer() {
                assert!(answer.status < 500, "{method} {target}: {}", answer.status);
            }
        }
    }
    let mut raw = std::net::TcpStream::connect(server.address).unwrap();
    raw.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is no HTTP\r\n\r\n")
        .unwrap();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = sign::standard("pbx", WHSEC, "deep", now_s(), deep.as_bytes());
    server.hook(&deep).problem(400);
    let far =
        json!({ "number": LINE, "from": "-9223372036854775808", "until": "9223372036854775807" });
    let answer = server.admin().post("/v1/coverage", &far);
    assert!(answer.status < 500, "{}", answer.text());
    server.takes(&cast::sms("msg_1", LINE, "still here"));
    assert!(!server.said().contains("panicked"), "{}", server.said());
}
