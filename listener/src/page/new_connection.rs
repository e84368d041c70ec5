//! A new connection: which provider, and what it is verified with.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use maud::{Markup, html};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Deserialize;

use super::chinese::secrets;
use super::form::{Form, filled};
use super::lang::Lang;
use super::layout::{self, Place};
use super::visitor::Visitor;
use super::{Shown, problem};
use crate::api::connections::{self, ConnectionIn};
use crate::api::json::Body;
use crate::api::parts::Query;
use crate::app::App;
use crate::problem::Problem;
use crate::provider::{PROVIDERS, Provider};

/// Random bytes of a secret that is ours to choose.
const SECRET_BYTES: usize = 24;
/// What fields of secrets are called, before their names.
const SECRET: &str = "secret.";

/// Which provider is to be connected.
#[derive(Deserialize)]
pub(super) struct Chosen {
    provider: Option<String>,
}

/// The list of providers, then the form of one.
pub(super) async fn choose(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(chosen): Query<Chosen>,
) -> Result<Shown, Problem> {
    visitor.caller.may_administer()?;
    match chosen.provider.as_deref().map(Provider::find) {
        None => Ok(providers(&visitor)),
        Some(Ok(provider)) => {
            let mut fields = suggested(&app, provider);
            fields.insert("provider".to_owned(), provider.id.to_owned());
            Ok(form(&visitor, provider, &fields, None))
        }
        Some(Err(error)) => Err(Problem::bad_request("bad_connection", error.to_string())),
    }
}

fn providers(visitor: &Visitor) -> Shown {
    let lang = visitor.guest.lang;
    let title = lang.say("Where do the numbers live?", "号码在哪里？");
    let body = html! {
        p.crumbs { a href="/connections" { (lang.say("Connections", "连接")) } }
        h1 { (title) }
        ul.cards { @for provider in PROVIDERS { li {
            a href={ "/connections/new?provider=" (provider.id) } { strong { (provider.title) } }
            span.hint { @for carries in provider.carries { span.pill { (carried(lang, *carries)) } " " } }
        } } }
    };
    layout::page(visitor, Place::Settings, title, &body)
}

const fn carried(lang: Lang, carries: crate::provider::Carries) -> &'static str {
    use crate::provider::Carries;
    match carries {
        Carries::Sms => lang.say("SMS", "短信"),
        Carries::Mms => lang.say("MMS", "彩信"),
        Carries::Call => lang.say("Calls", "来电"),
        Carries::CallStatus => lang.say("Call status", "通话状态"),
        Carries::Recording => lang.say("Recordings", "录音"),
        Carries::Transcript => lang.say("Transcripts", "转写"),
        Carries::Heartbeat => lang.say("Heartbeat", "心跳"),
    }
}

/// A free name, and secrets that are ours to choose.
fn suggested(app: &App, provider: &Provider) -> BTreeMap<String, String> {
    let name = provider.id.replace('_', "-");
    let free = |name: &String| {
        name.parse()
            .is_ok_and(|id| app.connections.get(&id).is_none())
    };
    let mut names = std::iter::once(name.clone()).chain((2..100).map(|n| format!("{name}-{n}")));
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    fields.extend(names.find(free).map(|name| ("id".to_owned(), name)));
    for secret in provider.secrets {
        let ours = match secret.name {
            "whsec" => random().map(|bytes| format!("whsec_{}", STANDARD.encode(bytes))),
            "url_token" if secret.required => random().map(|bytes| URL_SAFE_NO_PAD.encode(bytes)),
            _ => None,
        };
        fields.extend(ours.map(|secret_text| (format!("{SECRET}{}", secret.name), secret_text)));
    }
    fields
}

