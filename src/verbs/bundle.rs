//! Evidence bundles: made from a folder or by a server, checked by anybody.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use listener::Clock;
use listener::bundles::{self, ExportError, Order};
use report::bundle::verify::{self, Finding, Outcome, RequestSaid, Standing, Trust, Verification};
use report::bundle::{ARCHIVE_BYTES_MAX, Preset};
use serde_json::json;
use store::proof::time_stamp::Roots;

use crate::cli::{Export, Lang, Verify};
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{place, progress, table};

/// First bytes of every zip file that holds one.
const ZIP: &[u8] = b"PK\x03\x04";
/// Runs of entries that are listed in a line; `--json` lists all.
const RANGES_MAX: usize = 20;

/// Makes a bundle.
pub(crate) async fn export(args: &Export) -> anyhow::Result<Exit> {
    let unreadable = |message: String| Ends::with(Exit::Unreadable, message);
    let preset: Preset = args
        .preset
        .parse()
        .map_err(|error| unreadable(format!("{error}")))?;
    let platform = args.platform.clone().unwrap_or_default();
    let out = args
        .out
        .as_ref()
        .ok_or_else(|| unreadable("name a file for the bundle with --out".to_owned()))?;
    let zip = match Client::of(&args.at_place)? {
        Some(client) => {
            let id = percent_encoding::utf8_percent_encode(
                &platform,
                percent_encoding::NON_ALPHANUMERIC,
            );
            let path = format!("/v1/platforms/{id}/bundle?preset={}", preset.as_str());
            client.file(&path).await?
        }
        None => local(args, preset, &platform)?,
    };
    let file = std::fs::File::create(out);
    let written = file.and_then(|mut file| file.write_all(&zip).and_then(|()| file.sync_all()));
    written.with_context(|| format!("write {}", out.display()))?;
    Ok(Exit::Ok)
}

fn local(args: &Export, preset: Preset, platform: &str) -> anyhow::Result<Vec<u8>> {
    let dir = place::required(args.at_place.data.clone())?;
    let clock = Clock::system();
    let mut ledger = place::open(&dir, &clock)?;
    let unknown =
        |error: honeytoken::IdError| Ends::with(Exit::Unreadable, format!("platform: {error}"));
    let order = Order {
        platform: platform.parse().map_err(unknown)?,
        preset,
        whole_log: args.whole_log,
        by: None,
    };
    let wish = bundles::begin(&mut ledger, &order, clock.now()).map_err(refused)?;
    let bar = progress::count("gathering");
    let view = ledger.view();
    let unsigned =
        bundles::collect(&view, wish, &mut |done| bar.set_position(done)).map_err(refused)?;
    bar.finish_and_clear();
    bundles::sign(&mut ledger, unsigned).map_err(refused)
}

fn refused(error: ExportError) -> anyhow::Error {
    match error {
        ExportError::Unknown(_) | ExportError::Bundle(_) => {
            Ends::with(Exit::Refused, error.to_string())
        }
        other => other.into(),
    }
}

