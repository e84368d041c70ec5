//! The door: an API key, or a link that is good once, for a session; and out again.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use honeytoken::{Event, KeyId, Operation};
use maud::{Markup, html};
use serde::Deserialize;

use super::dress::set_cookie;
use super::form::{Form, fields, must_be_ours};
use super::guest::{Guest, cookie};
use super::lang::said;
use super::visitor::{Visitor, session_cookie};
use super::{layout, problem};
use crate::api::caller::{Caller, refused};
use crate::api::json;
use crate::api::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// What leads to the door.
#[derive(Deserialize)]
pub(super) struct Led {
    /// A link's token.
    once: Option<String>,
    /// Where to go then.
    to: Option<String>,
}

/// What is shown at the door.
#[derive(Deserialize)]
struct Presented {
    #[serde(default)]
    key: String,
    #[serde(default)]
    once: String,
    #[serde(default)]
    to: String,
}

/// The door.
pub(super) async fn show(guest: Guest, Query(led): Query<Led>) -> super::Shown {
    let to = led.to.unwrap_or_default();
    match led.once {
        Some(token) => follow_page(&guest, &token),
        None => key_page(&guest, &to, None),
    }
}

/// Sign in.
pub(super) async fn enter(State(app): State<Arc<App>>, guest: Guest, request: Request) -> Response {
    let address = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let presented = match presented(&app, request).await {
        Ok(presented) => presented,
        Err(problem) => return problem.into_response(),
    };
    let caller = match presented.once.is_empty() {
        true => Caller::by_key(&app, presented.key.trim()),
        false => {
            let key = app
                .pages
                .sessions
                .follow(&presented.once, app.recorder.clock().now());
            key.and_then(|key| Caller::of(&app, &key))
        }
    };
    match caller {
        Some(caller) => match begin(&app, &guest, caller.key, &presented.to).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(),
        },
        None => {
            let problem = refused(&app, address);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            let why = if presented.once.is_empty() {
                problem::explained(guest.lang, &problem)
            } else {
                let (en, zh) = (
                    "This link was used already, or is older than ten minutes. Sign in with a key.",
                    "此链接已用过，或已超过十分钟。请使用密钥登录。",
                );
                guest.lang.say(en, zh).to_owned()
            };
            (status, key_page(&guest, &presented.to, Some(&why))).into_response()
        }
    }
}

async fn presented(app: &App, request: Request) -> Result<Presented, Problem> {
    must_be_ours(request.headers())?;
    let headers = request.headers().clone();
    let bytes = json::bytes(request, app).await?;
    fields(&headers, &bytes).await
}

async fn begin(app: &App, guest: &Guest, key: KeyId, to: &str) -> Result<Response, Problem> {
    let now = app.recorder.clock().now();
    let began = Event::Operation(Operation {
        operation: "sign_in".to_owned(),
        detail: String::new(),
    });
    app.recorder
        .decide(Some(key.clone()), move |_| Ok(vec![began]))
        .await?;
    let id = app
        .pages
        .sessions
        .begin(key, now)
        .map_err(|error| Problem::internal(&error))?;
    let mut response = Redirect::to(inside(to)).into_response();
    set_cookie(&mut response, &held(guest, &id));
    Ok(response)
}

/// A session's cookie; the browser forgets it when it is closed.
fn held(guest: &Guest, id: &str) -> String {
    let secure = if guest.secure { "; Secure" } else { "" };
    let name = session_cookie(guest.secure);
    format!("{name}={id}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// Only our own pages are led to.
fn inside(to: &str) -> &str {
    let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']);
    if ours { to } else { "/" }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Sign out.
pub(super) async fn leave(
    State(app): State<Arc<App>>,
    headers: axum::http::HeaderMap,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Response {
    let Visitor { guest, .. } = visitor;
    let name = session_cookie(guest.secure);
    if let Some(id) = cookie(&headers, name) {
        app.pages.sessions.end(id);
    }
    let secure = if guest.secure { "; Secure" } else { "" };
    let mut response = Redirect::to("/sign-in").into_response();
    let gone = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}");
    set_cookie(&mut response, &gone);
    response
}

fn key_page(guest: &Guest, to: &str, refusal: Option<&str>) -> super::Shown {
    let lang = guest.lang;
    let title = lang.say("Sign in", "登录");
    let body = html! {
        h1 { (title) }
        p.lead { (lang.say(
            "Traces who passed on your phone number.",
            "查清是谁泄露了你的手机号。",
        )) }
        @if let Some(refusal) = refusal {
            p.notice.alarm #refusal role="alert" { (refusal) }
        }
        form.stack method="post" action="/sign-in" {
            input type="hidden" name="to" value=(to);
            // For managers of passwords, which want a name beside the secret.
            input.away type="text" name="username" value="canaryline" autocomplete="username" tabindex="-1" aria-hidden="true";
            label for="key" { (lang.say("API key", "API 密钥")) }
            input #key type="password" name="key" autocomplete="current-password" required
                spellcheck="false" placeholder="cnry_…" aria-describedby="key-hint";
            p.hint #key-hint { (lang.say(
                "The first start wrote one to the file admin.key in the data folder. canaryline keys create makes more.",
                "首次启动时已写入数据目录中的 admin.key 文件；canaryline keys create 可创建更多密钥。",
            )) }
            button type="submit" { (title) }
        }
    };
    layout::bare(guest, title, &body)
}

/// A link is followed by a button, so that whatever only looks at links does not use it up; a script
/// presses it.
fn follow_page(guest: &Guest, token: &str) -> super::Shown {
    let lang = guest.lang;
    let minutes = super::session::LINK_S / 60;
    let title = lang.say("Welcome", "欢迎");
    let hint: Markup = html! { p.hint { (said!(
        lang,
        "The link is good once, within {minutes} minutes of the start.",
        "此链接仅可使用一次，启动后 {minutes} 分钟内有效。"
    )) } };
    let body = html! {
        h1 { (title) }
        form.stack method="post" action="/sign-in" data-send="at-once" {
            input type="hidden" name="once" value=(token);
            button type="submit" { (lang.say("Open Canaryline", "进入 Canaryline")) }
        }
        (hint)
    };
    layout::bare(guest, title, &body)
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn nobody_is_led_outside() {
        assert_eq!(inside("/platforms/acme?x=1"), "/platforms/acme?x=1");
        for to in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:x",
        ] {
            assert_eq!(inside(to), "/", "{to}");
        }
    }
}
