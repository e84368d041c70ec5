//! When the disk refuses: nothing is acknowledged, reads go on, and it is said.

use std::path::Path;

use serde_json::json;

use crate::harness::cast::{self, LINE};
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::{Launch, Server};
use crate::harness::sign::{self};
use crate::harness::{now_s, wait_for};

/// A disk on which no file grows beyond 1.5 MiB (3072 blocks of 512 bytes): a write beyond fails
/// as on a full disk, as the signal that would end the process is ignored.
const FULL_DISK: [&str; 4] = [
    "sh",
    "-c",
    "trap '' XFSZ; ulimit -f 3072; exec \"$@\"",
    "sh",
];

fn on_full_disk(data: &Path) -> Server {
    let server = Launch::on(data).by(&FULL_DISK).start();
    cast::install(&server.admin());
    server
}

/// A message of 20 KiB, which is kept in the log itself.
fn sized(number: usize) -> sign::Signed {
    cast::sms(&format!("msg_{number}"), LINE, &"x".repeat(20_000))
}

#[test]
fn a_full_disk_refuses_writes_serves_reads_and_says_so() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let data = folder.data();
    let server = on_full_disk(&data);
    assert_eq!(server.stranger().get("/readyz").json()["ready"], true);
    let mut acknowledged = Vec::new();
    let mut number = 0;
    let refused = wait_for("the disk to be full", || {
        let answer = server.hook(&sized(number));
        if answer.status != 200 {
            return Some(answer);
        }
        acknowledged.push(format!("msg_{number}"));
        number += 1;
        None
    });
    assert_eq!(refused.problem(503)["code"], "log_fault");
    assert!(refused.header("retry-after").is_some());
    assert!(acknowledged.len() > 10);
    // Not taken up again as if nothing had happened.
    server.hook(&sized(number + 1)).problem(503);
    server.hook(&cast::sms("small", LINE, "x")).problem(503);
    let api = server.admin();
    api.post("/v1/platforms", &json!({ "name": "Beta" }))
        .problem(503);
    assert!(server.webhooks("not_recorded") >= 3);
    assert_eq!(server.metric("canaryline_log_writable"), 0);

    let ready = server.stranger().get("/readyz");
    assert_eq!((ready.status, &ready.json()["ready"]), (503, &json!(false)));
    assert!(!ready.json()["fault"].as_str().unwrap().is_empty());
    assert_eq!(server.stranger().get("/healthz").status, 200);
    let ids = |server: &Server| {
        let contacts = server.admin().contacts();
        contacts
            .iter()
            .rev()
            .map(|c| c["provider_event_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&server), acknowledged);
    for path in [
        "/v1/lines",
        "/v1/verdicts",
        "/v1/custody",
        "/v1/honeytokens",
        "/metrics",
    ] {
        assert_eq!(api.get(path).status, 200, "{path}");
    }
    assert!(server.said().contains("cannot be recorded"));
    server.stop();

    run(arguments!["verify", "--data", data]).with(0);
    let server = Server::start(&data);
    assert_eq!(
        ids(&server),
        acknowledged,
        "what was acknowledged, and nothing else"
    );
    server.takes(&sized(number));
    assert_eq!(server.stranger().get("/readyz").status, 200);
}

/// Large bodies lie in files of their own; one that cannot be written is not acknowledged either.
#[test]
fn a_large_body_that_finds_no_room_is_not_acknowledged() {
    let folder = Folder::new();
    let data = folder.data();
    let server = on_full_disk(&data);
    let text = json!({ "to": LINE, "from": "+14155550199", "text": "x".repeat(3 << 20) });
    let body = json!({ "type": "sms.received", "timestamp": "2026-11-20T08:00:00Z", "data": text });
    let signed = sign::standard(
        "pbx",
        cast::WHSEC,
        "large",
        now_s(),
        body.to_string().as_bytes(),
    );
    let answer = server.hook(&signed);
    assert!(answer.status >= 500, "{}", answer.status);
    answer.problem(answer.status);
    assert!(server.admin().contacts().is_empty());
    assert_eq!(server.webhooks("not_recorded"), 1);
    server.stop();
    let server = Server::start(&data);
    assert!(server.admin().contacts().is_empty());
    assert_eq!(server.hook(&signed).status, 200, "the provider comes again");
    assert_eq!(server.admin().contacts().len(), 1);
    server.stop();
    run(arguments!["verify", "--data", data]).with(0);
}
