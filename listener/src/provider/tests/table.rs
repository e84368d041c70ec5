//! The README's table of providers says what the code says.

use std::fs;
use std::path::Path;

use crate::provider::{Carries, PROVIDERS, Provider, SecretName};

const BEGIN: &str = "<!-- providers -->\n";
const END: &str = "<!-- /providers -->";

fn row(provider: &Provider) -> String {
    let mark = |what: &Carries| {
        if provider.carries.contains(what) {
            "✓"
        } else {
            ""
        }
    };
    let marks: Vec<_> = Carries::ALL.iter().map(mark).collect();
    let strengths: Vec<_> = provider.authentication.iter().map(|a| a.as_str()).collect();
    format!(
        "| `{}` | {} | {} | {} | {} |\n",
        provider.id,
        provider.title,
        marks.join(" | "),
        strengths.join(", "),
        secrets(provider)
    )
}

fn secrets(provider: &Provider) -> String {
    let names = |required: bool| {
        let names = provider.secrets.iter().filter(|s| s.required == required);
        let names: Vec<_> = names
            .map(|s: &SecretName| format!("`{}`", s.name))
            .collect();
        names.join(", ")
    };
    match (names(true), names(false)) {
        (required, optional) if optional.is_empty() => required,
        (required, optional) if required.is_empty() => format!("optional {optional}"),
        (required, optional) => format!("{required}; optional {optional}"),
    }
}

fn table() -> String {
    let columns: Vec<_> = Carries::ALL.iter().map(|c| c.as_str()).collect();
    let head = format!(
        "| id | provider | {} | authentication | secrets |\n|---|---|{}---|---|\n",
        columns.join(" | "),
        ":-:|".repeat(columns.len())
    );
    let rows: String = PROVIDERS.iter().map(|provider| row(provider)).collect();
    head + &rows
}

#[test]
fn the_readme_says_what_the_code_says() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, after) = readme.split_once(BEGIN).unwrap();
    let (written, _) = after.split_once(END).unwrap();
    assert!(written == table(), "the README should say\n{}", table());
}
