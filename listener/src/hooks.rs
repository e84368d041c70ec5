//! The webhook door: HTTP bytes in, a durable contact, the provider's own answer out.
//!
//! The order is in the types: bytes → [`Verified`] → events → sealed entries → on the disk →
//! answer. What is refused is counted and never recorded as a contact; what is genuine and cannot
//! be read is recorded as `unparsed`; what cannot be judged or written now is answered 503, so
//! that the provider comes again.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use honeytoken::{
    Connection, ConnectionId, Contact, Event, Medium, RawBody, Secret, Timestamp, Unparsed,
};
use http_body_util::BodyExt as _;
use ring::digest::{SHA256, digest};
use store::Draft;

use crate::api::parts::Path;
use crate::api_key::hex;
use crate::app::{App, News};
use crate::connections::{Connected, fetch};
use crate::ledger::Recorded;
use crate::life;
use crate::metrics::Outcome;
use crate::problem::Problem;
use crate::provider::{
    Malformed, Places, Provider, Received, Refusal, Rejection, Request, Undecided, Verified,
};
use crate::provider_keys;

/// A larger body is drained up to here, so that the provider hears the answer, then cut off.
const DRAIN_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Each contact keeps the whole request, so that a batch is written as often as it has events: the most
/// that one request may come to, in bytes.
pub(crate) const COPIES_BYTES_MAX: usize = 64 * 1024 * 1024;
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
    let body = read(app, body).await?;
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
        keep_keys(app, &learned).await?;
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
    confirm(connected, &events);
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

/// Fetches the address that a provider wants fetched to confirm a subscription, in the background:
/// the event itself is durable.
fn confirm(connected: &Connected, events: &[Received]) {
    let Some(url) = connected.webhook.follow_up(events) else {
        return;
    };
    let id = connected.settings.connection.clone();
    tokio::spawn(async move {
        match fetch(&url).await {
            Ok(_) => tracing::info!(connection.id = %id, "subscription confirmed"),
            Err(error) => tracing::error!(connection.id = %id, %error,
                "subscription cannot be confirmed; ask the provider to send it again"),
        }
    });
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

/// Reads the body up to the limit, in the time allowed.
async fn read(app: &App, body: Body) -> Result<Bytes, Failed> {
    let limits = &app.config.limits;
    let reading = read_up_to(body, limits.body_bytes_max);
    tokio::time::timeout(Duration::from_secs(limits.body_s.get().into()), reading)
        .await
        .map_err(|_| (Outcome::Rejected, Problem::slow_body()))?
}

async fn read_up_to(mut body: Body, bytes_max: usize) -> Result<Bytes, Failed> {
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let broken = |_| {
            let problem = Problem::bad_request("broken_body", "body ended before it was whole");
            (Outcome::Rejected, problem)
        };
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        seen += data.len();
        if seen <= bytes_max {
            kept.extend_from_slice(&data);
        } else if seen > DRAIN_BYTES_MAX {
            break;
        }
    }
    if seen > bytes_max {
        let detail = format!("body is larger than {bytes_max} bytes");
        let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail);
        return Err((Outcome::TooLarge, problem));
    }
    Ok(kept.freeze())
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

type Apart = (String, Vec<(String, String)>, Vec<(String, Secret)>);

/// The request as it came.
struct Raw<'a> {
    id: &'a ConnectionId,
    provider: &'static Provider,
    method: &'a Method,
    headers: &'a HeaderMap,
    body: &'a Bytes,
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

impl Raw<'_> {
    /// The events, if the request can be kept with each of them.
    fn copied_for(&self, events: Vec<Received>) -> Result<Vec<Received>, Malformed> {
        match events.len().saturating_mul(self.body.len()) > COPIES_BYTES_MAX {
            true => Err(Malformed::TooManyEvents),
            false => Ok(events),
        }
    }

    /// One contact an event; a request without events is kept as the gateway's own business.
    fn contacts(
        &self,
        url: &str,
        events: &[Received],
        verified: &Verified<'_>,
        now: Timestamp,
    ) -> Vec<Draft> {
        let control = [self.control()];
        let events = if events.is_empty() {
            control.as_slice()
        } else {
            events
        };
        let (url, headers, credentials) = self.apart(url);
        let credentials = Some(credentials).filter(|c| !c.is_empty());
        let nonce = verified.nonce().map(Box::new);
        let contact = |event: &Received| Contact {
            authentication: verified.authentication(),
            nonce: nonce.clone(),
            raw_method: Some(self.method.to_string()),
            raw_url: Some(url.clone()),
            raw_headers: Some(headers.clone()),
            raw_body: Some(raw_body(self.body)),
            raw_credentials: credentials.clone(),
            ..event.to_contact(self.id.clone(), now)
        };
        let draft = |event| Draft {
            at: now,
            by: None,
            event: Event::Contact(contact(event)),
        };
        events.iter().map(draft).collect()
    }

    fn control(&self) -> Received {
        let digest = hex(digest(&SHA256, self.body).as_ref());
        Received::new(Medium::Control, "empty", &format!("body:{digest}"))
    }

    fn unparsed(
        &self,
        url: &str,
        verified: &Verified<'_>,
        malformed: &Malformed,
        now: Timestamp,
    ) -> Event {
        let (raw_url, raw_headers, raw_credentials) = self.apart(url);
        Event::Unparsed(Unparsed {
            connection: self.id.clone(),
            reason: malformed.to_string(),
            received_at: now,
            authentication: verified.authentication(),
            nonce: verified.nonce().map(Box::new),
            raw_method: self.method.to_string(),
            raw_url,
            raw_headers,
            raw_body: raw_body(self.body),
            raw_credentials,
        })
    }

    /// URL, headers and credentials, apart.
    fn apart(&self, url: &str) -> Apart {
        let mut headers = Vec::with_capacity(self.headers.len());
        let mut credentials = Vec::new();
        for (name, value) in self.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            match self.is_credential(name.as_str()) {
                true => credentials.push((name.to_string(), Secret::new(value))),
                false => headers.push((name.to_string(), value)),
            }
        }
        if !self.provider.credential_in_url {
            return (url.to_owned(), headers, credentials);
        }
        credentials.push((URL_CREDENTIAL.to_owned(), Secret::new(url)));
        (format!("/hooks/{}", self.id), headers, credentials)
    }

    fn is_credential(&self, header: &str) -> bool {
        let always = matches!(header, "authorization" | "cookie" | "proxy-authorization");
        always
            || self
                .provider
                .credential_headers
                .iter()
                .any(|h| h.eq_ignore_ascii_case(header))
    }
}

fn raw_body(body: &Bytes) -> RawBody {
    match std::str::from_utf8(body) {
        Ok(text) => RawBody::Text(text.to_owned()),
        Err(_) => RawBody::Base64(STANDARD.encode(body)),
    }
}
