//! Pages that only a world with a leak fills: as [`super::looks`] looks at the others.

use serde_json::json;

use crate::harness::driver::Window;
use crate::harness::folder::Folder;
use crate::harness::server::Launch;
use crate::harness::{wait_for, world};
use crate::public::{publish_heard, stranger};

use super::looks::{LOOKS, look};
use super::signed_in_with;

#[test]
fn pages_about_findings_are_open_to_everybody_in_both_languages() {
    let folder = Folder::new();
    let (data, accused) = world::imported(&folder, 1);
    let server = Launch::on(&data)
        .config("[public]\nenabled = true\n")
        .start();
    let api = server.admin();
    let finding = publish_heard(&api, &accused, "We do not agree: 不同意。")["index"].clone();
    let campaigns = api.seen("/v1/campaigns?limit=1000");
    let all = campaigns["items"].as_array().unwrap();
    let listed = |c: &&serde_json::Value| c["platforms"].as_array().unwrap().len() > 1;
    let campaign = all.iter().find(listed).unwrap()["campaign"]
        .as_str()
        .unwrap();
    let pages = [
        ("campaigns", "/campaigns".to_owned()),
        ("campaign", format!("/campaigns/{campaign}")),
        ("graph", "/graph".to_owned()),
        ("accused", format!("/platforms/{accused}")),
        ("evidence", "/evidence".to_owned()),
        ("public", "/public".to_owned()),
        ("finding", format!("/public/f/{finding}")),
        ("nowhere", "/public/f/0".to_owned()),
        ("error", "/nothing".to_owned()),
    ];
    let bundle = folder.path("bundle.zip");
    let made = api.get(&format!("/v1/platforms/{accused}/bundle?preset=public"));
    std::fs::write(&bundle, &made.body).unwrap();
    let mut shut_out = Vec::new();
    for of in LOOKS {
        let Some(window) = signed_in_with(&server, &server.admin_key(), of.0, of.1, of.2) else {
            return;
        };
        for (name, page) in &pages {
            window.go(&format!("{}{page}", server.url()));
            shut_out.extend(look(&window, name, of));
        }
        window.go(&format!("{}/evidence", server.url()));
        window.choose("#bundle", &bundle);
        wait_for("what was checked", || {
            let said =
                window.run("return document.querySelector('#bundle-found .notice')?.innerText");
            said.as_str().map(|_| ())
        });
        shut_out.extend(look(&window, "checked", of));
    }
    let back = json!({ "reason": "Two lines were sold before, 不成立。" });
    let withdrawal = format!("/v1/findings/{finding}/withdrawal");
    assert_eq!(api.post(&withdrawal, &back).status, 200);
    let withdrawn = format!("/public/f/{finding}");
    wait_for("the withdrawal", || {
        (stranger(&server, &withdrawn, &[]).status == 410).then_some(())
    });
    for of in LOOKS {
        let Some(window) = Window::open(of.0, of.1, of.2) else {
            return;
        };
        for (name, page) in [("withdrawn", withdrawn.as_str()), ("sign-in", "/sign-in")] {
            window.go(&format!("{}{page}", server.url()));
            shut_out.extend(look(&window, name, of));
        }
    }
    assert!(shut_out.is_empty(), "{}", shut_out.join("\n"));
}
