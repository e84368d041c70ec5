//! The evidence: what was signed, who vouches for it, who did what; and checks that the reader's own
//! browser makes, of an entry and of a bundle.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use honeytoken::Timestamp;
use maud::{Markup, html};
use report::bundle::verify::Check;
use serde_json::json;

use super::Shown;
use super::assets::href;
use super::guest::Guest;
use super::kinds::kind;
use super::lang::{Lang, said};
use super::layout::{self, Place};
use super::parts::{marks, pager};
use super::visitor::Visitor;
use crate::api::custody::{self, CustodyOut};
use crate::api::log;
use crate::api::page::{ListQuery, Page};
use crate::api::parts::{Path, Query};
use crate::api::receipts;
use crate::app::App;
use crate::problem::Problem;

/// Steps of the custody log in a page.
const ROWS: usize = 50;

/// What the page shows.
struct Evidence {
    /// None before the first checkpoint.
    head: Option<Head>,
    vkey: String,
    anchors: Vec<(String, u64, Timestamp)>,
    now: Timestamp,
    /// None where the visitor may not see it.
    custody: Option<Page<CustodyOut>>,
}

struct Head {
    origin: String,
    size: u64,
    root: String,
}

/// The page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let evidence = look(&app, &visitor, query).await?;
    let guest = &visitor.guest;
    let title = guest.lang.say("Evidence", "证据");
    let body = html! {
        h1 { (title) }
        p.lead { (guest.lang.say(
            "Everything that happened is an entry in one log that can only grow. Here is what was signed over it, who else vouches for that, and what your own browser can check of it.",
            "发生的一切都是同一份只增日志中的条目。此处列出对日志的签名、外部机构的见证，以及您的浏览器可以自行核验的内容。",
        )) }
        (head(guest, &evidence))
        (anchors(guest, &evidence))
        (checks(guest, &evidence))
        (steps(guest, &evidence))
        (layout::live())
        script type="module" src=(href("evidence.js")) {}
    };
    Ok(layout::page(&visitor, Place::Evidence, title, &body))
}

async fn look(app: &Arc<App>, visitor: &Visitor, query: ListQuery) -> Result<Evidence, Problem> {
    let vkey = app
        .recorder
        .run(|ledger| ledger.store().verifier_key().to_string())
        .await?;
    let list = super::tidied(query, ROWS);
    let custody = match visitor.caller.may_audit() {
        Ok(()) => {
            let lang = visitor.guest.lang.language();
            Some(custody::steps(app, &visitor.caller, &list, lang)?)
        }
        Err(_) => None,
    };
    let view = app.recorder.view();
    let signed = log::shown(view);
    let head = signed.map(|signed| Head {
        origin: signed.checkpoint().origin.clone(),
        size: signed.checkpoint().size,
        root: signed.checkpoint().root.to_base64(),
    });
    let anchored = &view.state().anchoring;
    let anchors = anchored
        .all()
        .map(|(name, a)| (name.to_string(), a.size, a.stamped_at));
    Ok(Evidence {
        head,
        vkey,
        anchors: anchors.collect(),
        now: app.recorder.clock().now(),
        custody,
    })
}

/// The newest signed checkpoint, as text to keep.
pub(super) async fn checkpoint(
    State(app): State<Arc<App>>,
    _visitor: Visitor,
) -> Result<Response, Problem> {
    // Where none can be signed now, the one before serves.
    let _ = app.recorder.checkpoint().await;
    let newest = log::shown(app.recorder.view());
    let newest = newest.ok_or_else(|| Problem::not_found("nothing was signed yet"))?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"checkpoint\"",
        ),
    ];
    Ok((headers, newest.to_string()).into_response())
}

/// A receipt, for the page's own check.
pub(super) async fn receipt(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(index): Path<u64>,
) -> Result<Json<receipts::ReceiptOut>, Problem> {
    receipts::one(State(app), visitor.caller, Path(index)).await
}

