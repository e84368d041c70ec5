//! `reply`: who was told, what they answered, what is published; in a folder or on a server.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use honeytoken::{Event, PlatformId, Refusal, ReplyFile, ReplyReceived, ReplyStanding, Timestamp};
use listener::ledger::State;
use listener::reply_files::{self, FILE_BYTES_MAX};
use listener::{Clock, ReplyConfig};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use report::ReplyOut;
use ring::digest::{Context, SHA256};
use serde_json::{Value, json};

use crate::cli::{Reply, ReplyAnswer, ReplyNotify, ReplyPublish, ReplyShow, Where};
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{place, table};

/// The longest answer, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// How much of a file is read at once, in bytes.
const READ_BYTES: usize = 1 << 16;

/// Runs one of them.
pub(crate) async fn run(verb: Reply) -> anyhow::Result<Exit> {
    match verb {
        Reply::Show(args) => show(args).await,
        Reply::Notify(args) => notify(args).await,
        Reply::Answer(args) => answer(args).await,
        Reply::Publish(args) => publish(args).await,
    }
}

fn path(platform: &str, more: &str) -> String {
    let id = utf8_percent_encode(platform, NON_ALPHANUMERIC);
    format!("/v1/platforms/{id}/reply{more}")
}

async fn show(args: ReplyShow) -> anyhow::Result<Exit> {
    match Client::of(&args.at_place)? {
        Some(client) => say(&client.get(&path(&args.platform, "")).await?, args.json),
        None => decided(
            &args.at_place,
            &args.platform,
            args.json,
            |state, platform, _| {
                let known = state.registry.platform(&platform);
                known
                    .map(|_| Vec::new())
                    .ok_or(Refusal::UnknownPlatform(platform))
            },
        ),
    }
}

async fn notify(args: ReplyNotify) -> anyhow::Result<Exit> {
    let at = args.at.as_deref().map(place::time).transpose()?;
    if let Some(client) = Client::of(&args.at_place)? {
        let mut body = json!({ "how": args.how });
        if let Some(at) = at {
            body["notified_at"] = json!(at);
        }
        if let Some(days) = args.days {
            body["days"] = json!(days);
        }
        return say(
            &client
                .post(&path(&args.platform, "/notices"), &body)
                .await?,
            args.json,
        );
    }
    let days = args.days.unwrap_or(ReplyConfig::default().days);
    decided(
        &args.at_place,
        &args.platform,
        args.json,
        |state, platform, now| {
            let class = state
                .judgement
                .verdict(&platform)
                .map_or_else(String::new, |v| v.class.to_string());
            let when = (at.unwrap_or(now), days);
            Ok(vec![state.registry.notify_reply(
                platform,
                (class, args.how),
                when,
                now,
            )?])
        },
    )
}

async fn answer(args: ReplyAnswer) -> anyhow::Result<Exit> {
    let at = args.at.as_deref().map(place::time).transpose()?;
    let text = args.text.as_deref().map(text).transpose()?;
    let text = text.unwrap_or_default();
    let files = args.attach.iter().map(|path| file(path));
    let files = files.collect::<anyhow::Result<Vec<_>>>()?;
    let small = args.attach.iter().zip(&files);
    let small = small.filter(|(_, file)| file.bytes <= FILE_BYTES_MAX as u64);
    let small: Vec<&PathBuf> = small.map(|(path, _)| path).collect();
    if let Some(client) = Client::of(&args.at_place)? {
        let mut body = json!({ "text": text, "from": args.from, "files": files });
        if let Some(at) = at {
            body["received_at"] = json!(at);
        }
        client
            .post(&path(&args.platform, "/answers"), &body)
            .await?;
        for name in small {
            let to = path(&args.platform, "/files");
            client.upload(&to, whole(name)?).await?;
        }
        return say(&client.get(&path(&args.platform, "")).await?, args.json);
    }
    let kept = small.into_iter().map(|name| whole(name));
    let kept = kept.collect::<anyhow::Result<Vec<_>>>()?;
    decided_with(
        &args.at_place,
        &args.platform,
        args.json,
        &kept,
        |state, platform, now| {
            let received_at = at.unwrap_or(now);
            let reply = ReplyReceived {
                platform,
                from: args.from,
                received_at,
                text,
                files,
            };
            Ok(vec![state.registry.receive_reply(reply, now)?])
        },
    )
}

/// A file of at most [`FILE_BYTES_MAX`], whole.
fn whole(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(path);
    bytes.map_err(|error| Ends::with(Exit::Unreadable, format!("{}: {error}", path.display())))
}

