//! Pages that only a world with a leak fills: as [`super::looks`] looks at the others.

use crate::harness::folder::Folder;
use crate::harness::server::Server;
use crate::harness::world;

use super::looks::{LOOKS, look};
use super::signed_in_with;

#[test]
fn pages_about_findings_are_open_to_everybody_in_both_languages() {
    let folder = Folder::new();
    let (data, accused) = world::imported(&folder, 1);
    let server = Server::start(&data);
    let api = server.admin();
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
    ];
    let mut shut_out = Vec::new();
    for of in LOOKS {
        let Some(window) = signed_in_with(&server, &server.admin_key(), of.0, of.1, of.2) else {
            return;
        };
        for (name, page) in &pages {
            window.go(&format!("{}{page}", server.url()));
            shut_out.extend(look(&window, name, of));
        }
    }
    assert!(shut_out.is_empty(), "{}", shut_out.join("\n"));
}
