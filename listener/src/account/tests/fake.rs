//! A server that stands for a provider: it notes what it is asked and answers as told.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use futures_util::stream;
use honeytoken::{Connection, Secret};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::account::patience::Patience;
use crate::account::{Account, Accounts};

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    pub(super) authorization: Option<String>,
    pub(super) body: String,
}

/// An answer to be given.
pub(super) enum Reply {
    Json(u16, Value),
    /// Status, headers, body.
    Raw(u16, Vec<(&'static str, String)>, Bytes),
    /// Nothing, for as long as somebody waits.
    Silence,
    /// The beginning of a body, then the connection breaks.
    Broken(&'static str),
}

impl Reply {
    pub(super) fn status(status: u16) -> Reply {
        Reply::Raw(status, Vec::new(), Bytes::new())
    }

    pub(super) fn busy(retry_after: &str) -> Reply {
        Reply::Raw(
            429,
            vec![("retry-after", retry_after.to_owned())],
            Bytes::new(),
        )
    }
}

/// The server; it ends with the test's runtime.
pub(super) struct Fake {
    pub(super) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    /// Answers each request by `answer`, which is told how many came before.
    pub(super) async fn new(
        answer: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Fake {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (noted, answer) = (Arc::clone(&seen), Arc::new(answer));
        let service = tower::service_fn(move |request: Request| {
            let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
            async move {
                let request = read(request).await;
                let before = {
                    let mut noted = noted.lock().unwrap();
                    noted.push(request.clone());
                    noted.len() - 1
                };
                Ok::<_, Infallible>(reply(answer(&request, before)).await)
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback_service(service.map_response(|r| r));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Fake { base, seen }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The account of a connection with these secrets, which asks this server.
    pub(super) fn account(&self, provider: &str, secrets: &[(&str, &str)]) -> Box<dyn Account> {
        let local = [("api_base", self.base.as_str())];
        let connection = connection(provider, &[secrets, &local].concat());
        Accounts::with(HASTE).open(&connection).unwrap()
    }
}

/// Three attempts without noticeable pauses.
pub(super) const HASTE: Patience = Patience {
    attempts_max: 3,
    first_pause_ms: 1,
    pause_ms_max: 2,
    retry_after_s_max: 1,
    answer_ms_max: 400,
};

pub(super) fn connection(provider: &str, secrets: &[(&str, &str)]) -> Connection {
    let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), Secret::new(*value));
    Connection {
        connection: "c".parse().unwrap(),
        provider: provider.to_owned(),
        secrets: secrets.iter().map(secret).collect::<BTreeMap<_, _>>(),
        public_url: None,
        lines: Default::default(),
    }
}

async fn read(request: Request) -> Seen {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let authorization = parts.headers.get("authorization");
    Seen {
        method: parts.method.to_string(),
        target: parts.uri.path_and_query().unwrap().to_string(),
        authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn reply(reply: Reply) -> Response<Body> {
    let (status, headers, body) = match reply {
        Reply::Json(status, value) => (status, Vec::new(), Body::from(value.to_string())),
        Reply::Raw(status, headers, bytes) => (status, headers, Body::from(bytes)),
        Reply::Silence => std::future::pending().await,
        Reply::Broken(begin) => {
            let broken = Err(std::io::Error::other("broken off"));
            let parts = stream::iter([Ok(Bytes::from_static(begin.as_bytes())), broken]);
            (200, Vec::new(), Body::from_stream(parts))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
