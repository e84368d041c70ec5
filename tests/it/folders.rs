//! What is done to whole folders: held, made, copied, put back, looked over.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::harness::cast::{self, LINE};
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::{Launch, Server};

#[test]
fn the_first_start_makes_a_folder_and_a_key_of_its_owners_alone() {
    let folder = Folder::new();
    let data = folder.path("deep/er/data");
    std::fs::create_dir_all(data.parent().unwrap()).unwrap();
    let server = Server::start(&data);
    let key = std::fs::read_to_string(data.join("admin.key")).unwrap();
    assert_eq!(key.lines().count(), 1, "alone in its file");
    assert!(server.said().contains(key.trim()));
    for name in ["admin.key", "node.key", "data.key"] {
        let mode = std::fs::metadata(data.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(server.admin().get("/v1/lines").status, 200);
    server.stop();
    let server = Server::start(&data);
    assert_eq!(
        std::fs::read_to_string(data.join("admin.key")).unwrap(),
        key
    );
    assert_eq!(server.said().matches(key.trim()).count(), 1, "said once");
}

#[test]
fn a_folder_that_a_server_holds_is_refused_in_one_sentence() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let data = folder.data();
    let server = Server::start(&data);
    for words in [
        arguments!["serve", "--listen", "127.0.0.1:0", "--data", data].to_vec(),
        arguments!["verdicts", "--data", data].to_vec(),
        arguments!["export", "verdicts", "--data", data].to_vec(),
        arguments!["keys", "create", "--role", "viewer", "--data", data].to_vec(),
        arguments!["backup", "--to", folder.path("b"), "--data", data].to_vec(),
        arguments!["rebuild", "--data", data].to_vec(),
    ] {
        let ended = run(&words).with(4);
        assert!(ended.stdout.is_empty(), "{words:?}");
        let said: Vec<&str> = ended.stderr.lines().collect();
        assert_eq!(said.len(), 1, "{words:?}: {}", ended.stderr);
        assert!(said[0].contains("held by another process"), "{said:?}");
    }
    // Looking changes nothing, and may be done at any time.
    run(arguments!["verify", "--data", data]).with(0);
    assert_eq!(server.admin().get("/v1/lines").status, 200);
    server.kill();
    Server::start(&data).stop();
}

#[test]
fn a_backup_made_while_webhooks_come_in_is_whole_and_goes_on() {
    let folder = Folder::new();
    let data = folder.data();
    let server = Server::start(&data);
    cast::install(&server.admin());
    let post = |from: usize, until: usize| {
        for number in from..until {
            let signed = cast::sms(&format!("msg_{number:03}"), LINE, &format!("text {number}"));
            server.takes(&signed);
        }
    };
    post(0, 20);
    let backup = folder.path("backup");
    let (url, key) = (server.url(), server.admin_key());
    std::thread::scope(|scope| {
        let copying = scope.spawn(|| {
            run(arguments![
                "backup", "--server", url, "--key", key, "--to", backup
            ])
        });
        post(20, 60);
        copying.join().unwrap().with(0);
    });
    let existing = json!({ "to": backup });
    assert!(
        server.admin().post("/v1/backups", &existing).status >= 400,
        "a backup is not written over"
    );
    server
        .admin()
        .post("/v1/backups", &json!({ "to": "relative" }))
        .problem(400);
    let contacts = server.admin().contacts();
    server.stop();

    let restored = folder.path("restored");
    let said = run(arguments!["restore", "--from", backup, "--data", restored])
        .with(0)
        .stdout;
    assert!(said.contains("goes on as"), "{said}");
    let verified = run(arguments!["verify", "--json", "--data", restored])
        .with(0)
        .json();
    let original = run(arguments!["verify", "--json", "--data", data])
        .with(0)
        .json();
    assert_ne!(
        verified["origin"], original["origin"],
        "a restored log is another log"
    );
    // Keys are those of the log: the operator's own opens the restored installation too.
    std::fs::copy(data.join("admin.key"), restored.join("admin.key")).unwrap();
    let server = Server::start(&restored);
    let back = server.admin().contacts();
    assert!(back.len() >= 20);
    assert!(contacts.ends_with(&back), "a beginning of what there was");
    server.takes(&cast::sms("later", LINE, "goes on"));
    server.stop();
    run(arguments!["verify", "--data", restored]).with(0);
    // Nothing that is there is written over.
    run(arguments!["restore", "--from", backup, "--data", restored]).with(2);
}

#[test]
fn a_backup_of_a_folder_without_keys_needs_them_again() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let data = folder.data();
    Server::start(&data).stop();
    let backup = folder.path("backup");
    run(arguments![
        "backup",
        "--data",
        data,
        "--to",
        backup,
        "--without-keys"
    ])
    .with(0);
    assert!(!backup.join("data.key").exists() && !backup.join("node.key").exists());
    let ended = run(arguments![
        "restore",
        "--from",
        backup,
        "--data",
        folder.path("restored")
    ])
    .with(2);
    assert!(ended.stderr.contains("key"), "{}", ended.stderr);
}

