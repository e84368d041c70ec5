//! How many numbers, for how long: what a study can hope to find, before it begins.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use report::PowerOut;
use serde::Deserialize;

use super::lang::{Lang, said};
use super::layout::{self, Place};
use super::parts::marks;
use super::problem;
use super::visitor::Visitor;
use crate::api::parts::Query;
use crate::api::power::{self, PowerQuery};
use crate::app::App;
use crate::problem::Problem;

/// The drawing's size, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
/// Room for words at its left and below.
const LEFT: f64 = 56.0;
const FOOT: f64 = 34.0;
/// The share that is aimed at.
const AIM: f64 = 0.9;

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    lines: Option<u32>,
    days: Option<u32>,
    size: Option<u32>,
}

/// The calculator; it calculates once something is asked.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = visitor.guest.lang;
    let (status, answer) = match asked.lines.zip(asked.days).zip(asked.size) {
        None => (StatusCode::OK, html! {}),
        Some(((lines, days), size)) => {
            let query = PowerQuery {
                lines,
                days,
                size,
                trials: None,
            };
            match power::advise(State(app), visitor.caller.clone(), Query(query)).await {
                Ok(found) => (StatusCode::OK, told(lang, &found.0)),
                Err(refused) => {
                    let status = StatusCode::from_u16(refused.status).unwrap_or_default();
                    (
                        status,
                        html! { p.notice.alarm role="alert" { (problem::explained(lang, &refused)) } },
                    )
                }
            }
        }
    };
    let title = lang.say("How many numbers do I need?", "需要多少号码？");
    let body = html! {
        p.crumbs { a href="/lines" { (lang.say("Lines", "号码")) } }
        h1 { (title) }
        p.lead { (lang.say(
            "Simulated leaks on this installation's own noise: how many would be found?",
            "用本系统的实际背景噪声模拟泄露：能发现多少？",
        )) }
        (form(lang, &asked))
        (answer)
    };
    Ok((status, layout::page(&visitor, Place::Lines, title, &body)).into_response())
}

fn form(lang: Lang, asked: &Asked) -> Markup {
    let fields = [
        (
            "lines",
            lang.say("Numbers per platform", "每个平台的号码数"),
            asked.lines.unwrap_or(3),
            1,
            10,
        ),
        (
            "days",
            lang.say("Days watched", "观察天数"),
            asked.days.unwrap_or(90),
            7,
            365,
        ),
        (
            "size",
            lang.say(
                "Contacts that a leak brings to each",
                "一次泄露给每个号码带来的联系数",
            ),
            asked.size.unwrap_or(5),
            1,
            50,
        ),
    ];
    html! {
        form.inline method="get" action="/power" {
            @for (name, words, value, least, most) in fields {
                div { label for=(name) { (words) } input id=(name) name=(name) type="number" min=(least) max=(most) value=(value) required; }
            }
            div { button type="submit" { (lang.say("Calculate", "计算")) } }
        }
    }
}

fn told(lang: Lang, power: &PowerOut) -> Markup {
    let (share, least, most) = (
        marks::percent(power.power),
        marks::percent(power.power_between.0),
        marks::percent(power.power_between.1),
    );
    let (days, trials) = (power.days, power.trials);
    let sentence = said!(
        lang,
        "{share} of such leaks are found within {days} days (95 % interval {least} to {most}, {trials} worlds).",
        "这类泄露中有 {share} 会在 {days} 天内被发现（95% 区间 {least} 至 {most}，{trials} 个模拟世界）。"
    );
    html! {
        section aria-labelledby="answer" {
            h2 #answer { (lang.say("Answer", "结果")) }
            p.verdict { (sentence) }
            @if let Some(days) = power.days_to_90_percent {
                @let days = format!("{days:.0}");
                p { (said!(lang, "Nine in ten are found within {days} days.", "十分之九在 {days} 天内被发现。")) }
            } @else {
                p { (lang.say("Nine in ten are not found in this time: take more numbers, or watch longer.", "此时间内达不到十分之九：请增加号码或延长观察。")) }
            }
            figure {
                // Wider than a phone: it scrolls by itself, by keyboard, too.
                div.drawing tabindex="0" role="group" aria-label=(sentence) { (plot(lang, power, &sentence)) }
                figcaption { (lang.say(power.rests_on.assumed, power.rests_on.assumed_zh)) }
            }
        }
    }
}

/// Found by day: a line through the quarters of the study, and what is aimed at.
fn plot(lang: Lang, power: &PowerOut, sentence: &str) -> Markup {
    let x = |day: u32| LEFT + f64::from(day) / f64::from(power.days.max(1)) * (WIDTH - LEFT - 12.0);
    let y = |share: f64| 10.0 + (1.0 - share) * (HEIGHT - 10.0);
    let start = format!("{LEFT:.0},{:.0}", y(0.0));
    let points = power
        .by_day
        .iter()
        .map(|at| format!("{:.0},{:.0}", x(at.day), y(at.power)));
    let points: Vec<String> = std::iter::once(start).chain(points).collect();
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT + FOOT) } role="img" aria-label=(sentence) {
            @for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
                polyline.ink-grid points={ (LEFT) "," (y(share)) " " (WIDTH) "," (y(share)) } stroke="currentColor" {}
                text.ink-muted x=(LEFT - 8.0) y=(y(share) + 5.0) text-anchor="end" fill="currentColor" font-size="14" { (format!("{:.0} %", share * 100.0)) }
            }
            polyline.ink-muted points={ (LEFT) "," (y(AIM)) " " (WIDTH) "," (y(AIM)) } stroke="currentColor" stroke-dasharray="6 5" {}
            polyline.ink-registered points=(points.join(" ")) fill="none" stroke="currentColor" stroke-width="3" {}
            @for at in &power.by_day {
                circle.ink-registered cx=(format!("{:.0}", x(at.day))) cy=(format!("{:.0}", y(at.power))) r="5" fill="currentColor" {
                    title { (at.day) " " (lang.say("days", "天")) ": " (marks::percent(at.power)) }
                }
                text.ink-muted x=(format!("{:.0}", x(at.day))) y=(HEIGHT + 22.0) text-anchor="end" fill="currentColor" font-size="14" { (at.day) " " (lang.say("days", "天")) }
            }
        }
    }
}
