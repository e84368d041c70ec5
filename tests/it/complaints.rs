//! From a finding to a form, as somebody does who wants to complain.

use serde_json::Value;

use crate::harness::cast::{self, CONTROL, LINE, STRANGER};
use crate::harness::folder::Folder;
use crate::harness::program::{Ended, arguments, run};
use crate::harness::server::Server;
use crate::harness::wait_for;
use crate::harness::world::imported;

#[test]
fn from_a_finding_to_a_verified_bundle_and_a_chinese_form_in_three_commands() {
    let folder = Folder::new();
    let (data, platform) = imported(&folder, 7);
    let (zip, page) = (folder.path("bundle.zip"), folder.path("complaint.html"));
    run(arguments![
        "export",
        "bundle",
        "--platform",
        platform,
        "--data",
        data,
        "--out",
        zip
    ])
    .with(0);
    run(arguments!["verify", zip]).with(0);
    run(arguments![
        "complaint",
        "--authority",
        "12321",
        "--platform",
        platform,
        "--data",
        data,
        "--format",
        "html",
        "--out",
        page
    ])
    .with(0);
    let page = std::fs::read_to_string(page).unwrap();
    for words in [
        "个人信息泄露举报",
        "举报人手机号",
        "尚未提交",
        "【待填写】",
        "专门提供给",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    // Both left the house, and the log says so.
    let checked = run(arguments!["verify", "--data", data, "--json"])
        .with(0)
        .json();
    assert!(checked["erased"].as_array().unwrap().is_empty());
}

#[test]
fn every_authority_is_served_from_a_finding_in_every_format() {
    let folder = Folder::new();
    let (data, platform) = imported(&folder, 7);
    for authority in ["12321", "ftc", "fcc", "itg", "ico", "cnil", "dpa"] {
        let form = |format: &str| {
            let words = arguments![
                "complaint",
                "--authority",
                authority,
                "--platform",
                platform,
                "--data",
                data,
                "--format",
                format
            ];
            run(words).with(0).stdout
        };
        let data: Value = serde_json::from_str(&form("json")).unwrap();
        assert_eq!(data["authority"], authority);
        assert_eq!(data["submitted"], false);
        let open = data["sheets"][0]["missing"].as_array().unwrap();
        assert!(!open.is_empty(), "{authority}");
        assert!(form("csv").starts_with("language,field,label,value,required,missing\r\n"));
        assert!(form("html").starts_with("<!DOCTYPE html>"));
        let title = data["sheets"][0]["title"].as_str().unwrap();
        assert!(form("text").starts_with(title), "{authority}");
    }
}

fn complaint(server: &Server, more: &[&str]) -> Ended {
    let (url, key) = (server.url(), server.admin_key());
    let words = arguments!["complaint", "--server", url, "--key", key];
    run(words
        .into_iter()
        .chain(more.iter().map(|word| (*word).into())))
}

#[test]
fn a_server_fills_a_form_for_those_who_may_see_numbers_and_notes_who_looked() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("m1", LINE, "<script>a loan, cheap"));
    let index = api.contacts()[0]["index"].as_u64().unwrap().to_string();
    let ended = complaint(&server, &["--authority", "ftc", "--contact", &index]).with(0);
    assert!(ended.stdout.contains(STRANGER) && ended.stdout.contains("[to be filled in]"));
    let target = format!("/v1/contacts/{index}/complaint?authority=12321");
    let page = api.get(&target);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let disposition = page.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"complaint-12321-contact-"));
    assert!(page.text().contains("垃圾短信举报") && !page.text().contains("<script"));
    let (_, viewer) = api.with_role("viewer");
    viewer.get(&target).problem(403);
    let noted = format!("1 entries: complaint to {}", "12321");
    wait_for("the record", || {
        let custody = api.all("/v1/custody", "", 100);
        custody
            .iter()
            .find(|c| c["detail"] == noted.as_str())
            .map(drop)
    });
}

#[test]
fn a_form_that_cannot_be_filled_says_why() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("m1", LINE, "hello"));
    let index = api.contacts()[0]["index"].as_u64().unwrap();
    for (target, status, said) in [
        (
            format!("/v1/contacts/{index}/complaint?authority=itg"),
            409,
            "calls only",
        ),
        (
            format!("/v1/contacts/{index}/complaint?authority=cnil"),
            409,
            "platforms only",
        ),
        (
            format!("/v1/contacts/{index}/complaint?authority=fbi"),
            400,
            "12321, ftc",
        ),
        (format!("/v1/contacts/{index}/complaint"), 400, "authority"),
        (
            format!("/v1/contacts/{index}/complaint?authority=ftc&format=doc"),
            400,
            "json, csv",
        ),
        (
            "/v1/contacts/0/complaint?authority=ftc".to_owned(),
            404,
            "no contact",
        ),
        (
            "/v1/contacts/99999/complaint?authority=ftc".to_owned(),
            404,
            "no contact",
        ),
        (
            "/v1/platforms/nobody/complaint?authority=12321".to_owned(),
            404,
            "unknown",
        ),
        (
            "/v1/platforms/acme/complaint?authority=ftc".to_owned(),
            409,
            "calls and messages",
        ),
    ] {
        let problem = api.get(&target).problem(status);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{target}: {detail}");
    }
    for (words, code) in [
        (
            &["--authority", "itg", "--contact", &index.to_string()][..],
            3,
        ),
        (&["--authority", "fbi", "--contact", "1"], 2),
        (&["--authority", "ftc"], 2),
        (
            &["--authority", "ftc", "--contact", "1", "--platform", "acme"],
            2,
        ),
    ] {
        let ended = complaint(&server, words).with(code);
        assert!(
            ended.stdout.is_empty() && !ended.stderr.is_empty(),
            "{words:?}"
        );
    }
}

#[test]
fn a_number_that_nobody_was_given_is_complained_of_as_such() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("m1", CONTROL, "win a prize"));
    let index = api.contacts()[0]["index"].as_u64().unwrap().to_string();
    let ended = complaint(&server, &["--authority", "ico", "--contact", &index]).with(0);
    assert!(
        ended.stdout.contains("had been given to nobody"),
        "{}",
        ended.stdout
    );
    assert!(!ended.stdout.contains("Acme"), "{}", ended.stdout);
}
