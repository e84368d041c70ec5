//! `doctor`: what is wrong with an installation, and the way out.

mod settings;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use listener::ledger::View;
use listener::life::{self, LifeConfig, Word};
use listener::provider::Provider;
use listener::{Clock, Config};
use serde::Serialize;

use crate::cli::Doctor;
use crate::client::Client;
use crate::exit::Exit;
use crate::{place, table};

/// Files that nobody else may read.
const SECRET_FILES: [&str; 3] = ["node.key", "data.key", "admin.key"];

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Finding {
    Ok,
    Warn,
    Fail,
}

#[derive(Serialize)]
struct Check {
    finding: Finding,
    what: String,
}

/// Looks and says what it saw.
pub(crate) async fn run(args: Doctor) -> anyhow::Result<Exit> {
    let mut checks = Vec::new();
    let path = args.config.as_deref();
    let config = path.and_then(|path| settings::read(path, &mut checks));
    checks.extend(config.as_ref().map(clocks));
    let config = config.unwrap_or_default();
    match Client::of(&args.at_place)? {
        Some(client) => remote(&client, &mut checks).await?,
        None => local(&place::required(args.at_place.data)?, &config, &mut checks),
    }
    let failed = checks.iter().any(|check| check.finding == Finding::Fail);
    match args.json {
        true => table::print_json(&checks)?,
        false => table::print(&words(&checks))?,
    }
    Ok(if failed { Exit::NotIntact } else { Exit::Ok })
}

fn words(checks: &[Check]) -> String {
    let word = |finding| match finding {
        Finding::Ok => "ok  ",
        Finding::Warn => "warn",
        Finding::Fail => "FAIL",
    };
    let lines = checks
        .iter()
        .map(|c| format!("{}  {}", word(c.finding), c.what));
    lines.collect::<Vec<_>>().join("\n")
}

fn ok(what: impl Into<String>) -> Check {
    Check {
        finding: Finding::Ok,
        what: what.into(),
    }
}

fn warn(what: impl Into<String>) -> Check {
    Check {
        finding: Finding::Warn,
        what: what.into(),
    }
}

fn fail(what: impl Into<String>) -> Check {
    Check {
        finding: Finding::Fail,
        what: what.into(),
    }
}

async fn remote(client: &Client, checks: &mut Vec<Check>) -> anyhow::Result<()> {
    let ready = client.get("/readyz").await;
    checks.push(match ready {
        Ok(answer) => ok(format!(
            "server is ready, {} entries in its log",
            answer["log_entries"]
        )),
        Err(error) => fail(format!("{error:#}")),
    });
    let connections = client.all("/v1/connections").await?;
    checks.push(match connections.is_empty() {
        true => warn("no connection: no provider can reach us; POST /v1/connections"),
        false => ok(format!("{} connections", connections.len())),
    });
    let lines = client.all("/v1/lines").await?;
    checks.push(match lines.is_empty() {
        true => warn("no lines: nothing can be issued; POST /v1/lines"),
        false => ok(format!("{} lines", lines.len())),
    });
    let coverage = client.get("/v1/coverage?limit=1").await?;
    let count = |word: &str| coverage["lines"][word].as_u64().unwrap_or_default();
    lives(count("silent"), count("unproven"), checks);
    Ok(())
}

fn local(dir: &Path, config: &Config, checks: &mut Vec<Check>) {
    for name in SECRET_FILES {
        checks.extend(secret_file(&dir.join(name)));
    }
    let clock = Clock::system();
    match place::open(dir, &clock) {
        Err(error) => checks.push(fail(format!("{error:#}"))),
        Ok(mut ledger) => {
            let torn = ledger.store().torn_tail().map(super::verify::torn_words);
            checks.extend(torn.map(warn));
            let view = ledger.view();
            checks.push(ok(format!(
                "log opens and checks: {} entries",
                view.reader.size()
            )));
            contents(&view, &clock, &config.life, checks);
            settings::targets(config, &view.state(), checks);
        }
    }
}

fn secret_file(path: &Path) -> Option<Check> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    Some(match mode & 0o077 {
        0 => ok(format!("{} is its owner's alone", path.display())),
        _ => fail(format!(
            "{0} has mode {mode:03o}; run chmod 600 {0}",
            path.display()
        )),
    })
}

fn contents(view: &View, clock: &Clock, settings: &LifeConfig, checks: &mut Vec<Check>) {
    let now = clock.now();
    let state = view.state();
    if view.reader.head().at > now.plus_s(60) {
        checks.push(fail(
            "clock is behind the newest entry; set the machine's time",
        ));
    }
    for connection in state.registry.connections() {
        if !listener::import::is_past(&connection.provider)
            && let Err(error) = Provider::find(&connection.provider)
        {
            checks.push(fail(format!(
                "connection {}: {error}",
                connection.connection
            )));
        }
    }
    let (mut lines, mut controls) = (0, 0);
    for line in state.registry.lines(now) {
        lines += 1;
        controls += u64::from(line.line.role == honeytoken::LineRole::Control);
    }
    checks.push(ok(format!("{lines} lines, {controls} of them controls")));
    if lines > 0 && controls * 4 < lines {
        checks.push(warn(
            "fewer than a quarter of the lines are controls: noise is poorly known",
        ));
    }
    let standing = life::counts(&state, settings);
    let count = |word| standing.get(&word).copied().unwrap_or_default();
    lives(count(Word::Silent), count(Word::Unproven), checks);
}

/// How long personal data is kept.
fn clocks(config: &Config) -> Check {
    let clocks = config.retention.clocks();
    let clocks: Vec<String> = clocks
        .iter()
        .map(|(name, days)| format!("{name} {days}"))
        .collect();
    match clocks.is_empty() {
        true => warn("no clock in [retention]: personal data is kept until somebody erases it"),
        false => ok(format!(
            "personal data is erased by its clocks: {}",
            clocks.join(", ")
        )),
    }
}

/// Lines whose silence counts for nothing.
fn lives(silent: u64, unproven: u64, checks: &mut Vec<Check>) {
    let lines = |count: u64, one: &str, many: &str| match count {
        1 => format!("1 line {one}"),
        count => format!("{count} lines {many}"),
    };
    if silent > 0 {
        let lines = lines(silent, "is silent", "are silent");
        checks.push(warn(format!(
            "{lines}: no sign of life for too long; GET /v1/attention names them"
        )));
    }
    if unproven > 0 {
        let lines = lines(unproven, "is unproven", "are unproven");
        checks.push(warn(format!(
            "{lines}: nothing would show that they are dead; set up heartbeats or test messages"
        )));
    }
}
