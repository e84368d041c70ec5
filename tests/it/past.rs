//! The past: logs of providers and carriers, backups of phones, what somebody types in.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::cast::{self, LINE, STRANGER};
use crate::harness::folder::Folder;
use crate::harness::program::{Ended, arguments, run};
use crate::harness::server::Server;

fn import(data: &Path, format: &str, file: &Path, more: &[&str]) -> Ended {
    let first = arguments![
        "import",
        "--data",
        data,
        "--format",
        format,
        "--contacts",
        file,
        "--json"
    ];
    run(first
        .into_iter()
        .chain(more.iter().map(std::ffi::OsString::from)))
}

/// What became of the rows, without the words.
fn rows(ended: &Ended) -> [u64; 5] {
    let rows = &ended.json()["rows"];
    ["read", "recorded", "repeated", "not_to_us", "refused_rows"]
        .map(|name| rows[name].as_u64().unwrap())
}

fn contacts(data: &Path) -> Vec<Value> {
    let ended = run(arguments![
        "export", "contacts", "--format", "jsonl", "--data", data
    ])
    .with(0);
    let lines = ended.stdout.lines();
    lines.map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// A row of a provider's log and its webhook are one event, by the provider's id, whichever comes first.
#[test]
fn a_row_and_a_webhook_of_one_event_count_once() {
    const LOG: &str = "From,To,Body,Status,SentDate,ApiVersion,Sid,Direction\n\
         +14155550199,+14155550132,hello,received,2026-10-03T04:00:00Z,2010,SM1,inbound\n\
         +14155550199,+14155550132,hello,received,2026-10-03T05:00:00Z,2010,SM2,inbound\n";
    let told = |server: &Server, sid: &str| {
        let fields = [
            ("MessageSid", sid),
            ("From", STRANGER),
            ("To", LINE),
            ("Body", "hello"),
        ];
        server.takes(&cast::twilio(server, &fields));
    };
    for webhook_first in [true, false] {
        let folder = Folder::new();
        let (data, file) = (folder.data(), folder.path("log.csv"));
        std::fs::write(&file, LOG).unwrap();
        let server = Server::start(&data);
        cast::install(&server.admin());
        if webhook_first {
            told(&server, "SM1");
        }
        server.stop();
        let imported = import(&data, "auto", &file, &["--summary"]).with(0);
        let repeated = u64::from(webhook_first);
        assert_eq!(rows(&imported), [2, 2 - repeated, repeated, 0, 0]);
        let server = Server::start(&data);
        for (sid, is_new) in [("SM1", false), ("SM2", false), ("SM3", true)] {
            let before = server.webhooks("repeated");
            told(&server, sid);
            assert_eq!(
                server.webhooks("repeated"),
                before + u64::from(!is_new),
                "{sid}"
            );
        }
        server.stop();
        assert_eq!(contacts(&data).len(), 3, "webhook first: {webhook_first}");
        run(arguments!["verify", "--data", data]).with(0);
    }
}

#[test]
fn each_providers_log_is_recognised_and_taken_once() {
    let logs = [
        (
            "twilio_messages",
            "From,To,Body,Status,SentDate,ApiVersion,Sid,Direction\n\
             +14155550199,+14155550132,\"a loan, for you\",received,2026-10-03T04:00:00Z,2010,SM1,inbound\n\
             +14155550132,+14155550199,stop,delivered,2026-10-03T04:01:00Z,2010,SM2,outbound-api\n",
        ),
        (
            "twilio_calls",
            "Call Sid,From,To,Direction,Duration,Status,Start Time\n\
             CA1,+14155550199,+14155550132,inbound,0,busy,2026-10-03T04:00:00Z\n\
             CA2,+14155550132,+14155550199,outbound-dial,5,completed,2026-10-03T04:01:00Z\n",
        ),
        (
            "plivo_messages",
            "Message UUID,From,To,To Country ISO2,Direction,Message Time,Status,Units\n\
             u1,14155550199,14155550132,US,inbound,2026-10-03 04:00:00+00:00,received,1\n\
             u2,14155550132,14155550199,US,outbound,2026-10-03 04:00:00+00:00,sent,1\n",
        ),
        (
            "plivo_calls",
            "Call UUID;From;To;Direction;Initiation Time;Call Duration\n\
             c1;14155550199;14155550132;inbound;2026-10-03 04:00:00;17\n\
             c2;14155550132;14155550199;outbound;2026-10-03 04:00:00;17\n",
        ),
        (
            "vonage_messages",
            "account_id,message_id,direction,from,to,message_body,date_received,status\n\
             a,m1,inbound,14155550199,14155550132,hello,2026-10-03T04:00:00+0000,delivered\n\
             a,m2,outbound,14155550132,14155550199,hello,2026-10-03T04:00:00+0000,delivered\n",
        ),
        (
            "vonage_calls",
            "account_id,call_id,direction,from,to,date_start,date_end,duration\n\
             a,k1,inbound,14155550199,14155550132,2026-10-03T04:00:00Z,2026-10-03T04:00:09Z,9\n\
             a,k2,outbound,14155550132,14155550199,2026-10-03T04:00:00Z,2026-10-03T04:00:09Z,9\n",
        ),
        (
            "telnyx_messages",
            "uuid\tdirection\tcli\tcld\tcreated_at\tparts\tstatus\n\
             t1\tinbound\t+14155550199\t+14155550132\t2026-10-03T04:00:00Z\t1\tdelivered\n\
             t2\toutbound\t+14155550132\t+14155550199\t2026-10-03T04:00:00Z\t1\tdelivered\n",
        ),
        (
            "telnyx_calls",
            "id,direction,cli,cld,started_at,call_sec\n\
             r1,inbound,+14155550199,+14155550132,2026-10-03T04:00:00Z,31\n\
             r2,outbound,+14155550132,+14155550199,2026-10-03T04:00:00Z,31\n",
        ),
    ];
    let folder = Folder::new();
    let data = folder.data();
    for (done, (format, text)) in logs.into_iter().enumerate() {
        let file = folder.path(format);
        std::fs::write(&file, text).unwrap();
        let first = import(&data, "auto", &file, &["--summary"]).with(0);
        assert_eq!(first.json()["rows"]["format"], format);
        assert_eq!(rows(&first), [2, 1, 0, 1, 0], "{format}");
        let again = import(&data, "auto", &file, &["--summary"]).with(0);
        assert_eq!(rows(&again), [2, 0, 1, 1, 0], "{format}");
        let all = contacts(&data);
        assert_eq!(all.len(), done + 1, "{format}");
        for contact in all {
            assert_eq!(
                (&contact["to"], &contact["from"]),
                (&json!(LINE), &json!(STRANGER))
            );
            assert_eq!(contact["received_at"], "2026-10-03T04:00:00Z");
            assert_eq!(contact["authentication"], "imported");
        }
    }
}

#[test]
fn a_carriers_bill_is_read_by_a_map_and_bad_rows_are_named() {
    let folder = Folder::new();
    let (data, bill, map) = (
        folder.data(),
        folder.path("bill.csv"),
        folder.path("map.toml"),
    );
    let text = "起始时间,对方号码,通信方式,通信时长\n\
        2026-10-03 12:00:00,13800138000,被叫,1分23秒\n\
        2026-10-03 12:05:00,13800138000,主叫,5秒\n\
        昨天,13800138000,被叫,5秒\n\
        2026-10-03 12:07:00,13800138000,被叫,很久\n";
    let (gb18030, _, _) = encoding_rs::GB18030.encode(text);
    std::fs::write(&bill, gb18030).unwrap();
    let columns = "kind = \"call\"\nat = \"起始时间\"\nfrom = \"对方号码\"\nduration = \"通信时长\"\n\
        direction = \"通信方式\"\nto_us = [\"被叫\"]\nutc_offset = \"+08:00\"\n";
    std::fs::write(&map, columns).unwrap();
    let map_text = map.to_str().unwrap();
    import(&data, "columns", &bill, &[]).with(2);
    import(&data, "columns", &bill, &["--columns", map_text]).with(2);
    let unknown = import(&data, "auto", &bill, &[]).with(2);
    assert!(unknown.stderr.contains("起始时间") && unknown.stderr.contains("--columns"));
    let taken = import(
        &data,
        "columns",
        &bill,
        &["--columns", map_text, "--to", LINE],
    )
    .with(3);
    assert_eq!(rows(&taken), [4, 1, 0, 1, 2]);
    let document = taken.json();
    assert_eq!(document["rows"]["encoding"], "gb18030");
    let refused = document["rows"]["refused"].as_array().unwrap();
    assert_eq!(
        (&refused[0]["row"], &refused[1]["row"]),
        (&json!(4), &json!(5))
    );
    let all = contacts(&data);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["received_at"], "2026-10-03T04:00:00Z");
    assert_eq!(all[0]["duration_s"], 83);
    std::fs::write(&map, columns.replace("对方号码", "号码")).unwrap();
    let missing = import(
        &data,
        "columns",
        &bill,
        &["--columns", map_text, "--to", LINE],
    )
    .with(2);
    assert!(missing.stderr.contains("号码"), "{}", missing.stderr);
}

