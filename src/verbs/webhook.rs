//! `webhook check`: why was mine refused?

use std::collections::BTreeMap;

use anyhow::Context as _;
use honeytoken::Secret;
use listener::Clock;
use listener::provider::check::{self, Captured, Outcome, Verdict};

use crate::cli::WebhookCheck;
use crate::exit::{Ends, Exit};
use crate::{place, table};

/// Judges captured requests from a file, or one from flags.
pub(crate) fn check(args: &WebhookCheck) -> anyhow::Result<Exit> {
    match &args.vectors {
        Some(path) => {
            let file = std::fs::read(path).with_context(|| format!("read {}", path.display()));
            let file = file.map_err(|error| Ends::with(Exit::Unreadable, format!("{error:#}")))?;
            let outcomes = check::vectors(&file)
                .map_err(|error| Ends::with(Exit::Unreadable, error.to_string()))?;
            print(&outcomes, args.json)?;
            Ok(Exit::Ok)
        }
        None => one(args),
    }
}

fn one(args: &WebhookCheck) -> anyhow::Result<Exit> {
    let headers = args
        .header
        .iter()
        .map(|h| pair(h, ':'))
        .collect::<Result<Vec<_>, _>>()?;
    let secrets: BTreeMap<String, Secret> = args
        .secret
        .iter()
        .map(|s| pair(s, '=').map(|(name, value)| (name, Secret::new(value))))
        .collect::<Result<_, _>>()?;
    let body = match &args.body {
        Some(path) => std::fs::read(path).with_context(|| format!("read {}", path.display()))?,
        None => Vec::new(),
    };
    let at = args.at.as_deref().map(place::time).transpose()?;
    let outcome = check::one(&Captured {
        provider: args.provider.as_deref().unwrap_or_default(),
        method: &args.method,
        url: args.url.as_deref().unwrap_or_default(),
        headers: &headers,
        body: &body,
        secrets: &secrets,
        at: at.unwrap_or_else(|| Clock::system().now()),
    });
    let exit = if outcome.verdict == Verdict::Accept {
        Exit::Ok
    } else {
        Exit::NotIntact
    };
    match args.json {
        true => table::print_json(&outcome)?,
        false => print(std::slice::from_ref(&outcome), false)?,
    }
    Ok(exit)
}

fn pair(text: &str, separator: char) -> anyhow::Result<(String, String)> {
    // What was typed may be a secret, so it is not repeated.
    let wrong = || {
        let message =
            format!("a header or secret has no {separator:?}; write NAME{separator}VALUE");
        Ends::with(Exit::Unreadable, message)
    };
    let (name, value) = text.split_once(separator).ok_or_else(wrong)?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn print(outcomes: &[Outcome], json: bool) -> anyhow::Result<()> {
    if json {
        return table::print_json(&outcomes);
    }
    let row = |outcome: &Outcome| {
        let verdict = if outcome.verdict == Verdict::Accept {
            "accept"
        } else {
            "reject"
        };
        vec![
            outcome.id.clone(),
            verdict.to_owned(),
            outcome.events.len().to_string(),
            outcome.reason.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = outcomes.iter().map(row).collect();
    table::print(&table::render(
        &["request", "verdict", "events", "why"],
        &rows,
    ))
}