fn head(guest: &Guest, evidence: &Evidence) -> Markup {
    let lang = guest.lang;
    html! {
        section #head aria-labelledby="signed" data-live="checkpoint" {
            h2 #signed { (lang.say("Signed checkpoint", "签名检查点")) }
            @match &evidence.head {
                None => p.hint { (lang.say("Nothing was signed yet.", "尚未签名。")) },
                Some(head) => {
                    dl.wide-sums {
                        div { dt { (lang.say("Log", "日志")) } dd { code { (head.origin) } } }
                        div { dt { (lang.say("Entries", "条目")) } dd { (head.size) } }
                        div { dt { (lang.say("Root", "根")) } dd { (marks::copied(lang, lang.say("root", "根"), &head.root)) } }
                        div { dt { (lang.say("Key", "密钥")) } dd { (marks::copied(lang, lang.say("key", "密钥"), &evidence.vkey)) } }
                    }
                    p.hint { (lang.say(
                        "Give the key to others by another way than this log. Whoever keeps a checkpoint can tell later whether anything before it was changed.",
                        "请经由日志以外的途径把密钥交给他人。保存了检查点的人，以后可以判断此前的内容是否被改动。",
                    )) }
                    p { a.button.quiet href="/evidence/checkpoint" { (lang.say("Keep this checkpoint", "保存此检查点")) } }
                }
            }
        }
    }
}

fn anchors(guest: &Guest, evidence: &Evidence) -> Markup {
    let lang = guest.lang;
    let size = evidence.head.as_ref().map_or(0, |head| head.size);
    html! {
        section aria-labelledby="anchors" {
            h2 #anchors { (lang.say("Who else vouches for it", "外部见证")) }
            @if evidence.anchors.is_empty() { p.hint { (lang.say(
                "Nobody yet. A time-stamping authority or a witness ([anchors.NAME] in the settings) shows by when entries existed.",
                "尚无。时间戳机构或见证人（设置中的 [anchors.NAME]）可证明条目在何时之前已存在。",
            )) } }
            @else { div.scroll tabindex="0" role="group" aria-labelledby="anchors" { table {
                thead { tr {
                    th scope="col" { (lang.say("Authority", "机构")) } th.number scope="col" { (lang.say("Entries", "条目")) }
                    th.number scope="col" { (lang.say("Since then", "此后新增")) }
                    th scope="col" { (lang.say("When, by its clock", "时间（以其时钟为准）")) } th scope="col" { (lang.say("Age", "距今")) }
                } }
                tbody { @for (name, entries, at) in &evidence.anchors { tr {
                    th scope="row" { (name) } td.number { (entries) } td.number { (size.saturating_sub(*entries)) }
                    td { (marks::time(guest, *at)) } td { (marks::span_of(lang, evidence.now.seconds_since(*at).max(0.0))) }
                } } }
            } }
            p.hint { (lang.say(
                "The newest of each; those before it are entries of the log too, of the kind anchor.",
                "各机构最近的一次；更早的同样是日志中的条目（类型 anchor）。",
            )) } }
        }
    }
}

fn checks(guest: &Guest, evidence: &Evidence) -> Markup {
    let lang = guest.lang;
    html! {
        section #verify aria-labelledby="check" data-module=(href("verify.js")) data-words=(words(lang)) {
            h2 #check { (lang.say("Check it here", "在此核验")) }
            p { (lang.say(
                "Your browser does this by itself: a bundle does not leave your computer, and what the server says is recomputed. Not checked here: proofs that a subject is what it says (VRF), chains of time-stamps and witnesses, providers' own signatures, judging all entries again. ",
                "由您的浏览器自行完成：证据包不会离开您的电脑，服务器给出的结果会被重新计算。此处不核验：主体名称的证明（VRF）、时间戳与见证的证书链、服务商自己的签名、对全部条目的重新判断。",
            )) code { "canaryline verify" } (lang.say(" does all of it.", " 可完成全部核验。")) }
            noscript { p.notice.warn { (lang.say("This needs JavaScript; canaryline verify does not.", "此功能需要 JavaScript；canaryline verify 不需要。")) } }
            div.columns {
                (bundle_form(lang))
                (receipt_form(lang, evidence))
            }
        }
    }
}

