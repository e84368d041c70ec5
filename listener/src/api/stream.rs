//! News as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _};
use tokio_stream::wrappers::BroadcastStream;

use super::caller::Caller;
use crate::app::{App, News};
use crate::problem::Problem;

/// A silent stream says so this often, so that proxies keep it open.
const KEEP_ALIVE_S: u64 = 15;

/// Contacts, verdicts, checkpoints, coverage and lines that change their state, as they come. A reader that lags behind misses
/// messages and should ask the lists; one whose key is revoked sees nothing more.
#[utoipa::path(get, path = "/v1/stream", tag = "stream",
    responses((status = 200, content_type = "text/event-stream")))]
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let news = BroadcastStream::new(app.news.subscribe());
    let mut closing = app.closing.subscribe();
    let end = async move {
        // A server that is gone is closing too.
        let _ = closing.wait_for(|closing| *closing).await;
    };
    let (view, key) = (Arc::clone(app.recorder.view()), caller.key.clone());
    let live = move |_: &_| {
        let is_live = view.state().registry.keys().any(|live| live.key == key);
        std::future::ready(is_live)
    };
    let open = news.take_while(live).filter_map(move |news| {
        let event = news
            .ok()
            .filter(|news| is_open(&app, &caller, news))
            .map(event);
        std::future::ready(event)
    });
    let open = open.take_until(Box::pin(end));
    Ok(Sse::new(open).keep_alive(KeepAlive::new().interval(Duration::from_secs(KEEP_ALIVE_S))))
}

fn is_open(app: &App, caller: &Caller, news: &News) -> bool {
    news.platform
        .as_ref()
        .is_none_or(|platform| caller.may_see(app, platform))
}

fn event(news: News) -> Result<Event, Infallible> {
    Ok(Event::default().event(news.topic).data(&*news.json))
}
