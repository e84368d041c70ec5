//! The right of reply: the platform is told, has time, answers, and its answer goes where the finding
//! goes.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use honeytoken::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::Platform;
use crate::api::json::Body;
use crate::api::page::{Page, ranked};
use crate::api::parts::Path;
use crate::api::replies::{
    self, AnswerIn, AnswerOut, FileBody, NoticeIn, PublicationIn, RepliesOut,
};
use crate::app::App;
use crate::page::form::{self, Form, filled};
use crate::page::lang::said;
use crate::page::layout;
use crate::page::parts::{marks, pager};
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// Answers in a page.
const ANSWERS: usize = 5;
/// Days that a platform may be given.
const DAYS_MAX: u32 = 180;

/// Where a platform's right of reply stands.
///
/// # Errors
/// As the API's.
pub(super) async fn of(app: &Arc<App>, visitor: &Visitor, id: &str) -> Result<RepliesOut, Problem> {
    let asked = (State(Arc::clone(app)), visitor.caller.clone());
    let found = replies::show(asked.0, asked.1, Path(id.to_owned())).await?;
    Ok(found.0)
}

/// A page of the answers, newest first.
///
/// # Errors
/// 400 when the cursor is none of ours.
pub(super) fn newest(
    mut answers: Vec<AnswerOut>,
    cursor: Option<&str>,
) -> Result<Page<AnswerOut>, Problem> {
    answers.reverse();
    ranked(answers, cursor, ANSWERS)
}

/// The section.
pub(super) fn section(visitor: &Visitor, platform: &Platform) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    let replies = &platform.replies;
    html! {
        section aria-labelledby="reply" {
            h2 #reply { (lang.say("Right of reply", "答辩权")) }
            p { (standing(visitor, replies)) }
            @if !replies.notices.is_empty() {
                ul { @for notice in &replies.notices { li {
                    (lang.say("Told on", "告知于")) " " (marks::day(guest, notice.notified_at)) ", "
                    (lang.say("asked to answer by", "请于此日前答复：")) " " (marks::time(guest, notice.due))
                    @if notice.lapsed { " " span.flag { (lang.say("its time is over", "期限已过")) } }
                } } }
            }
            @if !platform.answers.items.is_empty() {
                ul.letters { @for answer in &platform.answers.items { (letter(visitor, platform, answer)) } }
            }
            (pager::named(guest, "answers", "reply", platform.answers.next_cursor.as_deref()))
            @if visitor.caller.role.may_work() {
                (tell(visitor, platform))
                (write_down(visitor, platform))
            }
        }
    }
}

fn standing(visitor: &Visitor, replies: &RepliesOut) -> String {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    let standing = &replies.standing;
    let day = |at: Option<Timestamp>| at.map_or_else(String::new, |at| guest.day(at));
    let (due, answered) = (day(standing.due), day(standing.answered_at));
    match standing.state {
        "open" => said!(
            lang,
            "It was told and has until {due} to answer.",
            "已告知，平台可在 {due} 前答复。"
        ),
        "unanswered" => said!(
            lang,
            "It was told and did not answer by {due}. Reports say so.",
            "已告知，平台在 {due} 前未答复；报告会如实说明。"
        ),
        "answered" if standing.published => said!(
            lang,
            "It answered on {answered}; the answer stands in reports.",
            "平台已于 {answered} 答复，答复载于报告。"
        ),
        "answered" => said!(
            lang,
            "It answered on {answered}; nothing of it is published yet.",
            "平台已于 {answered} 答复，尚未公布。"
        ),
        _ => lang
            .say(
                "It was not told yet. Without that, no public report accuses it.",
                "尚未告知平台。未告知之前，任何公开报告都不会指认它。",
            )
            .to_owned(),
    }
}

fn letter(visitor: &Visitor, platform: &Platform, answer: &AnswerOut) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    let (to, words) = match answer.published {
        true => ("false", lang.say("Publish it no longer", "不再公布")),
        false => ("true", lang.say("Publish it with reports", "随报告公布")),
    };
    html! { li.letter {
        p.meta {
            (marks::time(guest, answer.received_at))
            @if !answer.from.is_empty() { " · " bdi { (answer.from) } }
            " · " (if answer.published { lang.say("published", "已公布") } else { lang.say("not published", "未公布") })
        }
        p.said dir="auto" { (answer.text) }
        @for file in &answer.files { p.meta { bdi { (file.name) } " · SHA-256 " code { (file.sha256) } } }
        @if visitor.caller.role.may_work() {
            form method="post" action={ "/platforms/" (platform.id) "/reply/answers/" (answer.index) } {
                (layout::token(visitor))
                button.quiet type="submit" name="published" value=(to) { (words) }
            }
        }
    } }
}

fn tell(visitor: &Visitor, platform: &Platform) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        details {
            summary { (lang.say("Note that it was told", "记录：已告知平台")) }
            form.stack method="post" action={ "/platforms/" (platform.id) "/reply/notices" } {
                (layout::token(visitor))
                p.hint { (lang.say(
                    "Send it the report for the platform first (below); this starts its clock.",
                    "请先把“平台本身”一栏的报告发给它（见下方）；在此记录后开始计时。",
                )) }
                label for="how" { (lang.say("How it was told", "告知方式")) }
                input #how name="how" required maxlength="500" autocomplete="off" placeholder=(lang.say("registered letter to its privacy officer", "挂号信，致其隐私负责人"));
                label for="days" { (lang.say("Days to answer", "答复期限（天）")) }
                input #days name="days" type="number" min="1" max=(DAYS_MAX) value=(platform.reply_days) required;
                label for="told_on" { (when(visitor)) }
                input #told_on name="on" type="date";
                button type="submit" { (lang.say("Start the clock", "开始计时")) }
            }
        }
    }
}

