//! `complaint`: an authority's form, filled from a finding.

use honeytoken::PlatformId;
use listener::Clock;
use listener::exports;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use report::complaint::{About, Authority, PaperFormat, fill};

use super::export::{put, record, refused};
use crate::cli::Complaint;
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::place;

/// Writes the form.
pub(crate) async fn run(args: Complaint) -> anyhow::Result<Exit> {
    let unreadable = |said: String| Ends::with(Exit::Unreadable, said);
    let authority = Authority::find(&args.authority).map_err(|e| unreadable(e.to_string()))?;
    let format: PaperFormat = args
        .format
        .parse()
        .map_err(|e| unreadable(format!("{e}")))?;
    let about = about(&args)?;
    let bytes = match Client::of(&args.at_place)? {
        Some(client) => client.file(&address(&args, &about)).await?,
        None => local(&args, about, authority, format)?,
    };
    put(args.out.as_deref(), &bytes)?;
    Ok(Exit::Ok)
}

fn about(args: &Complaint) -> anyhow::Result<About> {
    match (args.contact, &args.platform) {
        (Some(index), _) => Ok(About::Contact(index)),
        (None, Some(id)) => {
            let id: Result<PlatformId, _> = id.parse();
            id.map(About::Platform)
                .map_err(|error| Ends::with(Exit::Unreadable, format!("platform: {error}")))
        }
        (None, None) => Err(Ends::with(
            Exit::Unreadable,
            "say what about, with --contact or --platform",
        )),
    }
}

/// Where a server answers with the same.
fn address(args: &Complaint, about: &About) -> String {
    let of = match about {
        About::Contact(index) => format!("contacts/{index}"),
        About::Platform(id) => {
            format!(
                "platforms/{}",
                utf8_percent_encode(id.as_str(), NON_ALPHANUMERIC)
            )
        }
    };
    let (authority, format) = (&args.authority, &args.format);
    format!("/v1/{of}/complaint?authority={authority}&format={format}")
}

fn local(
    args: &Complaint,
    about: About,
    authority: &'static Authority,
    format: PaperFormat,
) -> anyhow::Result<Vec<u8>> {
    let dir = place::required(args.at_place.data.clone())?;
    let clock = Clock::system();
    let mut ledger = place::open(&dir, &clock)?;
    let facts = exports::facts(&ledger.view(), about, clock.now(), &|_, _| true);
    let facts = facts.map_err(refused)?;
    let complaint =
        fill(authority, &facts).map_err(|error| Ends::with(Exit::Refused, error.to_string()))?;
    let what = match &facts.about {
        About::Contact(index) => format!("entry {index}"),
        About::Platform(id) => format!("platform {id}"),
    };
    record(
        &mut ledger,
        &clock,
        format!("complaint to {} about {what}", authority.id),
    )?;
    let written = complaint.write(format);
    let written = written.map_err(|error| Ends::with(Exit::Refused, error.to_string()))?;
    Ok(written.bytes)
}
