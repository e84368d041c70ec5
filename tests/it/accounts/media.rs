//! Recordings and pictures: fetched where the country allows, kept by digest, tried again, erased.

use serde_json::{Value, json};

use super::{install, rings};
use crate::harness::api::Api;
use crate::harness::cast::{self, LINE, SECOND_LINE, STRANGER};
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::provider::{ACCOUNT, Failure, Provider};
use crate::harness::server::{Launch, Server};
use crate::harness::sign::Signed;
use crate::harness::wait_for;

fn picture(server: &Server, sid: &str, to: &str, url: &str) -> Signed {
    let fields = [
        ("MessageSid", sid),
        ("From", STRANGER),
        ("To", to),
        ("Body", "look"),
        ("SmsStatus", "received"),
        ("NumMedia", "1"),
        ("MediaUrl0", url),
        ("MediaContentType0", "image/png"),
    ];
    cast::twilio(server, &fields)
}

#[test]
fn pictures_are_kept_by_digest_where_the_country_allows_and_erased_with_their_contact() {
    let folder = Folder::new();
    let config = "[recordings]\nfetch = \"never\"\ncountries = { US = \"always\" }\n";
    let server = Launch::on(&folder.data()).config(config).start();
    let api = server.admin();
    let provider = Provider::start();
    install(&api, &provider);
    let bytes: Vec<u8> = (0..200_000_u32)
        .map(|n| (n.wrapping_mul(n) >> 3) as u8)
        .collect();
    for path in ["/media/gb", "/media/us"] {
        let file = (path.to_owned(), "image/png".to_owned(), bytes.clone());
        provider.world().media.push(file);
    }
    provider
        .world()
        .failures
        .push_back(Failure::Status(500, None));
    let url = |path: &str| format!("{}{path}?token=secret", provider.base);
    server.takes(&picture(&server, "MM1", SECOND_LINE, &url("/media/gb")));
    server.takes(&picture(&server, "MM2", LINE, &url("/media/us")));

    let contacts = api.contacts();
    let index = |sid: &str| {
        let of = contacts.iter().find(|c| c["provider_event_id"] == sid);
        of.unwrap()["index"].as_u64().unwrap()
    };
    let path = format!("/v1/contacts/{}", index("MM2"));
    let file = wait_for("the picture", || {
        let file = api.seen(&path)["attachments"][0].clone();
        (!file.is_null()).then_some(file)
    });
    assert_eq!(file["bytes"], bytes.len());
    assert_eq!(file["media_type"], "image/png");
    let target = format!("{path}/attachments/{}", file["sha256"].as_str().unwrap());
    let fetched = api.get(&target);
    assert_eq!(fetched.status, 200);
    assert_eq!(fetched.body, bytes);
    assert_eq!(fetched.header("content-type"), Some("image/png"));
    assert_eq!(fetched.header("content-disposition"), Some("attachment"));
    assert_eq!(
        provider.asked("/media/gb"),
        0,
        "its country does not allow it"
    );
    let gb = api.seen(&format!("/v1/contacts/{}", index("MM1")));
    assert_eq!(gb["attachments"], json!([]));

    api.with_role("viewer").1.get(&target).problem(403);
    api.get(&format!("{path}/attachments/00")).problem(404);
    let noted = || {
        let custody = api.all("/v1/custody", "", 1000);
        let read = |c: &&Value| c["kind"] == "personal_data_read";
        let details: Vec<String> = custody
            .iter()
            .filter(read)
            .map(|c| c["detail"].to_string())
            .collect();
        details
            .iter()
            .any(|d| d.contains("attachments"))
            .then_some(())
    };
    wait_for("the read in the custody log", noted);

    api.made(
        "/v1/erasures",
        &json!({ "index": index("MM2"), "reason": "asked for it" }),
    );
    api.get(&target).problem(404);
    let held = file["index"].as_u64().unwrap();
    server.stop();
    let verified = run(arguments!["verify", "--json", "--data", folder.data()])
        .with(0)
        .json();
    let mut erased = vec![index("MM2"), held];
    erased.sort_unstable();
    assert_eq!(verified["erased"], json!(erased));
    let server = Server::start(&folder.data());
    server.admin().get(&target).problem(404);
}

