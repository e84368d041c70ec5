//! The settings, before a server is started with them.

use std::path::Path;

use listener::ledger::State;
use listener::{Config, server};

use super::{Check, fail, ok, warn};

/// The settings, if they can be read, and all that would keep a server from starting with them.
pub(super) fn read(path: &Path, checks: &mut Vec<Check>) -> Option<Config> {
    let config = match Config::read(path) {
        Ok(config) => config,
        Err(error) => {
            checks.push(fail(error.to_string()));
            return None;
        }
    };
    let found = config.problems(variable);
    let mut problems: Vec<String> = found.iter().map(ToString::to_string).collect();
    let tls = config.tls.as_ref().map(server::acceptor);
    problems.extend(tls.and_then(Result::err).map(|error| error.to_string()));
    if problems.is_empty() {
        checks.push(ok(fit(path, &config)));
    }
    checks.extend(problems.into_iter().map(fail));
    Some(config)
}

fn fit(path: &Path, config: &Config) -> String {
    let mut words = format!("settings {} fit", path.display());
    for (count, what) in [
        (config.connections.len(), "connections"),
        (config.alerts.len(), "alert targets"),
    ] {
        if count > 0 {
            words.push_str(&format!("; {what} that can be used: {count}"));
        }
    }
    words
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Platforms and studies that alert targets name and the log does not know: of these they hear nothing.
pub(super) fn targets(config: &Config, state: &State, checks: &mut Vec<Check>) {
    for (id, target) in &config.alerts {
        // What cannot be used at all was said before.
        let Ok(target) = listener::alerts::from_settings(id, target, &variable) else {
            continue;
        };
        if let Err(error) = listener::alerts::known(&state.registry, &target) {
            checks.push(warn(format!("alert target {id}: {error}")));
        }
    }
}
