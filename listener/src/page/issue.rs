//! Issue a honeytoken: platform, consent, and off to its inbox.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use honeytoken::{Consent, Language};
use maud::{Markup, html};
use serde::Deserialize;

use super::form::{Form, filled};
use super::lang::Lang;
use super::layout::{self, Place};
use super::visitor::Visitor;
use super::{Shown, problem};
use crate::api::caller::Caller;
use crate::api::honeytokens::{self, HoneytokenIn, HoneytokenOut};
use crate::api::json::Body;
use crate::api::page::{LIMIT_MAX, ListQuery};
use crate::api::parts::Query;
use crate::api::platforms::{self, PlatformBody};
use crate::app::App;
use crate::problem::Problem;

/// What can be ticked: the form's field, English, Chinese.
pub(super) const CONSENTS: [(&str, &str, &str); 3] = [
    (
        "marketing",
        "I ticked that it may send me advertising",
        "我勾选了同意接收营销信息",
    ),
    (
        "sharing",
        "I ticked that it may share my data with partners",
        "我勾选了同意与合作方共享数据",
    ),
    (
        "calls",
        "I ticked that it may call me",
        "我勾选了同意接听其来电",
    ),
];

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    pub(super) platform: String,
    pub(super) line: String,
    pub(super) country: String,
    pub(super) language: String,
    /// A list of platforms, where there are many.
    pub(super) rows: String,
    pub(super) marketing: Option<String>,
    pub(super) sharing: Option<String>,
    pub(super) calls: Option<String>,
}

impl Wish {
    /// What was ticked, and nothing else.
    pub(super) fn ticks(&self) -> Wish {
        let Wish {
            marketing,
            sharing,
            calls,
            ..
        } = self;
        Wish {
            marketing: marketing.clone(),
            sharing: sharing.clone(),
            calls: calls.clone(),
            ..Wish::default()
        }
    }

    pub(super) fn consent(&self) -> Consent {
        let ticked = [&self.marketing, &self.sharing, &self.calls].map(Option::is_some);
        let names = CONSENTS.map(|(name, ..)| name.to_owned());
        Consent(names.into_iter().zip(ticked).collect::<BTreeMap<_, _>>())
    }
}

/// The form.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(led): Query<ListQuery>,
) -> Result<Shown, Problem> {
    visitor.caller.may_work()?;
    let platform = led.platform.unwrap_or_default();
    let wish = Wish {
        platform,
        ..Wish::default()
    };
    form(&app, &visitor, &wish, None).await
}