/// Checks a bundle and says what each check means.
pub(crate) fn check(path: &Path, args: &Verify) -> anyhow::Result<Exit> {
    let trust = trust(args)?;
    let zip = read(path)?;
    let found = verify::verify(&zip, &trust);
    match args.json {
        true => table::print_json(&document(&found))?,
        false => table::print(&words(&found, args.lang))?,
    }
    Ok(match found.is_intact() {
        true => Exit::Ok,
        false => Exit::NotIntact,
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable =
        |what: &str| Ends::with(Exit::Unreadable, format!("{} {what}", path.display()));
    let length =
        std::fs::metadata(path).map_err(|error| unreadable(&format!("cannot be read: {error}")))?;
    if length.len() > ARCHIVE_BYTES_MAX as u64 {
        return Err(unreadable("is larger than a bundle can be (1 GiB)"));
    }
    let zip =
        std::fs::read(path).map_err(|error| unreadable(&format!("cannot be read: {error}")))?;
    match zip.starts_with(ZIP) {
        true => Ok(zip),
        false => Err(unreadable("is no bundle: not a zip file")),
    }
}

fn trust(args: &Verify) -> anyhow::Result<Trust> {
    let store::Trust { vkey, against, .. } = super::verify::trust(args)?;
    let unreadable = |message: String| Ends::with(Exit::Unreadable, message);
    let roots = args.tsa_roots.as_ref().map(|path| {
        let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
        pem.and_then(|pem| {
            Roots::from_pem(&pem).map_err(|error| format!("{}: {error}", path.display()))
        })
    });
    let witnesses = args.witness.iter().map(|key| key.parse());
    let witnesses = witnesses.collect::<Result<_, store::proof::NoteError>>();
    Ok(Trust {
        vkey,
        against,
        roots: roots.transpose().map_err(unreadable)?,
        witnesses: witnesses.map_err(|error| unreadable(error.to_string()))?,
    })
}

fn document(found: &Verification) -> serde_json::Value {
    let finding = |f: &Finding| {
        let meaning = f.check.meaning();
        json!({
            "check": f.check.as_str(),
            "outcome": f.outcome.as_str(),
            "detail": { "zh": f.detail.zh, "en": f.detail.en },
            "meaning": { "zh": meaning.zh, "en": meaning.en },
        })
    };
    json!({
        "intact": found.is_intact(),
        "about": found.about.as_ref().map(|m| json!({
            "platform": m.platform, "preset": m.preset, "origin": m.origin, "entries": m.entries,
            "vkey": m.vkey, "made_at": m.made_at, "program": m.program, "whole_log": m.whole_log,
        })),
        "findings": found.findings.iter().map(finding).collect::<Vec<_>>(),
        "requests": found.requests.iter().map(request).collect::<Vec<_>>(),
    })
}

fn request(said: &RequestSaid) -> serde_json::Value {
    let meaning = said.standing.meaning();
    json!({
        "entry": said.index,
        "standing": said.standing.as_str(),
        "meaning": { "zh": meaning.zh, "en": meaning.en },
    })
}

/// Which entries stand how, each meaning once.
fn requests(found: &Verification, lang: Lang) -> Vec<String> {
    let mut by_standing: BTreeMap<Standing, Vec<u64>> = BTreeMap::new();
    for said in &found.requests {
        by_standing
            .entry(said.standing)
            .or_default()
            .push(said.index);
    }
    let line = |(standing, entries): (Standing, Vec<u64>)| {
        let (meaning, entries) = (standing.meaning(), ranges(&entries));
        match lang {
            Lang::Zh => format!("          条目 {entries}：{}", meaning.zh),
            Lang::En => format!("          entries {entries}: {}", meaning.en),
        }
    };
    by_standing.into_iter().map(line).collect()
}

/// Ascending numbers in few words: `3-5, 9`; the rest counted where there are many.
fn ranges(numbers: &[u64]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let text = |run: &[u64]| match run {
        [first, .., last] => format!("{first}-{last}"),
        _ => run.iter().map(u64::to_string).collect(),
    };
    let all: Vec<String> = runs.map(text).collect();
    let rest = all.len().saturating_sub(RANGES_MAX);
    let said = all[..all.len() - rest].join(", ");
    match rest {
        0 => said,
        _ => format!("{said}, … (--json)"),
    }
}

fn words(found: &Verification, lang: Lang) -> String {
    let say = |words: verify::Words| match lang {
        Lang::Zh => words.zh,
        Lang::En => words.en,
    };
    let (intact, changed) = match lang {
        Lang::Zh => ("完好", "已被改动"),
        Lang::En => ("intact", "NOT INTACT"),
    };
    let mut lines = vec![if found.is_intact() { intact } else { changed }.to_owned()];
    if let Some(about) = &found.about {
        lines[0] += &match lang {
            Lang::Zh => format!("：关于平台 {}，{} 制作", about.platform, about.made_at),
            Lang::En => format!(
                ": about platform {}, made {}",
                about.platform, about.made_at
            ),
        };
    }
    for finding in &found.findings {
        let outcome = match (finding.outcome, lang) {
            (Outcome::Holds, Lang::Zh) => "成立",
            (Outcome::Holds, Lang::En) => "holds    ",
            (Outcome::NotShown, Lang::Zh) => "未证明",
            (Outcome::NotShown, Lang::En) => "not shown",
            (Outcome::Fails, Lang::Zh) => "不成立",
            (Outcome::Fails, Lang::En) => "FAILS    ",
        };
        let check = finding.check.as_str();
        lines.push(format!(
            "{outcome} {check}: {}",
            say(finding.detail.clone())
        ));
        let would = match (finding.outcome, lang) {
            (Outcome::Holds, _) => "",
            (_, Lang::Zh) => "若成立：",
            (_, Lang::En) => "would show that ",
        };
        lines.push(format!("          {would}{}", say(finding.check.meaning())));
    }
    lines.extend(requests(found, lang));
    lines.join("\n")
}
