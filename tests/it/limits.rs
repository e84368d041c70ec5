//! Slow and oversized requests do not hold the server.

use crate::harness::cast::{self, LINE};
use crate::harness::folder::Folder;
use crate::harness::http::{self, Connection, header};
use crate::harness::server::{Launch, Server};

const IMPATIENT: &str = "[limits]\nheader_s = 1\nbody_s = 1\n";

fn impatient(folder: &Folder) -> Server {
    let server = Launch::on(&folder.data()).config(IMPATIENT).start();
    cast::install(&server.admin());
    server
}

#[test]
fn more_or_larger_headers_than_anyone_needs_are_431() {
    let folder = Folder::new();
    let server = impatient(&folder);
    let many: Vec<_> = (0..200).map(|n| header(&format!("x-{n}"), "1")).collect();
    let large = vec![header("x-large", "x".repeat(256 * 1024))];
    let repeated = vec![header("webhook-id", "msg"); 150];
    for headers in [many, large, repeated] {
        let answer = http::ask(server.address, "POST", "/hooks/pbx", &headers, b"");
        // The rest of the request may be refused before the answer is read.
        assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status == 431));
    }
    let few: Vec<_> = (0..50).map(|n| header(&format!("x-{n}"), "1")).collect();
    let signed = cast::sms("msg_1", LINE, "with many headers");
    let headers = [signed.headers, few].concat();
    let answer = http::ask(server.address, "POST", "/hooks/pbx", &headers, &signed.body);
    assert_eq!(answer.unwrap().status, 200);
}

/// The answer before the end, if there is one.
fn ends(mut connection: Connection) -> Option<u16> {
    let answer = connection.answer().ok().map(|answer| answer.status);
    assert!(connection.is_closed(), "the connection stays open");
    answer
}

#[test]
fn headers_that_do_not_come_end_the_connection() {
    let folder = Folder::new();
    let server = impatient(&folder);
    // `PRI` is how HTTP/2 begins; nothing at all is how a port is held.
    for start in [
        "",
        "P",
        "POST /hooks/pbx HTTP/1.1\r\nhost:",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut connection = Connection::open(server.address).unwrap();
        connection.send(start.as_bytes()).unwrap();
        let answer = ends(connection);
        assert!(matches!(answer, None | Some(408)), "{start:?}: {answer:?}");
    }
    // One that was of use before is let go as well.
    let mut connection = Connection::open(server.address).unwrap();
    assert_eq!(
        connection.ask("GET", "/healthz", &[], b"").unwrap().status,
        200
    );
    assert_eq!(ends(connection), None);
}

#[test]
fn a_body_that_does_not_come_is_408() {
    let folder = Folder::new();
    let server = impatient(&folder);
    let signed = cast::sms("msg_1", LINE, "slowly");
    let whole = http::request("POST", "/hooks/pbx", &signed.headers, &signed.body);
    let mut connection = Connection::open(server.address).unwrap();
    connection.send(&whole[..whole.len() - 5]).unwrap();
    assert_eq!(
        connection.answer().unwrap().problem(408)["code"],
        "slow_body"
    );
    // A key does not buy patience.
    let key = header("authorization", format!("Bearer {}", server.admin_key()));
    let whole = http::request("POST", "/v1/platforms", &[key], br#"{"name":"Slow"}"#);
    let mut connection = Connection::open(server.address).unwrap();
    connection.send(&whole[..whole.len() - 5]).unwrap();
    connection.answer().unwrap().problem(408);
    assert_eq!(server.webhooks("rejected"), 1);
    assert!(server.admin().contacts().is_empty());
}

#[test]
fn connections_beyond_the_limit_wait_and_are_served() {
    let folder = Folder::new();
    let data = folder.data();
    let config = "[limits]\nheader_s = 1\nconnections_max = 2\n";
    let server = Launch::on(&data).config(config).start();
    // Held open and silent; the server lets each go when it had its time.
    let held: Vec<_> = (0..4)
        .map(|_| Connection::open(server.address).unwrap())
        .collect();
    assert_eq!(
        http::ask(server.address, "GET", "/healthz", &[], b"")
            .unwrap()
            .status,
        200
    );
    drop(held);
}