async fn publish(args: ReplyPublish) -> anyhow::Result<Exit> {
    let published = !args.withdraw;
    if let Some(client) = Client::of(&args.at_place)? {
        let path = path(&args.platform, &format!("/answers/{}", args.index));
        return say(
            &client
                .put(&path, &json!({ "published": published }))
                .await?,
            args.json,
        );
    }
    decided(
        &args.at_place,
        &args.platform,
        args.json,
        |state, platform, _| {
            Ok(vec![
                state
                    .registry
                    .publish_reply(platform, args.index, published)?,
            ])
        },
    )
}

/// Decides on a folder, records it, says where it stands then.
fn decided(
    at_place: &Where,
    platform: &str,
    json: bool,
    decide: impl FnOnce(&State, PlatformId, Timestamp) -> Result<Vec<Event>, Refusal>,
) -> anyhow::Result<Exit> {
    decided_with(at_place, platform, json, &[], decide)
}

/// The same, and keeps these files of an answer.
fn decided_with(
    at_place: &Where,
    platform: &str,
    json: bool,
    files: &[Vec<u8>],
    decide: impl FnOnce(&State, PlatformId, Timestamp) -> Result<Vec<Event>, Refusal>,
) -> anyhow::Result<Exit> {
    let dir = place::required(at_place.data.clone())?;
    let bad =
        |error: honeytoken::IdError| Ends::with(Exit::Unreadable, format!("platform: {error}"));
    let platform: PlatformId = platform.parse().map_err(bad)?;
    let clock = Clock::system();
    let mut ledger = place::open(&dir, &clock)?;
    let (view, now) = (ledger.view(), clock.now());
    let events = decide(&view.state(), platform.clone(), now);
    let events = events.map_err(|refusal| Ends::with(Exit::Refused, refusal.to_string()))?;
    if !events.is_empty() {
        ledger.record(now, None, events)?;
        ledger.checkpoint()?;
    }
    for bytes in files {
        reply_files::keep(&mut ledger, &platform, bytes, None, now)?;
    }
    let state = view.state();
    let replies = state
        .registry
        .replies(&platform)
        .cloned()
        .unwrap_or_default();
    let standing: ReplyStanding = replies.standing(now);
    let answer = |a: &honeytoken::Answer| json!({ "index": a.index, "received_at": a.received_at, "published": a.published });
    let out = json!({
        "platform": platform,
        "standing": ReplyOut::from(standing),
        "answers": replies.answers.iter().map(answer).collect::<Vec<_>>(),
    });
    say(&out, json)
}

fn say(out: &Value, json: bool) -> anyhow::Result<Exit> {
    if json {
        table::print_json(out)?;
        return Ok(Exit::Ok);
    }
    let standing = &out["standing"];
    let word = |name: &str| {
        standing[name]
            .as_str()
            .map(|value| format!("{name} {value}"))
    };
    let words: Vec<String> = ["notified_at", "due", "answered_at"]
        .into_iter()
        .filter_map(word)
        .collect();
    let state = standing["state"]
        .as_str()
        .unwrap_or_default()
        .replace('_', " ");
    let mut lines = vec![
        format!(
            "{}: {state} {}",
            out["platform"].as_str().unwrap_or_default(),
            words.join(", ")
        )
        .trim_end()
        .to_owned(),
    ];
    for answer in out["answers"].as_array().into_iter().flatten() {
        let published = if answer["published"] == true {
            "published"
        } else {
            "not published"
        };
        let (index, at) = (
            &answer["index"],
            answer["received_at"].as_str().unwrap_or_default(),
        );
        lines.push(format!("answer in entry {index}, {at}, {published}"));
    }
    table::print(&lines.join("\n"))?;
    Ok(Exit::Ok)
}

fn text(path: &Path) -> anyhow::Result<String> {
    let unreadable =
        |why: String| Ends::with(Exit::Unreadable, format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    match text.len() > TEXT_BYTES_MAX {
        true => Err(unreadable(format!(
            "longer than {TEXT_BYTES_MAX} bytes; attach it with --attach"
        ))),
        false => Ok(text),
    }
}

fn file(path: &Path) -> anyhow::Result<ReplyFile> {
    let unreadable = |error: std::io::Error| {
        Ends::with(Exit::Unreadable, format!("{}: {error}", path.display()))
    };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let (mut context, mut buffer, mut bytes) = (Context::new(&SHA256), vec![0; READ_BYTES], 0);
    loop {
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => break,
            read => {
                context.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
    let sha256 = context
        .finish()
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(ReplyFile {
        name,
        bytes,
        sha256,
    })
}