#[test]
fn a_recording_of_a_call_is_fetched_when_it_is_there_and_heard_on_its_call() {
    let folder = Folder::new();
    let config = "[recordings]\nfetch = \"always\"\n";
    let server = Launch::on(&folder.data()).config(config).start();
    let api = server.admin();
    let provider = Provider::start();
    install(&api, &provider);
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1");
    let sound = b"RIFF....WAVEfmt ".to_vec();
    let file = (path.clone(), "audio/x-wav".to_owned(), sound.clone());
    provider.world().media.push(file);
    server.takes(&rings(&server, "CA1", "ringing"));
    let url = format!("{}{path}", provider.base);
    let told = |status: &str| {
        let fields = [
            ("CallSid", "CA1"),
            ("RecordingSid", "RE1"),
            ("RecordingUrl", url.as_str()),
            ("RecordingStatus", status),
            ("RecordingDuration", "7"),
        ];
        cast::twilio(&server, &fields)
    };
    server.takes(&told("in-progress"));
    assert_eq!(provider.asked("/Recordings/RE1"), 0, "there is no file yet");
    server.takes(&told("completed"));
    let call = &api.contacts()[0];
    let call = format!("/v1/contacts/{}", call["index"]);
    let heard = wait_for("the recording", || {
        let events = api.seen(&call)["events"].as_array().unwrap().clone();
        events.into_iter().find(|e| e["attachments"][0].is_object())
    });
    let file = &heard["attachments"][0];
    assert_eq!(file["media_type"], "audio/x-wav");
    let of = format!("/v1/contacts/{}/attachments", heard["index"]);
    let fetched = api.get(&format!("{of}/{}", file["sha256"].as_str().unwrap()));
    assert_eq!((fetched.status, fetched.body), (200, sound));
    assert_eq!(api.contacts().len(), 1, "a recording is no contact more");
}

/// Failures to fetch files so far: which contact, and why.
fn failures(api: &Api) -> Vec<String> {
    let custody = api.all("/v1/custody", "", 1000);
    let failed = custody.iter().filter(|c| c["kind"] == "attachment_failed");
    failed.map(|c| c["detail"].to_string()).collect()
}

#[test]
fn a_restart_forgets_no_attempt_that_failed() {
    let folder = Folder::new();
    let config = "[recordings]\nfetch = \"always\"\n";
    let server = Launch::on(&folder.data()).config(config).start();
    let provider = Provider::start();
    install(&server.admin(), &provider);
    let url = |path: &str| format!("{}{path}", provider.base);
    server.takes(&picture(&server, "MM1", LINE, &url("/media/gone")));
    let failed = || {
        let failures = failures(&server.admin());
        (!failures.is_empty()).then_some(failures)
    };
    let failed = wait_for("the failure", failed);
    assert!(failed[0].contains("does not know"), "{failed:?}");
    server.stop();

    let server = Launch::on(&folder.data()).config(config).start();
    let api = server.admin();
    let file = ("/media/here".to_owned(), "image/png".to_owned(), vec![7; 9]);
    provider.world().media.push(file);
    server.takes(&picture(&server, "MM2", LINE, &url("/media/here")));
    let contacts = api.contacts();
    let second = contacts.iter().find(|c| c["provider_event_id"] == "MM2");
    let path = format!("/v1/contacts/{}", second.unwrap()["index"]);
    let came = || (api.seen(&path)["attachments"] != json!([])).then_some(());
    wait_for("the second file, whose turn is after the first's", came);
    assert_eq!(provider.asked("/media/gone"), 1, "its pause is not over");
    assert_eq!(failures(&api).len(), 1);
}
