//! An installation's first steps, by the hand.

use std::sync::Arc;

use axum::extract::State;
use honeytoken::LineState;
use maud::{Markup, html};

use super::Shown;
use super::lang::Lang;
use super::layout::{self, Place};
use super::visitor::Visitor;
use crate::app::App;

/// One step: what, why, where, and whether it is done.
struct Step {
    done: bool,
    title: &'static str,
    why: &'static str,
    to: String,
    action: &'static str,
}

/// The steps.
pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Shown {
    let lang = visitor.guest.lang;
    let title = lang.say("First steps", "第一步");
    let body = html! {
        h1 { (title) }
        p.lead { (lang.say(
            "From the first number to the first verdict.",
            "从第一个号码到第一个结论。",
        )) }
        (list(&app, lang))
    };
    layout::page(&visitor, Place::Overview, title, &body)
}

/// The steps as a list that renews itself.
pub(super) fn list(app: &App, lang: Lang) -> Markup {
    let steps = steps(app, lang);
    let next = steps.iter().position(|step| !step.done);
    html! {
        ol.steps #steps data-live="connection contact line" {
            @for (at, step) in steps.iter().enumerate() {
                li.done[step.done] aria-current=[(next == Some(at)).then_some("step")] {
                    h2 { @if step.done { span aria-label=(lang.say("done", "已完成")) { "✓ " } } (step.title) }
                    p { (step.why) }
                    a.button.quiet[step.done || next != Some(at)] href=(step.to) { (step.action) }
                }
            }
        }
        (layout::live())
    }
}

fn steps(app: &App, lang: Lang) -> Vec<Step> {
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let registry = &state.registry;
    let connection = registry
        .connections()
        .next()
        .map(|c| c.connection.to_string());
    let heard = registry
        .connections()
        .any(|c| app.heard.of(&c.connection).taken_at.is_some());
    let lines: Vec<LineState> = registry.lines(now).map(|view| view.state).collect();
    let has = |state| lines.contains(&state);
    let of_connection = connection
        .as_ref()
        .map_or("/connections/new".to_owned(), |id| {
            format!("/connections/{id}")
        });
    vec![
        Step {
            done: connection.is_some(),
            title: lang.say("Connect a provider", "接入服务商"),
            why: lang.say(
                "Whoever holds your numbers tells Canaryline of each call and message, signed.",
                "由持有号码的一方把每次来电和短信以签名方式告知 Canaryline。",
            ),
            to: "/connections/new".to_owned(),
            action: lang.say("Choose a provider", "选择服务商"),
        },
        Step {
            done: heard || state.contacts() > 0,
            title: lang.say("Hear the first event", "收到第一个事件"),
            why: lang.say(
                "Copy the webhook's address to the provider, send a message to one of the numbers and see it arrive.",
                "把回调地址填到服务商处，向其中一个号码发条短信，确认能收到。",
            ),
            to: of_connection,
            action: lang.say("Show the address", "查看地址"),
        },
        Step {
            done: !lines.is_empty(),
            title: lang.say("Add numbers, and let them soak", "添加号码并静默"),
            why: lang.say(
                "New numbers only listen for a while; some stay controls for ever.",
                "新号码先只监听一段时间；其中一部分永远作为对照。",
            ),
            to: "/lines/new".to_owned(),
            action: lang.say("Add numbers", "添加号码"),
        },
        Step {
            done: has(LineState::Control),
            title: lang.say("Keep a quarter as controls", "留四分之一作对照"),
            why: lang.say(
                "Without controls nobody can say what a number gets anyway.",
                "没有对照，就无法说明号码本来会收到什么。",
            ),
            to: "/lines/new?role=control".to_owned(),
            action: lang.say("Add controls", "添加对照号码"),
        },
        Step {
            done: registry.honeytokens().next().is_some(),
            title: lang.say("Give a number to a platform", "把号码给一个平台"),
            why: lang.say(
                "A number drawn by lot and a name that nobody else bears; type both into its form.",
                "随机抽取的号码，加上一个独一无二的姓名；把两者填入其注册表单。",
            ),
            to: "/honeytokens/new".to_owned(),
            action: lang.say("Issue a honeytoken", "发放蜜标"),
        },
    ]
}
