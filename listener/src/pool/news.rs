//! News of where lines stand: by what is recorded, and by time alone when a soak ends.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use honeytoken::{Event, LineState, PhoneNumber, PlatformId, Timestamp};

use crate::app::{App, News};
use crate::ledger::State;

/// The stream hears of the end of a soak within this, in milliseconds.
const LOOK_EVERY_MS: u64 = 500;

/// Lines that stand somewhere else now.
struct Moved {
    /// The entries that added them.
    lines: Vec<u64>,
    state: LineState,
    /// Whose lines they are, which not every key may see.
    platform: Option<PlatformId>,
}

/// Tells the stream of lines, without their numbers: who wants those asks.
pub(crate) async fn tell(app: Arc<App>) {
    let size = app.recorder.size();
    let mut told = *size.borrow();
    let mut soaks_told = app.recorder.clock().now();
    let mut dirty = BTreeSet::new();
    loop {
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        let (until, now) = (*size.borrow(), app.recorder.clock().now());
        if app.news.receiver_count() > 0 {
            for index in told..until {
                recorded(&app, index, now, &mut dirty);
            }
            soaks_ended(&app, soaks_told, now);
        }
        (told, soaks_told) = (until, now);
    }
}

/// What an entry made of lines.
fn recorded(app: &App, index: u64, now: Timestamp, dirty: &mut BTreeSet<u64>) {
    let view = app.recorder.view();
    let Ok(Some(entry)) = view.reader.entry(index) else {
        return;
    };
    let state = view.state();
    let moved = match &entry.event {
        Event::LineAdded(line) => stands(&state, &line.number, now),
        Event::LineRetired(line) => stands(&state, &line.number, now),
        Event::HoneytokenIssued(token) => stands(&state, &token.number, now),
        Event::LineSoaked(line) => stands(&state, &line.number, now).inspect(|moved| {
            dirty.retain(|line| !moved.lines.contains(line));
        }),
        Event::ControlsDrawn(drawn) => Some(Moved {
            lines: drawn.drawn.clone(),
            state: LineState::Control,
            platform: None,
        }),
        Event::Contact(contact) => {
            let number = contact.to.as_ref().and_then(|to| to.number());
            let moved = number.and_then(|number| stands(&state, &number, now));
            moved
                .filter(|m| m.state == LineState::Dirty && m.lines.iter().any(|l| dirty.insert(*l)))
        }
        _ => None,
    };
    drop(state);
    moved.into_iter().for_each(|moved| say(app, moved));
}

fn stands(state: &State, number: &PhoneNumber, now: Timestamp) -> Option<Moved> {
    let view = state.registry.line(number, now)?;
    let holder = state.registry.honeytokens_on(number).next();
    Some(Moved {
        lines: vec![view.index],
        state: view.state,
        platform: holder.map(|record| record.honeytoken.platform.clone()),
    })
}

/// Soaks that ended since, which no entry says.
fn soaks_ended(app: &App, since: Timestamp, now: Timestamp) {
    let ended = {
        let state = app.recorder.view().state();
        let ended = |end: Timestamp| since < end && end <= now;
        let views = state.registry.lines(now);
        let ready = views.filter(|v| v.state == LineState::Ready);
        let ready = ready.filter(|v| v.line.soak_until.is_some_and(ended));
        ready.map(|view| view.index).collect::<Vec<u64>>()
    };
    if !ended.is_empty() {
        say(
            app,
            Moved {
                lines: ended,
                state: LineState::Ready,
                platform: None,
            },
        );
    }
}

fn say(app: &App, moved: Moved) {
    let json = serde_json::json!({ "lines": moved.lines, "state": moved.state });
    app.tell(News {
        topic: "line",
        platform: moved.platform,
        json: json.to_string().into(),
    });
}