fn random() -> Option<[u8; SECRET_BYTES]> {
    let mut bytes = [0; SECRET_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

fn form(
    visitor: &Visitor,
    provider: &Provider,
    fields: &BTreeMap<String, String>,
    refusal: Option<&str>,
) -> Shown {
    let lang = visitor.guest.lang;
    let value = |name: &str| fields.get(name).map_or("", String::as_str);
    let body = html! {
        p.crumbs { a href="/connections/new" { (lang.say("Other providers", "其他服务商")) } }
        h1 { (provider.title) }
        @if let Some(refusal) = refusal { p.notice.alarm role="alert" { (refusal) } }
        form.stack method="post" action="/connections" {
            (layout::token(visitor))
            input type="hidden" name="provider" value=(provider.id);
            label for="id" { (lang.say("Our name for it", "给它取个名称")) }
            input #id name="id" required pattern="[a-z0-9][a-z0-9_-]*" value=(value("id")) autocomplete="off" aria-describedby="id-hint";
            p.hint #id-hint { (lang.say("Small letters, digits and hyphens; it becomes a part of the webhook's URL.", "小写字母、数字和连字符；会成为回调地址的一部分。")) }
            @for secret in provider.secrets.iter().filter(|s| s.name != "api_base" && !s.for_account) { (field(lang, secret, value)) }
            @if provider.secrets.iter().any(|s| s.for_account && s.name != "api_base") {
                details {
                    summary { (lang.say("Credentials of the account, to buy numbers and find what was missed", "账户凭据，用于购买号码和补查遗漏")) }
                    div.stack { @for secret in provider.secrets.iter().filter(|s| s.name != "api_base" && s.for_account) { (field(lang, secret, value)) } }
                }
            }
            label for="public_url" { (lang.say("Our address as the provider sees it, if it is another one", "服务商看到的我方地址（如有不同）")) }
            input #public_url name="public_url" type="url" value=(value("public_url")) placeholder="https://hooks.example.org" autocomplete="off";
            button type="submit" { (lang.say("Connect", "接入")) }
        }
    };
    layout::page(visitor, Place::Settings, provider.title, &body)
}

fn field<'a>(
    lang: Lang,
    secret: &crate::provider::SecretName,
    value: impl Fn(&str) -> &'a str,
) -> Markup {
    let name = format!("{SECRET}{}", secret.name);
    let hint = format!("{}-hint", secret.name);
    // What is ours to choose has to be copied to the provider, so it is shown.
    let ours = !value(&name).is_empty();
    html! {
        label for=(secret.name) { code { (secret.name) } @if !secret.required { " " span.hint { (lang.say("(optional)", "（可选）")) } } }
        input id=(secret.name) name=(name) type=(if ours { "text" } else { "password" }) value=(value(&name))
            required[secret.required] autocomplete="off" spellcheck="false" aria-describedby=(hint);
        p.hint id=(hint) { (lang.say(secret.about, secrets::about(secret.about).unwrap_or(secret.about))) }
    }
}

/// Makes a connection.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Form { visitor, fields }: Form<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    visitor.caller.may_administer()?;
    let text = |name: &str| fields.get(name).and_then(|text| filled(text));
    let secrets = fields
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(SECRET)?.to_owned(), filled(value)?)));
    let body = ConnectionIn {
        id: text("id"),
        provider: text("provider").unwrap_or_default(),
        secrets: secrets.collect(),
        public_url: text("public_url"),
        lines: BTreeMap::new(),
    };
    let provider = Provider::find(&body.provider);
    match connections::create(State(app), visitor.caller.clone(), Body(body)).await {
        Ok((_, made)) => Ok(Redirect::to(&format!("/connections/{}", made.0.id)).into_response()),
        Err(refused) => match provider {
            Ok(provider) if refused.status == 400 => {
                let why = problem::explained(visitor.guest.lang, &refused);
                Ok((
                    StatusCode::BAD_REQUEST,
                    form(&visitor, provider, &fields, Some(&why)),
                )
                    .into_response())
            }
            _ => Err(refused),
        },
    }
}
