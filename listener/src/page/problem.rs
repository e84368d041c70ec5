//! A refusal as a page: what is wrong, and a way on.

use axum::http::StatusCode;
use maud::html;

use super::Shown;
use super::chinese::codes;
use super::guest::Guest;
use super::lang::Lang;
use super::layout;
use crate::problem::Problem;

/// The page of a problem, under its status.
pub(super) fn page(guest: &Guest, problem: &Problem) -> (StatusCode, Shown) {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, advice) = words(guest.lang, problem.status);
    let body = html! {
        p.code { (problem.status) " · " (problem.code) }
        h1 { (title) }
        p.lead { (advice) }
        p.notice.alarm { (explained(guest.lang, problem)) }
        p.actions {
            a.button href="/" { (guest.lang.say("To the overview", "回到总览")) }
        }
    };
    (status, layout::bare(guest, title, &body))
}

/// A problem in the reader's language, as far as we have it.
pub(super) fn explained(lang: Lang, problem: &Problem) -> String {
    match codes::code(problem.code).filter(|_| lang == Lang::Zh) {
        Some(words) => format!("{words}（{}）", problem.detail),
        None => problem.detail.clone(),
    }
}

fn words(lang: Lang, status: u16) -> (&'static str, &'static str) {
    let (en, zh) = match status {
        401 => (
            ("Sign in first", "Your session has ended, or has not begun."),
            ("请先登录", "会话已结束，或尚未开始。"),
        ),
        403 => (
            (
                "This is not open to you",
                "Your key does not allow it, or the form was not one of ours.",
            ),
            ("您无权执行此操作", "您的密钥不允许，或表单并非来自本系统。"),
        ),
        404 => (
            (
                "There is nothing here",
                "The address may be wrong, or what it named is closed to you.",
            ),
            ("这里什么也没有", "地址可能有误，或该内容不对您开放。"),
        ),
        409 => (
            (
                "That is not possible as things stand",
                "The rules say no; the reason is below.",
            ),
            ("目前无法这样做", "规则不允许，原因如下。"),
        ),
        429 => (
            ("Too many tries", "Wait a minute, then try again."),
            ("尝试次数过多", "请等一分钟后再试。"),
        ),
        400..=499 => (
            ("That does not fit", "Go back and mend what is named below."),
            ("填写有误", "请返回并修改下面指出的内容。"),
        ),
        _ => (
            (
                "Something failed on our side",
                "Nothing was lost. Try again in a moment.",
            ),
            ("系统出现故障", "没有数据丢失，请稍后再试。"),
        ),
    };
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}
