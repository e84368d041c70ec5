//! On the disk before the answer, as the kernel saw it (strace).

use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::cast::{self, LINE};
use crate::harness::folder::Folder;
use crate::harness::server::Launch;

const WEBHOOKS: usize = 10;
/// All ways to read a request, write a segment, make it durable, write an answer.
const CALLS: &str =
    "trace=read,readv,recvfrom,pread64,pwrite64,write,writev,sendto,fdatasync,fsync";

/// Whether processes may be traced here: some sandboxes forbid it.
fn can_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status();
    traced.is_ok_and(|status| status.success())
}

/// The calls in the order in which they returned, as `name(file…) …`: a call that was interrupted
/// in the listing by another thread's is put together again.
fn returned(trace: &str) -> Vec<String> {
    let mut begun: Vec<(&str, &str)> = Vec::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let (thread, call) = line.trim().split_once(char::is_whitespace).unwrap();
        let call = call.trim();
        if let Some(start) = call.strip_suffix("<unfinished ...>") {
            begun.push((thread, start));
        } else if let Some((_, end)) = call.split_once("resumed>") {
            let place = begun.iter().position(|(t, _)| *t == thread).unwrap();
            calls.push(format!("{}{end}", begun.swap_remove(place).1));
        } else {
            calls.push(call.to_owned());
        }
    }
    calls
}

fn is(call: &str, names: &[&str], about: &str) -> bool {
    names
        .iter()
        .any(|name| call.starts_with(&format!("{name}(")))
        && call.contains(about)
}

#[test]
fn the_segment_is_on_the_disk_before_the_provider_is_answered() {
    if !can_trace() {
        println!("skipped: strace is not installed, or may not trace here");
        return;
    }
    let folder = Folder::new();
    let data = folder.data();
    let trace = folder.path("trace");
    // -D: the tracer stands aside, so that the process started is the server itself.
    let words = [
        "strace",
        "-D",
        "-f",
        "-y",
        "-s",
        "64",
        "-e",
        CALLS,
        "-o",
        trace.to_str().unwrap(),
    ];
    let server = Launch::on(&data).by(&words).start();
    cast::install(&server.admin());
    for number in 0..WEBHOOKS {
        server.takes(&cast::sms(&format!("msg_{number}"), LINE, "x"));
    }
    server.stop();
    assert_eq!(judged(&trace), WEBHOOKS);
}

/// Follows each webhook through the calls; how many there were.
fn judged(trace: &Path) -> usize {
    const READS: [&str; 3] = ["read", "readv", "recvfrom"];
    const WRITES: [&str; 3] = ["write", "writev", "sendto"];
    let text = crate::harness::wait_for("the trace's end", || {
        let text = std::fs::read_to_string(trace).unwrap();
        text.contains("exited with").then_some(text)
    });
    let (mut webhooks, mut waiting, mut written, mut durable) = (0, false, false, false);
    for call in returned(&text) {
        if is(&call, &READS, "POST /hooks/pbx") {
            (waiting, written, durable) = (true, false, false);
        } else if is(&call, &["pwrite64"], ".seg>") {
            (written, durable) = (true, false);
        } else if is(&call, &["fdatasync", "fsync"], ".seg>") && call.ends_with("= 0") {
            durable = written;
        } else if waiting && is(&call, &WRITES, "HTTP/1.1 200") {
            assert!(
                written && durable,
                "answered before the disk had it: {call}"
            );
            (waiting, webhooks) = (false, webhooks + 1);
        }
    }
    webhooks
}