#[test]
fn a_phones_backup_is_read_and_bombs_are_not() {
    let folder = Folder::new();
    let (data, file) = (folder.data(), folder.path("sms.xml"));
    let backup = r#"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="4">
  <sms address="+14155550199" date="1791000000000" type="1" body="a loan &#55357;&#56832; &amp; more" />
  <sms address="+14155550199" date="1791000000000" type="1" body="a loan &#55357;&#56832; &amp; more" />
  <sms address="+14155550199" date="1791000001000" type="2" body="stop" />
  <sms address="+14155550199" date="soon" type="1" body="x" />
  <mms date="1791000002000" msg_box="1" address="+14155550132">
    <parts><part ct="image/png" data="AAAA" /><part ct="text/plain" text="look" /></parts>
    <addrs><addr address="+14155550199" type="137" /><addr address="+14155550132" type="151" /></addrs>
  </mms>
</smses>"#;
    std::fs::write(&file, backup).unwrap();
    import(&data, "sms-backup", &file, &[]).with(2);
    let taken = import(&data, "sms-backup", &file, &["--to", LINE]).with(3);
    assert_eq!(rows(&taken), [5, 3, 0, 1, 1]);
    let again = import(&data, "sms-backup", &file, &["--to", LINE]).with(3);
    assert_eq!(rows(&again), [5, 0, 3, 1, 1]);
    let mut texts: Vec<String> = contacts(&data)
        .iter()
        .map(|c| c["text"].as_str().unwrap().to_owned())
        .collect();
    texts.sort();
    assert_eq!(texts, ["a loan 😀 & more", "a loan 😀 & more", "look"]);
    let calls = r#"<calls count="2"><call number="+14155550199" duration="0" date="1791000000000" type="3" /><call number="+14155550199" duration="9" date="1791000000000" type="2" /></calls>"#;
    std::fs::write(&file, calls).unwrap();
    let taken = import(&data, "sms-backup", &file, &["--to", LINE]).with(0);
    assert_eq!(rows(&taken), [2, 1, 0, 1, 0]);
    let deep = format!("<smses>{}", "<a>".repeat(10_000));
    for bad in [
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><smses><sms body=\"&b;\"/></smses>",
        "<smses><sms body=\"&b;\" date=\"1\" type=\"1\"/></smses>",
        "<smses><sms",
        "<smses>",
        "<html></html>",
        "no xml",
        "",
        &deep,
    ] {
        std::fs::write(&file, bad).unwrap();
        import(&data, "sms-backup", &file, &["--to", LINE]).with(2);
    }
}

