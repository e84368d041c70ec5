//! The installation itself: its log and disk, who vouches for it, who talks to it, whom it tells.

use honeytoken::{Event, Timestamp};
use store::Lookup;

use super::AttentionOut;
use crate::alerts::Trouble;
use crate::app::App;
use crate::reparse;

/// Requests that could not be read are news for so long, in seconds: a week.
const UNPARSED_S: i64 = 7 * 86_400;
/// Of them so many are looked at, the newest.
const UNPARSED_MAX: usize = 50;

/// What is wrong with it; `open`: also what tells of connections and alert targets.
pub(super) fn trouble(app: &App, open: bool) -> Vec<AttentionOut> {
    let mut found: Vec<AttentionOut> = fault(app).into_iter().collect();
    found.extend(noted(app));
    found.extend(anchors(app));
    if open {
        found.extend(refused(app));
        found.extend(unparsed(app));
        found.extend(targets(app));
    }
    found
}

fn item(kind: &'static str, en: String, zh: String) -> AttentionOut {
    AttentionOut {
        kind,
        en,
        zh,
        ..AttentionOut::default()
    }
}

fn fault(app: &App) -> Option<AttentionOut> {
    app.recorder.view().fault().map(|why| {
        item(
            "log_fault",
            format!("The evidence log cannot be written; nothing new is recorded: {why}"),
            format!("证据日志无法写入，新内容不再记录：{why}"),
        )
    })
}

fn noted(app: &App) -> Vec<AttentionOut> {
    let seen = app.troubles.seen().into_iter();
    let said = seen
        .filter(|(_, there)| *there)
        .filter_map(|(trouble, _)| match trouble {
            Trouble::Checkpoint => Some(item(
                "checkpoint",
                "A checkpoint of the log cannot be signed.".to_owned(),
                "无法签署日志检查点。".to_owned(),
            )),
            Trouble::DiskLow => Some(item(
                "disk_low",
                "The log's disk is nearly full.".to_owned(),
                "日志所在磁盘即将写满。".to_owned(),
            )),
            // Said below, authority by authority.
            Trouble::Anchor => None,
        });
    said.collect()
}

fn anchors(app: &App) -> Vec<AttentionOut> {
    let standing = app.anchors.standing(app).into_iter();
    let late = standing.filter(|s| s.attempts.fault.is_some());
    let said = late.map(|s| {
        let name = &s.authority.id;
        let why = s.attempts.fault.clone().unwrap_or_default();
        AttentionOut {
            since: s.newest.map(|newest| newest.stamped_at),
            ..item(
                "anchor_overdue",
                format!("Authority {name} did not vouch for the log; it is asked again: {why}"),
                format!("外部机构 {name} 未能为日志作证，将再次请求：{why}"),
            )
        }
    });
    said.collect()
}

/// Connections whose last request was refused.
fn refused(app: &App) -> Vec<AttentionOut> {
    let state = app.recorder.view().state();
    let said = state.registry.connections().filter_map(|c| {
        let (at, problem) = app.heard.of(&c.connection).refused?;
        let (id, detail) = (&c.connection, &problem.detail);
        Some(AttentionOut {
            connection: Some(id.to_string()),
            since: Some(at),
            ..item(
                "webhook_refused",
                format!("The last webhook of connection {id} was refused: {detail}"),
                format!("连接 {id} 最近一次回调被拒绝：{detail}"),
            )
        })
    });
    said.collect()
}

/// The newest genuine request that could not be read, if it is young and nobody has read it since.
fn unparsed(app: &App) -> Option<AttentionOut> {
    let (view, now) = (app.recorder.view(), app.recorder.clock().now());
    let kind = Lookup::Kind("unparsed");
    let newest = view.index.newest(&kind, None, UNPARSED_MAX).ok()?;
    let entries = newest.into_iter().map_while(|index| {
        let entry = view.reader.entry(index).ok()?;
        Some(entry.filter(|entry| is_young(entry.at, now)))
    });
    let entry = entries
        .flatten()
        .find(|entry| !reparse::is_read(view, entry.index))?;
    let Event::Unparsed(unparsed) = &entry.event else {
        return None;
    };
    let id = &unparsed.connection;
    Some(AttentionOut {
        connection: Some(id.to_string()),
        since: Some(entry.at),
        index: Some(entry.index),
        ..item(
            "unparsed",
            format!(
                "A genuine request through {id} could not be read; it is kept. canaryline reparse reads it after an update."
            ),
            format!(
                "连接 {id} 收到一个真实但无法读懂的请求，已保存；升级后可用 canaryline reparse 重新读取。"
            ),
        )
    })
}

fn is_young(at: Timestamp, now: Timestamp) -> bool {
    at.plus_s(UNPARSED_S) > now
}

/// Alert targets that are switched off, and alerts that nobody took.
fn targets(app: &App) -> Vec<AttentionOut> {
    let state = app.recorder.view().state();
    let off = state.alerts.targets().filter_map(|target| {
        let (id, why) = (&target.target, target.disabled.as_ref()?);
        Some(item(
            "alert_target_disabled",
            format!("Alert target {id} was switched off: {why}"),
            format!("提醒接收方 {id} 已停用：{why}"),
        ))
    });
    let mut said: Vec<_> = off.collect();
    let (_, _, dead) = state.alerts.counts();
    said.extend((dead > 0).then(|| {
        item(
            "alerts_dead",
            format!("{dead} alerts reached nobody; canaryline alerts replay sends them again."),
            format!("{dead} 条提醒未能送达；可用 canaryline alerts replay 重发。"),
        )
    }));
    said
}