fn bundle_form(lang: Lang) -> Markup {
    html! {
        div {
            h3 { (lang.say("An evidence bundle", "证据包")) }
            div #drop.drop hidden {
                label for="bundle" { (lang.say("Choose a file, or drop it here", "选择文件，或拖放到此处")) }
                input #bundle type="file" accept=".zip,application/zip";
                label for="vkey" { (lang.say("The log's key, got another way", "另行取得的日志密钥")) }
                input #vkey autocomplete="off" spellcheck="false";
                label for="against" { (lang.say("A checkpoint that you kept", "您保存的检查点")) }
                textarea #against rows="3" spellcheck="false" {}
            }
            div #bundle-found aria-live="polite" {}
        }
    }
}

fn receipt_form(lang: Lang, evidence: &Evidence) -> Markup {
    let last = evidence
        .head
        .as_ref()
        .map_or(0, |head| head.size.saturating_sub(1));
    html! {
        div {
            h3 { (lang.say("That an entry is in the log", "条目在日志中")) }
            form #receipt.stack hidden {
                label for="entry" { (said!(lang, "Entry, 0 to {last}", "条目，0 至 {last}")) }
                input #entry inputmode="numeric" pattern="[0-9]+" required autocomplete="off";
                label for="receipt-vkey" { (lang.say("The log's key, got another way", "另行取得的日志密钥")) }
                input #receipt-vkey autocomplete="off" spellcheck="false" placeholder=(lang.say("none: the one above", "不填则用上面的密钥"));
                button type="submit" { (lang.say("Check", "核验")) }
            }
            div #receipt-found aria-live="polite" {}
        }
    }
}

/// What the script says, in the reader's language; of checks, what `canaryline verify` says.
fn words(lang: Lang) -> String {
    use Check::{
        Against, Anchors, Archive, Checkpoint, Complete, Entries, Manifest, Requests, Verdict,
    };
    let checks = [
        Archive, Manifest, Checkpoint, Against, Entries, Complete, Anchors, Requests, Verdict,
    ];
    let meaning = |check: Check| {
        let words = check.meaning();
        (
            check.as_str().to_owned(),
            match lang {
                Lang::En => words.en.into(),
                Lang::Zh => words.zh.into(),
            },
        )
    };
    let checks: serde_json::Map<String, serde_json::Value> =
        checks.into_iter().map(meaning).collect();
    json!({
        "checks": checks,
        "outcomes": {
            "holds": lang.say("Holds", "成立"), "not_shown": lang.say("Not shown", "未证明"), "fails": lang.say("Wrong", "不成立"),
        },
        "busy": lang.say("Checking…", "核验中…"),
        "intact": lang.say("Nothing is wrong with what was checked.", "所核验的部分没有问题。"),
        "broken": lang.say("Something is wrong: do not rely on it.", "有问题：请勿采信。"),
        "included": lang.say("The entry is in the log under the signed checkpoint", "条目在签名检查点所承诺的日志中"),
        "signed": lang.say("The checkpoint is signed by this key", "检查点由此密钥签名"),
    })
    .to_string()
}

fn steps(guest: &Guest, evidence: &Evidence) -> Markup {
    let lang = guest.lang;
    let title = lang.say(
        "Custody: what was done, and by whom",
        "保管记录：谁做了什么",
    );
    html! {
        section aria-labelledby="custody" {
            h2 #custody { (title) }
            @match &evidence.custody {
                None => p.hint { (lang.say("Open to admins and auditors.", "仅管理员和审计员可见。")) },
                Some(page) => {
                    div.scroll tabindex="0" role="group" aria-labelledby="custody" { table {
                        thead { tr {
                            th.number scope="col" { (lang.say("Entry", "条目")) } th scope="col" { (lang.say("When", "时间")) }
                            th scope="col" { (lang.say("Key", "密钥")) } th scope="col" { (lang.say("What", "事项")) } th scope="col" { (lang.say("Of what", "说明")) }
                        } }
                        tbody { @for step in &page.items { tr #{ "entry-" (step.index) } {
                            td.number { (step.index) } td { (marks::time(guest, step.at)) }
                            td { (step.by.as_deref().unwrap_or("—")) } td title=(step.kind) { (kind(lang, step.kind)) } td.text { (step.detail) }
                        } } }
                    } }
                    (pager::pager(guest, page.next_cursor.as_deref()))
                }
            }
        }
    }
}
