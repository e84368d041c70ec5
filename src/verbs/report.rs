//! `report`: what is found, for people, from a folder or a server.

use std::path::Path;

use anyhow::Context as _;
use honeytoken::{IdError, Language};
use listener::Clock;
use listener::reports::{self, About, Order, Reason, ReasonError, ReportError};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use report::bundle::Preset;

use crate::cli::{Lang, Report, ReportFormat};
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::place;

/// Writes the report.
pub(crate) async fn run(args: Report) -> anyhow::Result<Exit> {
    let unreadable = |message: String| Ends::with(Exit::Unreadable, message);
    let preset: Preset = args
        .preset
        .parse()
        .map_err(|error| unreadable(format!("{error}")))?;
    let format = format(&args)?;
    let bytes = match Client::of(&args.at_place)? {
        Some(client) => client.file(&path(&args, preset, format)).await?,
        None => local(&args, preset, format)?,
    };
    std::fs::write(&args.out, bytes).with_context(|| format!("write {}", args.out.display()))?;
    Ok(Exit::Ok)
}

fn format(args: &Report) -> anyhow::Result<ReportFormat> {
    let end = args
        .out
        .extension()
        .and_then(|end| end.to_str())
        .unwrap_or_default();
    match (args.format, end) {
        (Some(format), _) => Ok(format),
        (None, "pdf") => Ok(ReportFormat::Pdf),
        (None, "html" | "htm") => Ok(ReportFormat::Html),
        (None, _) => {
            let message = "name of --out ends neither in .html nor in .pdf; say --format html or --format pdf";
            Err(Ends::with(Exit::Unreadable, message))
        }
    }
}

fn path(args: &Report, preset: Preset, format: ReportFormat) -> String {
    let encoded = |id: &str| utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
    let about = match (&args.platform, &args.study) {
        (Some(id), _) => format!("platforms/{}/report", encoded(id)),
        (None, Some(id)) => format!("studies/{}/report", encoded(id)),
        (None, None) => "league".to_owned(),
    };
    let lang = if args.lang == Lang::Zh { "zh" } else { "en" };
    let form = if format == ReportFormat::Pdf {
        "pdf"
    } else {
        "html"
    };
    let why = args.without_reply.as_deref().map(encoded);
    let why = why.map_or(String::new(), |why| format!("&without_reply={why}"));
    format!(
        "/v1/{about}?preset={}&lang={lang}&format={form}{why}",
        preset.as_str()
    )
}

fn local(args: &Report, preset: Preset, format: ReportFormat) -> anyhow::Result<Vec<u8>> {
    let dir = place::required(args.at_place.data.clone())?;
    let clock = Clock::system();
    let order = Order {
        about: about(args)?,
        preset,
        lang: language(args.lang),
        brand: args.brand.clone(),
        without_reply: args.without_reply.as_deref().map(reason).transpose()?,
        by: None,
    };
    let mut ledger = place::open(Path::new(&dir), &clock)?;
    let begun = reports::begin(&mut ledger, order, clock.now()).map_err(refused)?;
    let paper = reports::collect(&ledger.view(), begun).map_err(refused)?;
    match format {
        ReportFormat::Html => Ok(paper.html().into_bytes()),
        ReportFormat::Pdf => paper.pdf().map_err(|error| refused(error.into())),
    }
}

fn reason(text: &str) -> anyhow::Result<Reason> {
    let bad = |error: ReasonError| Ends::with(Exit::Unreadable, error.to_string());
    text.parse().map_err(bad)
}

fn about(args: &Report) -> anyhow::Result<About> {
    let bad = |what: &str, error: IdError| Ends::with(Exit::Unreadable, format!("{what}: {error}"));
    match (&args.platform, &args.study) {
        (Some(id), _) => id
            .parse()
            .map(About::Platform)
            .map_err(|error| bad("platform", error)),
        (None, Some(id)) => id
            .parse()
            .map(About::Study)
            .map_err(|error| bad("study", error)),
        (None, None) => Ok(About::League),
    }
}

pub(super) fn language(lang: Lang) -> Language {
    match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    }
}

fn refused(error: ReportError) -> anyhow::Error {
    match error {
        ReportError::UnknownPlatform(_)
        | ReportError::UnknownStudy(_)
        | ReportError::Unheard(_)
        | ReportError::Pdf(_) => Ends::with(Exit::Refused, error.to_string()),
        other => other.into(),
    }
}
