//! The webhook door: HTTP bytes in, a durable contact, the provider's own answer out.
//!
//! The order is in the types: bytes → [`Verified`] → events → sealed entries → on the disk →
//! answer. What is refused is counted and never recorded as a contact; what is genuine and cannot
//! be read is recorded as `unparsed`; what cannot be judged or written now is answered 503, so
//! that the provider comes again.

mod body;
mod confirm;
mod raw;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use honeytoken::{Connection, ConnectionId, Event, Timestamp};
use store::Draft;

pub(crate) use self::raw::COPIES_BYTES_MAX;
use self::raw::Raw;
use crate::api::parts::Path;
use crate::app::{App, News};
use crate::connections::Connected;
use crate::ledger::Recorded;
use crate::life;
use crate::metrics::Outcome;
use crate::problem::Problem;
use crate::provider::{
    Malformed, Places, Received, Refusal, Rejection, Request, Undecided, Verified,
};
use crate::provider_keys;

/// Among the credentials that are kept apart: the address, where it holds some.
pub(crate) const URL_CREDENTIAL: &str = "url";
/// When a provider should come again after a webhook that could not be judged.
const UNDECIDED_RETRY_S: u64 = 30;

/// Takes a webhook; `rest` is what the provider appended to the connection's URL.
pub(crate) async fn receive(
    State(app): State<Arc<App>>,
    Path(path): Path<Vec<(String, String)>>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let taken = take(&app, &path, &uri, &method, &headers, body).await;
    tell(
        &app,
        &path,
        taken.as_ref().err().map(|(_, problem)| problem),
    );
    match taken {
        Ok(response) => response,
        Err((outcome, problem)) => {
            app.metrics.webhook(outcome);
            problem.into_response()
        }
    }
}

/// Tells whoever sets a connection up and waits what became of a request.
fn tell(app: &App, path: &[(String, String)], refusal: Option<&Problem>) {
    let Ok((id, _)) = connection(app, path) else {
        return;
    };
    let now = app.recorder.clock().now();
    if app.heard.note(&id, now, refusal) && app.news.receiver_count() > 0 {
        let json = serde_json::json!({ "connection": id, "taken": refusal.is_none() });
        app.tell(News {
            topic: "connection",
            platform: None,
            json: json.to_string().into(),
        });
    }
}

type Failed = (Outcome, Problem);

async fn take(
    app: &App,
    path: &[(String, String)],
    uri: &Uri,
    method: &Method,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Failed> {
    let (id, mut connected) = connection(app, path)?;
    let body = body::read(app, body).await?;
    let now = app.recorder.clock().now();
    let urls = public_urls(app, &connected, &id, uri);
    let provider = connected.webhook.provider();
    let raw = Raw {
        id: &id,
        provider,
        method,
        headers,
        body: &body,
    };
    let needed = match verify(&connected, &raw, &urls, now) {
        Ok((verified, url)) => return accept(app, &connected, &raw, &verified, url, now).await,
        Err(Refusal::Undecided(Undecided::CertificateNeeded { url })) => url,
        Err(refusal) => return Err(refused(refusal)),
    };
    // A certificate seen for the first time is fetched while the provider waits, once.
    if let Some(learned) = app.connections.learn_certificate(&id, &needed).await {
        // On the record first: a retry must not find it in use and unrecorded.
        keep_keys(app, &learned).await?;
        app.connections.install(&id, Arc::clone(&learned));
        connected = learned;
    }
    let (verified, url) = verify(&connected, &raw, &urls, now).map_err(refused)?;
    accept(app, &connected, &raw, &verified, url, now).await
}

/// Keys are on the record before what they sign.
async fn keep_keys(app: &App, connected: &Connected) -> Result<(), Failed> {
    let failed = |problem| (Outcome::NotRecorded, problem);
    let view = app.recorder.view();
    let new = provider_keys::missing(view, provider_keys::known(connected));
    let new = new.map_err(|error| failed(Problem::internal(&error)))?;
    let recorded = app.recorder.decide(None, move |_| Ok(new)).await;
    recorded.map_err(|error| failed(error.into())).map(drop)
}

/// From a genuine request to the provider's answer: read, recorded, answered.
async fn accept(
    app: &App,
    connected: &Connected,
    raw: &Raw<'_>,
    verified: &Verified<'_>,
    url: &str,
    now: Timestamp,
) -> Result<Response, Failed> {
    connected
        .admit(verified, app.recorder.view(), now)
        .map_err(|replayed| refused(replayed.into()))?;
    let placed = |events| at_their_lines(app, connected, events, now);
    let events = match verified.parse().map(placed).and_then(|e| raw.copied_for(e)) {
        Ok(events) => events,
        Err(malformed) => return Err(keep_unparsed(app, raw, url, verified, &malformed, now).await),
    };
    let mut drafts = raw.contacts(url, &events, verified, now);
    for draft in &mut drafts {
        if let Event::Contact(contact) = &mut draft.event {
            life::mark(app.recorder.view(), contact);
        }
    }
    let recorded = seal_and_record(app, drafts).await?;
    count(app, &recorded);
    confirm::confirm(connected, &events);
    Ok(answer(app, connected, &events))
}

/// The events, each with its destination as far as the connection's settings and lines say it.
fn at_their_lines(
    app: &App,
    connected: &Connected,
    events: Vec<Received>,
    now: Timestamp,
) -> Vec<Received> {
    if !Places::are_needed(&events) {
        return events;
    }
    let Connection {
        connection, lines, ..
    } = &connected.settings;
    let state = app.recorder.view().state();
    let places = Places {
        named: lines,
        only: state.registry.only_line(connection, now),
    };
    places.fill(events)
}

fn connection(
    app: &App,
    path: &[(String, String)],
) -> Result<(ConnectionId, Arc<Connected>), Failed> {
    let name = path
        .first()
        .map(|(_, value)| value.as_str())
        .unwrap_or_default();
    let unknown = || {
        let detail = "no connection of this name; the webhook URL is shown when one is created";
        (Outcome::Unknown, Problem::not_found(detail))
    };
    let id: ConnectionId = name.parse().map_err(|_| unknown())?;
    let known = app.connections.get(&id).or_else(|| set_elsewhere(app, &id));
    let connected = known.ok_or_else(unknown)?;
    Ok((id, connected))
}

/// A connection that another node of the cluster set a moment ago.
fn set_elsewhere(app: &App, id: &ConnectionId) -> Option<Arc<Connected>> {
    let view = app.recorder.view();
    view.standing.as_ref()?;
    view.state().registry.connection(id)?;
    app.connections.refresh(&view.state().registry);
    app.connections.get(id)
}

/// The addresses under which the provider may have called us, most likely first: the connection's
/// own with what was appended to it, and the installation's with our path.
fn public_urls(app: &App, connected: &Connected, id: &ConnectionId, uri: &Uri) -> Vec<String> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let appended = target
        .strip_prefix("/hooks/")
        .and_then(|t| t.strip_prefix(id.as_str()));
    match &connected.settings.public_url {
        None => vec![format!("{}{target}", app.public_url)],
        Some(own) => vec![
            format!("{own}{}", appended.unwrap_or_default()),
            format!("{}{target}", own.trim_end_matches('/')),
        ],
    }
}

