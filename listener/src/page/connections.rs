//! Providers' accounts whose webhooks we take: all of them, a new one, and whether it is heard.

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

use super::form::{Form, filled};
use super::lang::Lang;
use super::layout::{self, Place};
use super::parts::marks;
use super::visitor::Visitor;
use super::{Shown, problem};
use crate::api::connections::{self, ConnectionIn, ConnectionOut};
use crate::api::json::Body;
use crate::api::page::{LIMIT_MAX, ListQuery};
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::heard::Heard;
use crate::problem::Problem;
use crate::provider::{PROVIDERS, Provider};

/// Random bytes of a secret that is ours to choose.
const SECRET_BYTES: usize = 24;
/// What fields of secrets are called, before their names.
const SECRET: &str = "secret.";

/// All connections.
pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Shown, Problem> {
    let connections = all(&app, &visitor).await?;
    let lang = visitor.guest.lang;
    let title = lang.say("Connections", "连接");
    let body = html! {
        p.crumbs { a href="/settings" { (lang.say("Settings", "设置")) } }
        h1 { (title) }
        p.lead { (lang.say(
            "Accounts at providers, phones and PBXs that tell us of calls and messages.",
            "把来电和短信告诉我们的服务商账户、手机和电话交换机。",
        )) }
        @if visitor.caller.role.may_administer() {
            p.actions { a.button href="/connections/new" { (lang.say("Connect a provider", "接入服务商")) } }
        }
        div #connections data-live="connection" {
            @if connections.is_empty() { p.empty { (lang.say("None yet.", "还没有。")) } }
            @else { (table(&app, &visitor, &connections)) }
        }
        (layout::live())
    };
    Ok(layout::page(&visitor, Place::Settings, title, &body))
}

/// All connections that the visitor may see.
pub(super) async fn all(app: &Arc<App>, visitor: &Visitor) -> Result<Vec<ConnectionOut>, Problem> {
    let wanted = ListQuery {
        limit: Some(LIMIT_MAX),
        ..ListQuery::default()
    };
    let list = connections::list(
        State(Arc::clone(app)),
        visitor.caller.clone(),
        Query(wanted),
    )
    .await?;
    Ok(list.0.items)
}

fn table(app: &App, visitor: &Visitor, connections: &[ConnectionOut]) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        div.scroll tabindex="0" role="group" aria-label=(lang.say("Connections", "连接")) { table {
            thead { tr {
                th scope="col" { (lang.say("Name", "名称")) }
                th scope="col" { (lang.say("Provider", "服务商")) }
                th scope="col" { (lang.say("Heard", "收到")) }
            } }
            tbody { @for connection in connections { tr {
                th scope="row" { a href={ "/connections/" (connection.id) } { (connection.id) } }
                td { (title_of(&connection.provider)) }
                td { (heard_words(visitor, &heard(app, &connection.id))) }
            } } }
        } }
    }
}

fn title_of(provider: &str) -> &str {
    Provider::find(provider).map_or(provider, |found| found.title)
}

fn heard(app: &App, id: &str) -> Heard {
    id.parse().map(|id| app.heard.of(&id)).unwrap_or_default()
}

fn heard_words(visitor: &Visitor, heard: &Heard) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        @match (&heard.refused, heard.taken_at) {
            (Some((at, problem)), _) => { span.pill.alarm { "▲ " (lang.say("refused", "被拒绝")) } " " (marks::time(guest, *at)) " " (problem.code) }
            (None, Some(at)) => { span.pill { "● " (lang.say("received", "已收到")) } " " (marks::time(guest, at)) }
            (None, None) => { span.pill { "○ " (lang.say("nothing since the start", "启动以来尚无")) } }
        }
    }
}

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
        p.hint id=(hint) lang="en" { (secret.about) }
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

/// One connection: what to enter at the provider, and whether it is heard.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Shown, Problem> {
    let unknown = || Problem::not_found("no connection of this name");
    let found = all(&app, &visitor).await?.into_iter().find(|c| c.id == id);
    let connection = found.ok_or_else(unknown)?;
    let lang = visitor.guest.lang;
    let body = html! {
        p.crumbs { a href="/connections" { (lang.say("Connections", "连接")) } }
        h1 { (connection.id) }
        p.lead { (title_of(&connection.provider)) }
        section aria-labelledby="enter" {
            h2 #enter { (lang.say("Enter this at the provider", "在服务商处填写")) }
            p { (lang.say(
                "As the address of webhooks for messages and calls of your numbers:",
                "作为号码的短信和来电回调地址：",
            )) }
            p.address { (marks::copied(lang, lang.say("address", "地址"), &connection.webhook_url)) }
            @if connection.webhook_url.starts_with("http://") {
                p.notice.warn { (lang.say(
                    "Providers cannot reach this address from outside. Set public_url in the settings file to the one that your proxy with TLS has.",
                    "服务商无法从外部访问此地址。请在设置文件中把 public_url 设为带 TLS 的代理地址。",
                )) }
            }
        }
        section aria-labelledby="heard-title" {
            h2 #heard-title { (lang.say("Is it heard?", "收到了吗？")) span.live aria-hidden="true" {} }
            div #heard data-live="connection contact" aria-live="polite" { (waiting(&visitor, &heard(&app, &connection.id))) }
        }
        @if visitor.caller.role.may_work() {
            p.actions { a.button href={ "/lines/new?connection=" (connection.id) } { (lang.say("Add its numbers", "添加其号码")) } }
        }
        @if visitor.caller.role.may_administer() {
            form.actions method="post" action={ "/connections/" (connection.id) "/retire" }
                data-ask=(lang.say("Close this connection? Its webhooks will be refused.", "关闭此连接？其回调将被拒绝。")) {
                (layout::token(&visitor))
                button.quiet.danger type="submit" { (lang.say("Close the connection", "关闭连接")) }
            }
        }
        (layout::live())
    };
    Ok(layout::page(
        &visitor,
        Place::Settings,
        &connection.id,
        &body,
    ))
}

fn waiting(visitor: &Visitor, heard: &Heard) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        @match (&heard.refused, heard.taken_at) {
            (Some((at, refused)), _) => {
                p.notice.alarm {
                    strong { (lang.say("A request came and was refused.", "收到请求，但被拒绝。")) } " " (marks::time(guest, *at)) br;
                    (problem::explained(lang, refused))
                }
            }
            (None, Some(at)) => { p.notice { strong { "✓ " (lang.say("Received.", "已收到。")) } " "
                (lang.say("The last request was genuine, at", "最近一次真实请求：")) " " (marks::time(guest, at)) } }
            (None, None) => { p.empty { (lang.say(
                "Waiting for the first event… Send a message to one of its numbers; this line changes by itself.",
                "正在等待第一个事件……请向其任一号码发送短信，此处会自动更新。",
            )) } }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Closes a connection.
pub(super) async fn retire(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    connections::retire(State(app), visitor.caller, Path(id)).await?;
    Ok(Redirect::to("/connections"))
}
