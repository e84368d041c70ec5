//! Reports for people, and the right of reply: from a folder and from a server.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::harness::cast::{self, LINE};
use crate::harness::folder::Folder;
use crate::harness::program::{Ended, arguments, run};
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::world::imported;
use crate::harness::{column, wait_for};

const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'";

fn report(data: &Path, out: &Path, more: &[&str]) -> Ended {
    let base = arguments!["report", "--data", data, "--out", out];
    run(base
        .into_iter()
        .chain(more.iter().map(|word| (*word).into())))
}

fn reply(data: &Path, platform: &str, verb: &str, more: &[&str]) -> Ended {
    let base = arguments![
        "reply",
        verb,
        "--data",
        data,
        "--platform",
        platform,
        "--json"
    ];
    run(base
        .into_iter()
        .chain(more.iter().map(|word| (*word).into())))
}

/// The text of a PDF on one line, as a reader copies it; none where poppler is not installed.
fn words(pdf: &Path) -> Option<String> {
    let output = Command::new("pdftotext").arg(pdf).arg("-").output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        println!("skipped: pdftotext is not installed");
        return None;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.split_whitespace().collect())
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Nothing that a browser would run or fetch.
#[track_caller]
fn is_inert(html: &str) {
    let body = html.split("<body").nth(1).unwrap();
    let body = body.replace("&lt;img src=x", "");
    for mark in [
        "<script", "<img", " style=", " src=", " href=", "@import", "url(",
    ] {
        assert!(!body.contains(mark), "{mark}");
    }
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn a_report_says_the_verdict_in_both_languages_and_forms_and_hears_the_platform_first() {
    let folder = Folder::new();
    let (data, platform) = imported(&folder, 3);
    let about = ["--platform", &platform];
    let public = [&about[..], &["--preset", "public"]].concat();
    let refused = report(&data, &folder.path("p.html"), &public).with(3);
    assert!(
        refused.stderr.contains("was not offered a reply"),
        "{}",
        refused.stderr
    );
    assert!(!folder.path("p.html").exists());

    let whole = folder.path("whole.html");
    report(&data, &whole, &about).with(0);
    let html = std::fs::read_to_string(&whole).unwrap();
    assert!(html.contains("Do not publish this before it was told"));
    is_inert(&html);
    assert!(html.matches("<svg").count() >= 5, "charts");

    let told = reply(
        &data,
        &platform,
        "notify",
        &["--how", "letter", "--days", "10"],
    )
    .with(0)
    .json();
    assert_eq!(told["standing"]["state"], "open");
    for (lang, said) in [("zh", "号码已被传出"), ("en", "the numbers were passed on")] {
        for end in ["html", "pdf"] {
            let out = folder.path(&format!("{lang}.{end}"));
            report(&data, &out, &[&public[..], &["--lang", lang]].concat()).with(0);
            let text = match end {
                "pdf" => words(&out),
                _ => Some(squeezed(&std::fs::read_to_string(&out).unwrap())),
            };
            if let Some(text) = text {
                assert!(text.contains(&squeezed(said)), "{lang} {end}");
            }
        }
    }
    let custody = run(arguments!["verdicts", "--data", data, "--json"])
        .with(0)
        .json();
    let one = custody["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|v| v["platform"] == platform.as_str());
    assert_eq!(one.unwrap()["reply"]["state"], "open");
    run(arguments!["verify", "--data", data]).with(0);
}

#[test]
fn a_public_league_table_accuses_nobody_unheard_or_says_why() {
    let folder = Folder::new();
    let (data, platform) = imported(&folder, 3);
    let out = folder.path("league.html");
    let public = ["--league", "--preset", "public"];
    let refused = report(&data, &out, &public).with(3);
    assert!(
        refused.stderr.contains("was not offered a reply"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains(&platform) && !out.exists());
    report(&data, &out, &["--league", "--preset", "regulator"]).with(0);
    let with = |why: &str| {
        report(
            &data,
            &out,
            &[&public[..], &["--without-reply", why]].concat(),
        )
    };
    with(" ").with(2);
    with(&"x".repeat(501)).with(2);
    let why = "the <b>court</b> ordered it at once";
    with(why).with(0);
    let html = std::fs::read_to_string(&out).unwrap();
    assert!(html.contains("not offered a reply before this was published"));
    assert!(html.contains("the &lt;b&gt;court&lt;/b&gt; ordered it at once"));
    let server = Server::start(&data);
    let api = server.admin();
    let custody = api.all("/v1/custody", "", 500);
    let told = column(&custody, "detail");
    assert!(told.iter().any(
        |d| d.contains("report on all platforms for public, without a reply of") && d.contains(why)
    ));
    api.get("/v1/league?preset=public").problem(409);
    api.get("/v1/league?preset=public&without_reply=")
        .problem(400);
    assert_eq!(
        api.get("/v1/league?preset=public&without_reply=urgent")
            .status,
        200
    );
    server.stop();
}

#[test]
fn an_answer_is_noted_with_its_files_and_printed_when_it_is_published() {
    let folder = Folder::new();
    let (data, platform) = imported(&folder, 3);
    reply(
        &data,
        &platform,
        "notify",
        &["--how", "letter", "--at", "2026-01-02T00:00:00Z"],
    )
    .with(0);
    let (text, letter) = (folder.path("answer.txt"), folder.path("letter.pdf"));
    std::fs::write(&text, format!("Wir verkaufen nichts. {EVIL}")).unwrap();
    std::fs::write(&letter, b"abc").unwrap();
    let (text, letter) = (text.to_str().unwrap(), letter.to_str().unwrap());
    let answered = reply(
        &data,
        &platform,
        "answer",
        &["--text", text, "--attach", letter, "--from", "press"],
    )
    .with(0)
    .json();
    assert_eq!(answered["standing"]["state"], "answered");
    let index = answered["answers"][0]["index"].to_string();

    let public = folder.path("public.html");
    let more = ["--platform", &platform, "--preset", "public"];
    report(&data, &public, &more).with(0);
    assert!(
        !std::fs::read_to_string(&public)
            .unwrap()
            .contains("Wir verkaufen")
    );
    reply(&data, &platform, "publish", &[&index]).with(0);
    report(&data, &public, &more).with(0);
    let html = std::fs::read_to_string(&public).unwrap();
    assert!(html.contains("Wir verkaufen nichts. &lt;script&gt;"));
    assert!(html.contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    is_inert(&html);
    reply(&data, &platform, "publish", &[&index, "--withdraw"]).with(0);
    report(&data, &public, &more).with(0);
    assert!(
        !std::fs::read_to_string(&public)
            .unwrap()
            .contains("Wir verkaufen")
    );
    let league = folder.path("league.pdf");
    report(&data, &league, &["--league", "--lang", "zh"]).with(0);
    if let Some(text) = words(&league) {
        assert!(text.contains("全部平台一览") && text.contains("已答复"));
    }
    is_tagged(&league);
    for (preset, travels) in [("regulator", true), ("platform", true), ("public", false)] {
        let zip = folder.path("bundle.zip");
        run(arguments![
            "export",
            "bundle",
            "--data",
            data,
            "--platform",
            platform,
            "--preset",
            preset,
            "--out",
            zip
        ])
        .with(0);
        run(arguments!["verify", zip]).with(0);
        let text = String::from_utf8_lossy(&std::fs::read(&zip).unwrap()).into_owned();
        // The letter itself, in base64.
        assert_eq!(text.contains("YWJj"), travels, "{preset}");
    }
    kept_files(&data, &platform);
}

/// The file that came with the answer is there again; what no answer names is not taken.
fn kept_files(data: &Path, platform: &str) {
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let server = Server::start(data);
    let api = server.admin();
    let files = format!("/v1/platforms/{platform}/reply/files");
    let shown = api.seen(&format!("/v1/platforms/{platform}/reply"));
    assert_eq!(shown["answers"][0]["files"][0]["held"], true, "{shown}");
    assert_eq!(api.get(&format!("{files}/{ABC}")).body, b"abc");
    api.get(&format!("{files}/00")).problem(404);
    let send = |bytes: &[u8]| api.upload(&files, "application/octet-stream", bytes);
    assert_eq!(send(b"abc").status, 200);
    send(b"something else").problem(409);
    let (_, viewer) = api.with_role("viewer");
    viewer.get(&format!("{files}/{ABC}")).problem(403);
    server.stop();
}

/// That a PDF tells its parts to whoever cannot see it; where poppler is installed.
fn is_tagged(pdf: &Path) {
    let output = Command::new("pdfinfo").arg(pdf).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        println!("skipped: pdfinfo is not installed");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let tagged = text
        .lines()
        .any(|line| line.starts_with("Tagged:") && line.ends_with("yes"));
    assert!(tagged, "{text}");
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let folder = Folder::new();
    let (data, platform) = imported(&folder, 3);
    let out = folder.path("x.html");
    report(&data, &out, &["--platform", "nobody"]).with(3);
    report(&data, &out, &["--study", "nothing"]).with(3);
    report(
        &data,
        &out,
        &["--platform", &platform, "--preset", "friends"],
    )
    .with(2);
    report(&data, &out, &[]).with(2);
    report(&data, &out, &["--league", "--platform", &platform]).with(2);
    let nameless = report(&data, &folder.path("x.txt"), &["--league"]).with(2);
    assert!(nameless.stderr.contains("--format"));
    reply(&data, "nobody", "show", &[]).with(3);
    reply(&data, &platform, "notify", &["--how", " "]).with(3);
    reply(&data, &platform, "notify", &["--how", "x", "--days", "0"]).with(3);
    reply(
        &data,
        &platform,
        "notify",
        &["--how", "x", "--at", "2999-01-01T00:00:00Z"],
    )
    .with(3);
    reply(&data, &platform, "answer", &[]).with(3);
    reply(&data, &platform, "publish", &["0"]).with(3);
    assert_eq!(
        reply(&data, &platform, "show", &[]).with(0).json()["standing"]["state"],
        "not_offered"
    );
}

#[test]
fn a_server_makes_reports_keeps_strangers_words_text_and_notes_both() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let renamed = json!({ "name": EVIL, "operator": EVIL, "sector": EVIL });
    assert_eq!(api.put("/v1/platforms/acme", &renamed).status, 200);
    server.takes(&cast::sms("m1", LINE, &format!("a loan for you {EVIL}")));
    let study = json!({ "id": "s1", "name": EVIL, "platforms": ["acme"] });
    api.made("/v1/studies", &study);
    for target in [
        "/v1/platforms/acme/report",
        "/v1/studies/s1/report",
        "/v1/league",
    ] {
        for lang in ["zh", "en"] {
            let answer = api.get(&format!("{target}?preset=regulator&lang={lang}"));
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert!(
                answer
                    .header("content-disposition")
                    .unwrap()
                    .starts_with("attachment")
            );
            is_inert(answer.text());
            assert!(answer.text().contains("&lt;script&gt;"));
        }
        let pdf = api.get(&format!("{target}?preset=public&format=pdf"));
        assert!(pdf.status == 200 && pdf.body.starts_with(b"%PDF-"));
    }
    let custody = api.seen("/v1/custody?limit=100");
    let made = column(custody["items"].as_array().unwrap(), "detail");
    assert!(
        made.iter()
            .any(|detail| detail.contains("report on platform acme for public"))
    );
    for (target, status) in [
        ("/v1/platforms/nobody/report?preset=public", 404),
        ("/v1/studies/nothing/report?preset=public", 404),
        ("/v1/platforms/acme/report?preset=friends", 400),
        ("/v1/platforms/acme/report", 400),
        ("/v1/league?preset=public&lang=fr", 400),
        ("/v1/league?preset=public&format=doc", 400),
    ] {
        assert_eq!(api.get(target).status, status, "{target}");
    }
}

#[test]
fn a_platforms_time_to_answer_ends_by_itself_and_people_hear_of_it() {
    let folder = Folder::new();
    let data = folder.data();
    let receiver = Receiver::answering(200);
    let server = Server::start(&data);
    let api = server.admin();
    cast::install(&api);
    api.made("/v1/alert-targets", &crate::alerts::hook(&receiver));
    let notice = json!({ "how": "letter", "days": 1, "notified_at": "2026-01-05T00:00:00Z" });
    let told = api.made("/v1/platforms/acme/reply/notices", &notice);
    assert_eq!(told["standing"]["state"], "unanswered");
    assert_eq!(
        api.seen("/v1/verdicts/acme")["reply"]["state"],
        "unanswered"
    );
    server.stop();
    let server = Server::start(&data);
    let api = server.admin();
    wait_for("an alert that the time is over", || {
        let alerts = api.all("/v1/alerts", "", 100);
        column(&alerts, "topic")
            .contains(&"reply_due".to_owned())
            .then_some(())
    });
    assert_eq!(
        api.seen("/v1/platforms/acme/reply")["notices"][0]["lapsed"],
        true
    );

    let file = json!({ "name": "letter.pdf", "bytes": 3, "sha256": "ab".repeat(32) });
    let late = json!({ "text": "late", "from": "press", "files": [file] });
    let answered = api.made("/v1/platforms/acme/reply/answers", &late);
    let index = &answered["answers"][0]["index"];
    let (_, viewer) = api.with_role("viewer");
    let seen = |api: &crate::harness::api::Api| {
        api.seen("/v1/platforms/acme/reply")["answers"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((seen(&api), seen(&viewer)), (1, 0));
    let published = api.put(
        &format!("/v1/platforms/acme/reply/answers/{index}"),
        &json!({ "published": true }),
    );
    assert_eq!((published.status, seen(&viewer)), (200, 1));
    let bad = [
        json!({ "text": "" }),
        json!({ "text": "x", "files": [{ "name": "a", "bytes": 1, "sha256": "AB" }] }),
        json!({ "text": "x".repeat(70_000) }),
        json!({ "text": "x", "from": "y".repeat(501) }),
        json!({ "text": "x", "received_at": "2999-01-01T00:00:00Z" }),
    ];
    for body in bad {
        let answer = api.post("/v1/platforms/acme/reply/answers", &body);
        assert!([400, 409].contains(&answer.status), "{}", answer.text());
    }
    assert_eq!(
        api.put(
            "/v1/platforms/acme/reply/answers/1",
            &json!({ "published": true })
        )
        .status,
        404
    );
}