#[test]
fn what_is_typed_in_says_so_and_files_are_attached_by_digest() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let typed = json!({ "to": LINE, "from": STRANGER, "kind": "sms", "text": "a loan",
        "happened_at": "2026-10-03T04:00:00Z", "id": "note-7" });
    let index = api.made("/v1/contacts", &typed)["index"].as_u64().unwrap();
    let again = api.post("/v1/contacts", &typed);
    assert_eq!((again.status, &again.json()["index"]), (200, &json!(index)));
    let contact = api.seen(&format!("/v1/contacts/{index}"));
    assert_eq!(contact["authentication"], "by_hand");
    assert_eq!(contact["received_at"], "2026-10-03T04:00:00Z");
    assert_eq!(api.contacts().len(), 1);
    for (name, value) in [
        ("to", json!("12")),
        ("kind", json!("transcript")),
        ("happened_at", json!("2999-01-01T00:00:00Z")),
        ("happened_at", json!("soon")),
        ("id", json!("")),
    ] {
        let mut bad = typed.clone();
        bad[name] = value;
        api.post("/v1/contacts", &bad).problem(400);
    }
    let mut foreign = typed.clone();
    foreign["to"] = json!("+447700900999");
    api.post("/v1/contacts", &foreign).problem(404);
    let (_, viewer) = api.with_role("viewer");
    viewer.post("/v1/contacts", &typed).problem(403);

    let files = format!("/v1/contacts/{index}/attachments");
    let sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let digest = json!({ "sha256": sha256, "bytes": 4, "media_type": "image/png" });
    let attached = api.made(&files, &digest);
    assert_eq!(attached["held"], false);
    assert_eq!(api.post(&files, &digest).status, 200);
    api.get(&format!("{files}/{sha256}")).problem(404);
    // The file itself, afterwards: its digest is the one that was committed to.
    let held = api.upload(&files, "image/png", b"test");
    assert_eq!((held.status, &held.json()["sha256"]), (201, &json!(sha256)));
    api.post(&files, &json!({ "sha256": "x", "bytes": 1 }))
        .problem(400);
    api.post("/v1/contacts/0/attachments", &digest).problem(404);
    let shown = api.seen(&format!("/v1/contacts/{index}"));
    assert_eq!(shown["attachments"].as_array().unwrap().len(), 2);
    let erased = api.made(
        "/v1/erasures",
        &json!({ "contact": index, "reason": "asked" }),
    );
    assert_eq!(erased["erased"].as_array().unwrap().len(), 4);
    server.stop();
}
