//! Asks a running server.

use anyhow::Context as _;
use reqwest::StatusCode;
use serde_json::Value;

use crate::cli::Where;
use crate::exit::{Ends, Exit};

/// The longest wait for an answer, in seconds.
const ANSWER_S: u64 = 120;

/// A server and the key for it.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

impl Client {
    /// The server that was named; none if a folder was.
    pub(crate) fn of(place: &Where) -> anyhow::Result<Option<Client>> {
        let Some(url) = &place.server else {
            return Ok(None);
        };
        let key = place.key.clone().unwrap_or_default();
        Client::at(url, key).map(Some)
    }

    /// The server at this address.
    pub(crate) fn at(url: &str, key: String) -> anyhow::Result<Client> {
        // Already installed is fine: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(std::time::Duration::from_secs(ANSWER_S))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("prepare the HTTP client")?;
        Ok(Client {
            http,
            url: url.trim_end_matches('/').to_owned(),
            key,
        })
    }

    /// GET, JSON.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.answer(self.http.get(format!("{}{path}", self.url)))
            .await
    }

    /// GET, a file.
    pub(crate) async fn file(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let response = self
            .sent(self.http.get(format!("{}{path}", self.url)))
            .await?;
        if response.status().is_success() {
            return Ok(response.bytes().await?.to_vec());
        }
        Err(refused(response).await)
    }

    /// POST, JSON both ways.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.answer(self.http.post(format!("{}{path}", self.url)).json(body))
            .await
    }

    /// POST, JSON both ways; an answer of status `also` is one as well.
    pub(crate) async fn post_or(
        &self,
        path: &str,
        body: &Value,
        also: StatusCode,
    ) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.url)).json(body);
        self.answered(request, Some(also)).await
    }

    /// POST of bytes as they are, JSON back.
    pub(crate) async fn upload(&self, path: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.url)).body(bytes);
        self.answer(request).await
    }

    /// PUT, JSON both ways.
    pub(crate) async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.answer(self.http.put(format!("{}{path}", self.url)).json(body))
            .await
    }

    /// DELETE.
    pub(crate) async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.answer(self.http.delete(format!("{}{path}", self.url)))
            .await
    }

    /// All items of a list, page by page.
    pub(crate) async fn all(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        self.all_of(path, "").await
    }

    /// All items of a list under further filters, such as `&state=dead`.
    pub(crate) async fn all_of(&self, path: &str, filters: &str) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let next = cursor
                .map(|cursor| format!("&cursor={cursor}"))
                .unwrap_or_default();
            let mut page = self
                .get(&format!("{path}?limit=1000{next}{filters}"))
                .await?;
            if let Some(Value::Array(part)) = page.get_mut("items").map(Value::take) {
                items.extend(part);
            }
            cursor = page
                .get("next_cursor")
                .and_then(Value::as_str)
                .map(str::to_owned);
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        self.answered(request, None).await
    }

    async fn answered(
        &self,
        request: reqwest::RequestBuilder,
        also: Option<StatusCode>,
    ) -> anyhow::Result<Value> {
        let response = self.sent(request).await?;
        let status = response.status();
        match status.is_success() || Some(status) == also {
            true => Ok(response.json().await.unwrap_or_default()),
            false => Err(refused(response).await),
        }
    }

    async fn sent(&self, request: reqwest::RequestBuilder) -> anyhow::Result<reqwest::Response> {
        let sent = request.bearer_auth(&self.key).send().await;
        sent.map_err(|error| {
            let why = match error.is_timeout() {
                true => format!("has not answered in {ANSWER_S} s; it may still do what was asked"),
                false => format!("cannot be reached: {error}"),
            };
            Ends::with(Exit::Unreachable, format!("server {} {why}", self.url))
        })
    }
}

/// The server's no, in its own words.
async fn refused(response: reqwest::Response) -> anyhow::Error {
    let status = response.status();
    let body: Value = response.json().await.unwrap_or_default();
    let detail = body.get("detail").and_then(Value::as_str);
    let detail = detail.unwrap_or("no detail");
    Ends::with(Exit::Refused, format!("server answered {status}: {detail}"))
}