#[test]
fn a_rebuild_changes_nothing_that_is_told() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let data = folder.data();
    let server = Server::start(&data);
    cast::install(&server.admin());
    for number in 0..10 {
        server.takes(&cast::sms(&format!("msg_{number}"), LINE, "x"));
    }
    let told = |server: &Server| {
        ["contacts", "lines", "verdicts"]
            .map(|name| server.admin().all(&format!("/v1/{name}"), "", 1000))
    };
    let before = told(&server);
    server.stop();
    run(arguments!["rebuild", "--data", data]).with(0);
    let server = Server::start(&data);
    assert_eq!(told(&server), before);
    let custody = server.admin().all("/v1/custody", "", 100);
    assert!(
        custody
            .iter()
            .any(|entry| entry["detail"] == "rebuild index")
    );
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let data = folder.data();
    let server = Server::start(&data);
    cast::install(&server.admin());
    let remote = run(arguments![
        "doctor",
        "--json",
        "--server",
        server.url(),
        "--key",
        server.admin_key()
    ])
    .with(0)
    .json();
    let bad: Vec<&Value> = remote
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["finding"] != "ok")
        .collect();
    // Nothing proves these lines' life, and that is all there is to say.
    assert!(
        bad.len() == 1 && bad[0].to_string().contains("3 lines are unproven"),
        "{remote}"
    );
    server.stop();
    run(arguments!["doctor", "--json", "--data", data])
        .with(0)
        .json();
    let config = folder.path("canaryline.toml");
    std::fs::write(&config, "colour = 1\n").unwrap();
    let ended = run(arguments!["doctor", "--data", data, "--config", config]).with(1);
    assert!(
        ended.stdout.contains("FAIL") && ended.stdout.contains("colour"),
        "{}",
        ended.stdout
    );
    doctor_on_alerts(&folder);
    std::fs::set_permissions(
        data.join("data.key"),
        std::fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let ended = run(arguments!["doctor", "--data", data]).with(1);
    assert!(ended.stdout.contains("chmod 600"), "{}", ended.stdout);
}

/// Every target that a server would not start with is named, and every variable that is missing.
fn doctor_on_alerts(folder: &Folder) {
    let config = folder.path("alerts.toml");
    let doctor = || {
        run(arguments![
            "doctor",
            "--data",
            folder.data(),
            "--config",
            config
        ])
    };
    let targets = "[alerts.desk]\nchannel = \"slack\"\nsecrets_env = { url = \"NO_SUCH_URL\" }\n\
                   [alerts.dove]\nchannel = \"pigeon\"\n";
    std::fs::write(&config, targets).unwrap();
    let said = doctor().with(1).stdout;
    for part in ["NO_SUCH_URL", "desk", "dove", "pigeon"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let target = "[alerts.mail]\nchannel = \"email\"\nplatforms = [\"nobody\"]\n\
                  settings = { host = \"mail.example\", from = \"a@b.example\", to = \"c@d.example\" }\n";
    std::fs::write(&config, target).unwrap();
    let said = doctor().with(0).stdout;
    assert!(said.contains("alert targets that can be used: 1"), "{said}");
    assert!(
        said.contains("warn  alert target mail: platform nobody does not exist"),
        "{said}"
    );
}

#[test]
fn secrets_of_the_settings_come_from_the_environment() {
    let folder = Folder::new();
    let data = folder.data();
    let config = "[connections.pbx]\nprovider = \"standard_webhooks\"\nsecrets_env = { whsec = \"PBX_WHSEC\" }\n";
    let set = format!("PBX_WHSEC={}", cast::WHSEC);
    let server = Launch::on(&data).config(config).by(&["env", &set]).start();
    server.takes(&cast::sms("msg_1", LINE, "x"));
    assert!(
        !server
            .admin()
            .get("/v1/connections")
            .text()
            .contains(cast::WHSEC)
    );
    assert!(!server.said().contains(cast::WHSEC));
}

#[test]
fn a_port_in_use_is_said() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(arguments![
        "serve",
        "--data",
        folder.data(),
        "--listen",
        address
    ]);
    assert!(ended.code.is_some_and(|code| code != 0) && ended.stdout.is_empty());
    assert!(ended.stderr.contains(&address), "{}", ended.stderr);
    // The folder is let go of, and the key was not lost with the attempt.
    let server = Server::start(&folder.data());
    assert_eq!(server.admin().get("/v1/lines").status, 200);
}