/// Issue.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Form {
        visitor,
        fields: wish,
    }: Form<Wish>,
) -> Result<Response, Problem> {
    match issue(&app, &visitor.caller, &wish).await {
        Ok(token) => Ok(Redirect::to(&format!("/honeytokens/{}", token.id)).into_response()),
        Err(problem) if (400..500).contains(&problem.status) && problem.status != 403 => {
            let status = axum::http::StatusCode::from_u16(problem.status).unwrap_or_default();
            let why = problem::explained(visitor.guest.lang, &problem);
            Ok((status, form(&app, &visitor, &wish, Some(&why)).await?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Issues a honeytoken; a platform that is not known is declared by its name.
///
/// # Errors
/// As the API's.
pub(super) async fn issue(
    app: &Arc<App>,
    caller: &Caller,
    wish: &Wish,
) -> Result<HoneytokenOut, Problem> {
    let platform = known_or_declared(app, caller, &wish.platform).await?;
    let language = match wish.language.as_str() {
        "zh" => Some(Language::Zh),
        "en" => Some(Language::En),
        _ => None,
    };
    let body = HoneytokenIn {
        platform,
        line: filled(&wish.line),
        registered_at: None,
        persona: None,
        consent: wish.consent(),
        country: filled(&wish.country),
        language,
        study: None,
    };
    let made = honeytokens::create(State(Arc::clone(app)), caller.clone(), Body(body)).await?;
    Ok(made.1.0)
}

async fn known_or_declared(app: &App, caller: &Caller, text: &str) -> Result<String, Problem> {
    caller.may_work()?;
    let Some(name) = filled(text) else {
        return Err(Problem::bad_request(
            "bad_platform",
            "platform is missing; type its name",
        ));
    };
    let known = {
        let state = app.recorder.view().state();
        let open = |id: &_| caller.role.may_administer() || state.registry.may_see(&caller.key, id);
        let named = |p: &&honeytoken::Platform| {
            p.platform.as_str() == name || p.name.to_lowercase() == name.to_lowercase()
        };
        let mut found = state
            .registry
            .platforms()
            .filter(named)
            .filter(|p| open(&p.platform));
        found.next().map(|p| p.platform.to_string())
    };
    match known {
        Some(id) => Ok(id),
        None => {
            let made = platforms::declare(app, caller, PlatformBody::named(name)).await?;
            made.1
                .0
                .id
                .ok_or_else(|| Problem::internal(&"a declared platform has no id"))
        }
    }
}

async fn form(
    app: &Arc<App>,
    visitor: &Visitor,
    wish: &Wish,
    refusal: Option<&str>,
) -> Result<Shown, Problem> {
    let all = ListQuery {
        limit: Some(LIMIT_MAX),
        ..ListQuery::default()
    };
    let known = platforms::list(State(Arc::clone(app)), visitor.caller.clone(), Query(all))
        .await?
        .0;
    let lang = visitor.guest.lang;
    let title = lang.say("Issue a honeytoken", "发放蜜标");
    let body = html! {
        p.crumbs { a href="/honeytokens" { (lang.say("Honeytokens", "蜜标")) } }
        h1 { (title) }
        @if let Some(refusal) = refusal { p.notice.alarm role="alert" { (refusal) } }
        form.stack method="post" action="/honeytokens" {
            (layout::token(visitor))
            label for="platform" { (lang.say("Platform", "平台")) }
            input #platform name="platform" list="platforms" required autofocus autocomplete="off" value=(wish.platform)
                aria-describedby="platform-hint" maxlength="200";
            datalist #platforms { @for platform in &known.items { option value=(platform.name) {} } }
            p.hint #platform-hint { (lang.say(
                "Its name as people know it. One that is new is added; say more about it on its page.",
                "大家熟知的名称。新平台会自动创建，可在其页面补充信息。",
            )) }
            (consents(lang, wish))
            (more(lang, wish))
            button type="submit" { (lang.say("Draw a number", "抽取号码")) }
        }
    };
    Ok(layout::page(visitor, Place::Issue, title, &body))
}

/// The boxes that the platform's own form had.
pub(super) fn consents(lang: Lang, wish: &Wish) -> Markup {
    let consent = wish.consent();
    html! {
        fieldset {
            legend { (lang.say("What was ticked at registration", "注册时勾选了什么")) }
            @for (name, en, zh) in CONSENTS {
                label.check { input type="checkbox" name=(name) checked[consent.0.get(name) == Some(&true)]; span { (lang.say(en, zh)) } }
            }
        }
    }
}

fn more(lang: Lang, wish: &Wish) -> Markup {
    html! {
        details open[!wish.line.is_empty() || !wish.country.is_empty()] {
            summary { (lang.say("More choices", "更多选项")) }
            div.stack {
                label for="language" { (lang.say("Language of the persona", "身份的语言")) }
                select #language name="language" {
                    option value="" { (lang.say("As the number's country", "按号码所在国家")) }
                    option value="zh" selected[wish.language == "zh"] { "中文" }
                    option value="en" selected[wish.language == "en"] { "English" }
                }
                label for="country" { (lang.say("Country of the number (two letters)", "号码所在国家（两个字母）")) }
                input #country name="country" maxlength="2" value=(wish.country) autocomplete="off" placeholder="CN";
                label for="line" { (lang.say("This number and no other", "指定号码")) }
                input #line name="line" type="tel" value=(wish.line) autocomplete="off" placeholder="+14155550132" aria-describedby="line-hint";
                p.hint #line-hint { (lang.say(
                    "Better leave it empty: only numbers drawn by lot carry the error rate.",
                    "最好留空：只有随机抽取的号码才适用所声明的误判率。",
                )) }
            }
        }
    }
}
