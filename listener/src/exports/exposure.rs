//! Lines and placements, with the hours that were proven.

use honeytoken::{
    HoneytokenRecord, LineRole, LineView, Placing, PlatformId, RequestKind, RequestMade, Spans,
    Timestamp,
};
use report::export::ExposureRow;

use crate::ledger::State;

/// Microseconds in an hour.
const HOUR_US: f64 = 3.6e9;

/// A row for each placement that is wanted, and for each line without one.
pub(super) fn exposure(
    state: &State,
    now: Timestamp,
    with_unplaced: bool,
    wanted: &dyn Fn(&PlatformId) -> bool,
) -> Vec<ExposureRow> {
    let mut rows = Vec::new();
    for line in state.registry.lines(now) {
        let placed = line
            .honeytokens
            .iter()
            .filter_map(|id| state.registry.honeytoken(id));
        let shown = placed.filter(|record| wanted(&record.honeytoken.platform));
        rows.extend(shown.map(|record| row(state, &line, Some(record), now)));
        if line.honeytokens.is_empty() && with_unplaced {
            rows.push(row(state, &line, None, now));
        }
    }
    rows
}

fn row(
    state: &State,
    view: &LineView<'_>,
    placed: Option<&HoneytokenRecord>,
    now: Timestamp,
) -> ExposureRow {
    let (line, token) = (view.line, placed.map(|record| &record.honeytoken));
    let since = token.map_or(line.acquired_at, |token| token.registered_at);
    let request = |r: &RequestMade| format!("{}@{}", request_word(r.request), r.made_at);
    ExposureRow {
        line: view.index,
        number: Some(line.number.as_str().to_owned()),
        role: match line.role {
            LineRole::Canary => "canary",
            LineRole::Control => "control",
        },
        country: line.country.clone(),
        block: line.block.clone(),
        connection: Some(line.connection.to_string()),
        acquired_at: line.acquired_at,
        honeytoken: token.map(|token| token.honeytoken.to_string()),
        platform: token.map(|token| token.platform.to_string()),
        registered_at: token.map(|token| token.registered_at),
        ended: placed.is_some_and(|record| record.ended),
        placing: token
            .and_then(|token| token.placing.as_ref())
            .map(|placing| match placing {
                Placing::Chosen => "chosen",
                Placing::Lot(_) => "lot",
            }),
        marketing_agreed: token.map(|token| token.consent.allows_marketing()),
        requests: placed.map_or(Vec::new(), |r| r.requests.iter().map(request).collect()),
        live_hours: live_hours(state, view, since, now),
    }
}

const fn request_word(request: RequestKind) -> &'static str {
    match request {
        RequestKind::OptOut => "opt_out",
        RequestKind::Erasure => "erasure",
        RequestKind::Access => "access",
    }
}

/// Hours that the log says were proven, by any basis that counts.
fn live_hours(state: &State, view: &LineView<'_>, since: Timestamp, now: Timestamp) -> f64 {
    let window = (since.as_micros(), now.as_micros().max(since.as_micros()));
    let mut held = Spans::default();
    if let Some(life) = state.lives.of(&view.line.number) {
        let counting = life
            .proven()
            .iter()
            .filter(|(basis, _)| basis.is_exposure());
        for span in counting.flat_map(|(_, spans)| spans.within(window)) {
            held.add(span);
        }
    }
    held.held_us(window) as f64 / HOUR_US
}