fn when(visitor: &Visitor) -> String {
    let zone = visitor.guest.zone_name();
    said!(
        visitor.guest.lang,
        "When, if not today ({zone})",
        "日期（如非今日；{zone}）"
    )
}

fn write_down(visitor: &Visitor, platform: &Platform) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        details {
            summary { (lang.say("Write down its answer", "记录平台的答复")) }
            form.stack method="post" action={ "/platforms/" (platform.id) "/reply/answers" } {
                (layout::token(visitor))
                label for="answer" { (lang.say("What it says", "答复内容")) }
                textarea #answer name="text" rows="5" {}
                label for="from" { (lang.say("Who answered for it", "答复人")) }
                input #from name="from" maxlength="500" autocomplete="off";
                label for="answered_on" { (when(visitor)) }
                input #answered_on name="on" type="date";
                div hidden {
                    label for="attached" { (lang.say("What came with it; the files stay with you", "附件；文件留在您处")) }
                    input #attached type="file" multiple data-digests="files";
                }
                label for="files" { (lang.say("Files by SHA-256, bytes and name, one a line", "附件：SHA-256、字节数、文件名，每行一个")) }
                textarea #files name="files" rows="2" spellcheck="false" {}
                button type="submit" { (lang.say("Write down", "记录")) }
            }
        }
    }
}

/// A notice as the form sends it.
#[derive(Deserialize)]
pub(in crate::page) struct Told {
    how: String,
    days: u32,
    #[serde(default)]
    on: String,
}

/// Notes that the platform was told.
pub(in crate::page) async fn notify(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form { visitor, fields }: Form<Told>,
) -> Result<Redirect, Problem> {
    let back = back(&id);
    let body = NoticeIn {
        how: fields.how.trim().to_owned(),
        notified_at: beginning(&visitor, &fields.on)?,
        days: Some(fields.days),
    };
    replies::notify(State(app), visitor.caller, Path(id), Body(body))
        .await
        .map(drop)?;
    Ok(back)
}

/// An answer as the form sends it.
#[derive(Deserialize)]
pub(in crate::page) struct Answered {
    #[serde(default)]
    text: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    files: String,
}

/// Notes what the platform answered.
pub(in crate::page) async fn answer(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form { visitor, fields }: Form<Answered>,
) -> Result<Redirect, Problem> {
    let back = back(&id);
    let files: Vec<FileBody> = fields
        .files
        .lines()
        .filter_map(filled)
        .map(|row| file(&row))
        .collect::<Result<_, _>>()?;
    if fields.text.trim().is_empty() && files.is_empty() {
        let detail = "text is missing; write down what it answered, or name a file";
        return Err(Problem::bad_request("bad_answer", detail));
    }
    let body = AnswerIn {
        text: fields.text,
        from: fields.from.trim().to_owned(),
        received_at: beginning(&visitor, &fields.on)?,
        files,
    };
    replies::answer(State(app), visitor.caller, Path(id), Body(body))
        .await
        .map(drop)?;
    Ok(back)
}

/// Whether an answer is published.
#[derive(Deserialize)]
pub(in crate::page) struct Published {
    published: bool,
}

/// Publishes an answer, or no longer.
pub(in crate::page) async fn publish(
    State(app): State<Arc<App>>,
    Path((id, index)): Path<(String, u64)>,
    Form { visitor, fields }: Form<Published>,
) -> Result<Redirect, Problem> {
    let back = back(&id);
    let body = PublicationIn {
        published: fields.published,
    };
    replies::publish(State(app), visitor.caller, Path((id, index)), Body(body))
        .await
        .map(drop)?;
    Ok(back)
}

fn back(id: &str) -> Redirect {
    Redirect::to(&format!("/platforms/{id}#reply"))
}

/// The beginning of a day of the visitor's; none if none was given.
fn beginning(visitor: &Visitor, text: &str) -> Result<Option<Timestamp>, Problem> {
    let day = form::day(text, &visitor.guest.zone)?;
    Ok(day.map(|day| day.start))
}

/// `SHA-256 bytes name`.
fn file(row: &str) -> Result<FileBody, Problem> {
    let read = || {
        let (sha256, rest) = row.split_once(char::is_whitespace)?;
        let (bytes, name) = rest.trim_start().split_once(char::is_whitespace)?;
        Some(FileBody {
            name: name.trim().to_owned(),
            bytes: bytes.parse().ok()?,
            sha256: sha256.to_owned(),
        })
    };
    read().ok_or_else(|| {
        let detail = "files: a row is not SHA-256, bytes and name with spaces between";
        Problem::bad_request("bad_answer", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_row() {
        let sha256 = "a".repeat(64);
        let read = file(&format!("{sha256}  12 answer of acme.pdf")).unwrap();
        assert_eq!(
            (read.sha256.as_str(), read.bytes, read.name.as_str()),
            (sha256.as_str(), 12, "answer of acme.pdf")
        );
        assert!(file(&sha256).is_err() && file("x y z").is_err());
    }
}
