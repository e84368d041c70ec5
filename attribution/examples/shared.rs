//! Verdicts against truth on worlds kept beside the workspace: a line a world, `-v` for a table.

use std::path::Path;

use attribution::world::{ContactRow, LineRow, Truth, fold_rows, score};

fn rows<T: serde::de::DeserializeOwned>(path: &Path) -> Vec<T> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter_map(|l| serde_json::from_str(l).ok())
        .collect()
}

#[expect(clippy::print_stdout, reason = "a table for people")]
fn main() {
    let verbose = std::env::args().any(|a| a == "-v");
    let Some(root) = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/worlds"))
        .find(|folder| folder.is_dir())
    else {
        println!("no folder shared/worlds beside the workspace");
        return;
    };
    let mut folders: Vec<_> = std::fs::read_dir(&root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    folders.sort();
    for folder in folders {
        let lines: Vec<LineRow> = rows(&folder.join("lines.jsonl"));
        let contacts: Vec<ContactRow> = rows(&folder.join("contacts.jsonl"));
        let Some(truth) = std::fs::read_to_string(folder.join("truth.json"))
            .ok()
            .and_then(|t| serde_json::from_str::<Truth>(&t).ok())
        else {
            continue;
        };
        let (state, entries) = fold_rows(&lines, &contacts);
        let s = score(&truth, &entries, &state);
        println!(
            "{:9} found {:2}/{:2} false {} days {:5.1} causes {:.3} leak contacts {:.3} (called {} of {}) F1 {:.3}/{:.3} links {:?} honest mean e {:.3}",
            truth.scenario,
            s.found,
            s.leaking,
            s.falsely,
            s.median_days(),
            s.cause_accuracy(),
            s.leak_recall(),
            s.leak_contacts_called,
            s.leak_contacts,
            s.campaign_f1().0,
            s.campaign_f1().1,
            s.links,
            s.innocent_e / f64::from(s.innocent.max(1)),
        );
        if verbose {
            for v in state.verdicts() {
                let t = &truth.platforms[v.platform.as_str()];
                let f: Vec<String> = v
                    .factors
                    .iter()
                    .map(|f| format!("{} {:6.1}", f.name, f.log_e))
                    .collect();
                println!(
                    "  {} {:11} {:12} lnE {:7.2} max {:7.2} {} leak contacts {} of {}",
                    v.platform,
                    t.label,
                    v.class.as_str(),
                    v.e_value.ln(),
                    v.e_value_max.ln(),
                    f.join(" "),
                    v.contacts.get(&attribution::Cause::Leak).unwrap_or(&0),
                    t.leak_contacts
                );
            }
        }
    }
}