fn verify<'a>(
    connected: &'a Connected,
    raw: &Raw<'a>,
    urls: &'a [String],
    now: Timestamp,
) -> Result<(Verified<'a>, &'a str), Refusal> {
    let request = |url: &'a String| Request {
        method: raw.method.as_str(),
        url,
        headers: raw.headers,
        body: raw.body,
    };
    let mut refusal = Refusal::Rejected(Rejection::BadSignature);
    for (place, url) in urls.iter().enumerate() {
        match connected.webhook.verify(request(url), now) {
            Ok(verified) => return Ok((verified, url.as_str())),
            // The first address is the likeliest, so its refusal says most.
            Err(first) if place == 0 => refusal = first,
            Err(_) => {}
        }
    }
    Err(refusal)
}

fn refused(refusal: Refusal) -> Failed {
    let code = refusal.code();
    tracing::info!(reason = code, "webhook refused: {code}");
    match refusal {
        Refusal::Undecided(_) => {
            let problem = Problem::unavailable(code, refusal.to_string(), UNDECIDED_RETRY_S);
            (Outcome::Undecided, problem)
        }
        Refusal::Rejected(_) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
            (
                Outcome::Rejected,
                Problem::new(status, code, refusal.to_string()),
            )
        }
    }
}

async fn keep_unparsed(
    app: &App,
    raw: &Raw<'_>,
    url: &str,
    verified: &Verified<'_>,
    malformed: &Malformed,
    now: Timestamp,
) -> Failed {
    tracing::error!(connection.id = %raw.id, reason = %malformed, "signed webhook cannot be read");
    let draft = Draft {
        at: now,
        by: None,
        event: raw.unparsed(url, verified, malformed, now),
    };
    match seal_and_record(app, vec![draft]).await {
        Err(failed) => failed,
        Ok(_) => (
            Outcome::Unparsed,
            Problem::bad_request("unparsed", malformed.to_string()),
        ),
    }
}

async fn seal_and_record(app: &App, drafts: Vec<Draft>) -> Result<Vec<Recorded>, Failed> {
    let sealer = &app.recorder.view().sealer;
    let sealed: Result<Vec<_>, _> = drafts.into_iter().map(|draft| sealer.seal(draft)).collect();
    let sealed = sealed.map_err(|error| (Outcome::NotRecorded, Problem::internal(&error)))?;
    let recorded = app.recorder.contacts(sealed).await;
    recorded.map_err(|error| (Outcome::NotRecorded, error.into()))
}

fn count(app: &App, recorded: &[Recorded]) {
    for outcome in recorded {
        app.metrics.webhook(match outcome {
            Recorded::New(_) | Recorded::Kept => Outcome::Recorded,
            Recorded::Repeat(_) => Outcome::Repeated,
        });
    }
}

fn answer(app: &App, connected: &Connected, events: &[Received]) -> Response {
    let answer = connected.webhook.answer(events, app.calls());
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    if let Some(media) = answer.content_type {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    }
    response
}
