//! Lines that are silent, and lines whose silence nobody would notice.

use honeytoken::{LineView, PhoneNumber, SenderKind};

use super::AttentionOut;
use crate::api::redact::masked;
use crate::app::App;
use crate::life::{Looks, Standing, Word};

/// Such lines with their keys in a list, in the order in which they were added.
pub(super) fn lines(
    app: &App,
    number: Option<PhoneNumber>,
    open: bool,
) -> Vec<(String, AttentionOut)> {
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let looks = Looks::new(&state, &app.config.life);
    let wanted = |v: &LineView<'_>| number.is_none_or(|n| v.line.number == n);
    let mut lines: Vec<_> = state.registry.lines(now).filter(wanted).collect();
    lines.sort_by_key(|view| view.index);
    let items = lines.iter().filter_map(|view| {
        let item = item(view, looks.at(view), open)?;
        Some((format!("{:020}", view.index), item))
    });
    items.collect()
}

fn item(view: &LineView<'_>, standing: Standing, open: bool) -> Option<AttentionOut> {
    let number = view.line.number.as_str();
    let hidden = masked(number, SenderKind::Number);
    let number = if open { number.to_owned() } else { hidden };
    let (kind, zh, en) = match standing.word {
        Word::Silent => {
            let since = standing.silent_since.unwrap_or(view.line.acquired_at);
            let zh =
                format!("线路 {number} 自 {since} 起没有任何在线迹象；恢复前的沉默不计入结论。");
            let en = format!(
                "Line {number} has given no sign of life since {since}; until it is back, its silence counts for nothing."
            );
            ("line_silent", zh, en)
        }
        Word::Unproven => {
            let zh = format!(
                "线路 {number} 没有任何在线证明；它的沉默不计入结论。请设置心跳或测试短信。"
            );
            let en = format!(
                "Nothing proves that line {number} lives, so its silence counts for nothing; set up heartbeats or test messages."
            );
            ("line_unproven", zh, en)
        }
        Word::Alive | Word::Waiting | Word::Off => return None,
    };
    Some(AttentionOut {
        kind,
        number: Some(number),
        connection: Some(view.line.connection.to_string()),
        since: standing.silent_since,
        missing: standing.missing,
        zh,
        en,
        index: Some(view.index),
        ..AttentionOut::default()
    })
}
