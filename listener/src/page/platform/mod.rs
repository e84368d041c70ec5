//! A platform: what is said of it, why, and what may be done with that.
//!
//! - [`show`]: the page. [`picture`]: the timeline and what each piece weighs. [`doubt`]: what would
//!   change the verdict. [`senders`]: who calls and writes. [`notes`]: analysts' notes. [`replies`]: the
//!   right of reply. [`take`]: reports, bundles, complaints. [`edit`]: the platform's own description.

mod doubt;
pub(super) mod edit;
pub(super) mod notes;
mod picture;
pub(super) mod public;
pub(super) mod replies;
mod senders;
pub(super) mod take;

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use report::{CampaignOut, VerdictOut};
use serde::Deserialize;

use super::layout::{self, Place};
use super::parts::{contact, marks, pager};
use super::visitor::Visitor;
use super::{Shown, honeytokens as tokens, words};
use crate::api::campaigns::newest;
use crate::api::contacts::{self, ContactOut};
use crate::api::honeytokens::{self, HoneytokenOut};
use crate::api::notes::NoteOut;
use crate::api::page::{ListQuery, Page};
use crate::api::parts::{Path, Query};
use crate::api::platforms::{self, PlatformBody};
use crate::api::replies::{AnswerOut, RepliesOut};
use crate::api::senders::SendersOut;
use crate::api::verdicts;
use crate::app::App;
use crate::problem::Problem;

/// Newest contacts on the page; the rest is a list of its own.
const CONTACTS: usize = 15;
/// Campaigns on the page.
const CAMPAIGNS: usize = 20;
/// Numbers on the page, and in its picture.
const TOKENS: usize = 40;

/// Where the page's lists go on: each has a cursor of its own.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Cursors {
    campaigns: Option<String>,
    senders: Option<String>,
    numbers: Option<String>,
    notes: Option<String>,
    answers: Option<String>,
}

/// What the page shows.
pub(super) struct Platform {
    pub(super) body: PlatformBody,
    pub(super) id: String,
    pub(super) verdict: VerdictOut,
    pub(super) tokens: Page<HoneytokenOut>,
    contacts: Vec<ContactOut>,
    campaigns: Page<CampaignOut>,
    pub(super) senders: SendersOut,
    pub(super) replies: RepliesOut,
    /// Of the answers those that are shown, the newest first.
    pub(super) answers: Page<AnswerOut>,
    /// Days that it has to answer, where a notice does not say.
    pub(super) reply_days: u32,
    /// None where the visitor may not see them.
    notes: Option<Page<NoteOut>>,
    /// The level at which verdicts are said.
    pub(super) alpha: f64,
    /// Platforms that are watched.
    pub(super) watched: usize,
}

/// The page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(cursors): Query<Cursors>,
) -> Result<Shown, Problem> {
    let platform = look(&app, &visitor, &id, cursors).await?;
    let picture = picture::draw(&app, &visitor, &platform).await?;
    let title = platform.body.name.clone();
    let accuses = platform.verdict.class != attribution::Class::Quiet;
    let public = public::section(&app, &visitor, &id, accuses);
    Ok(layout::page(
        &visitor,
        Place::Platforms,
        &title,
        &markup(&visitor, &platform, &picture, &public),
    ))
}

async fn look(
    app: &Arc<App>,
    visitor: &Visitor,
    id: &str,
    cursors: Cursors,
) -> Result<Platform, Problem> {
    let caller = || visitor.caller.clone();
    let from = |cursor, limit| {
        let platform = Some(id.to_owned());
        let query = ListQuery {
            cursor,
            platform,
            ..ListQuery::default()
        };
        super::tidied(query, limit)
    };
    let of = |limit| Query(from(None, limit));
    let state = || State(Arc::clone(app));
    let verdict = verdicts::one(state(), caller(), Path(id.to_owned()))
        .await?
        .0;
    let body = platforms::list(state(), caller(), of(1))
        .await?
        .0
        .items
        .pop();
    let notes = match visitor.caller.role.may_see_personal_data() {
        true => Some(notes::of(app, visitor, from(cursors.notes, notes::ROWS)).await?),
        false => None,
    };
    let (alpha, watched) = {
        let state = app.recorder.view().state();
        let alpha = state
            .registry
            .policy()
            .map_or(honeytoken::Policy::standard().alpha, |p| p.alpha);
        (alpha, state.registry.platforms().count())
    };
    let mut replies = replies::of(app, visitor, id).await?;
    let answers = std::mem::take(&mut replies.answers);
    Ok(Platform {
        body: body.ok_or_else(|| Problem::not_found("no platform of this id"))?,
        id: id.to_owned(),
        verdict,
        tokens: honeytokens::list(state(), caller(), Query(from(cursors.numbers, TOKENS)))
            .await?
            .0,
        contacts: contacts::list(state(), caller(), of(CONTACTS))
            .await?
            .0
            .items,
        campaigns: newest(
            app,
            &visitor.caller,
            from(cursors.campaigns, CAMPAIGNS),
            false,
        )
        .await?,
        senders: senders::of(app, visitor, id, cursors.senders).await?,
        answers: replies::newest(answers, cursors.answers.as_deref())?,
        replies,
        reply_days: app.config.reply.days,
        notes,
        alpha,
        watched,
    })
}

fn markup(visitor: &Visitor, platform: &Platform, picture: &Markup, public: &Markup) -> Markup {
    let lang = visitor.guest.lang;
    let verdict = &platform.verdict;
    html! {
        p.crumbs { a href="/platforms" { (lang.say("Platforms", "平台")) } }
        h1 { (platform.body.name) }
        div #verdict data-live="contact verdict coverage" {
            p.verdict { (marks::class(lang, verdict.class))
                @for flag in &verdict.flags { span.flag { (report::flag_words(*flag, lang.language())) } } }
            p.lead { (words::class_means(lang, verdict.class)) }
            p.reason { (lang.say(&verdict.reasons.en, &verdict.reasons.zh)) }
            (facts(visitor, platform))
            (jump(visitor))
            (picture)
            (doubt::section(visitor, platform))
            (campaigns(visitor, platform))
            (senders::section(visitor, platform))
            (came(visitor, platform))
        }
        (numbers(visitor, platform))
        (notes::section(visitor, platform, platform.notes.as_ref()))
        (replies::section(visitor, platform))
        (take::section(visitor, platform))
        (public)
        (edit::section(visitor, platform))
        (layout::live())
    }
}

/// The way to what is further down.
fn jump(visitor: &Visitor) -> Markup {
    let lang = visitor.guest.lang;
    let open = visitor.caller.role.may_see_personal_data();
    let parts = [
        (
            "doubt",
            lang.say("What would change it", "什么会改变结论"),
            true,
        ),
        ("campaigns", lang.say("Campaigns", "团伙"), true),
        ("senders", lang.say("Senders", "发送方"), true),
        ("came", lang.say("Messages", "来电来信"), true),
        ("numbers", lang.say("Numbers", "号码"), true),
        ("notes", lang.say("Notes", "备注"), open),
        ("reply", lang.say("Right of reply", "答辩权"), true),
        (
            "take",
            lang.say("Report, bundle, complaint", "报告、证据包、投诉"),
            open,
        ),
    ];
    html! {
        nav.jump aria-label=(lang.say("On this page", "本页内容")) { ul {
            @for (id, words, there) in parts { @if there { li { a href={ "#" (id) } { (words) } } } }
        } }
    }
}

fn facts(visitor: &Visitor, platform: &Platform) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    let verdict = &platform.verdict;
    html! {
        dl.facts {
            div { dt { (lang.say("Probability of a leak", "泄露概率")) } dd { (marks::percent(verdict.probability)) } }
            div { dt { (lang.say("Error rate", "误判率")) } dd { (marks::percent(verdict.fdr)) } }
            div { dt { (lang.say("Numbers reached", "受扰号码")) } dd { (verdict.canaries_hit) " / " (verdict.canaries) } }
            div { dt { (lang.say("Watched, number-days", "观察（号·日）")) } dd { (format!("{:.0}", verdict.exposure_days)) } }
            @if let Some(at) = verdict.first_evidence_at {
                div { dt { (lang.say("First evidence", "首个证据")) } dd { (marks::day(guest, at)) } } }
            @if let Some(at) = verdict.flagged_at {
                div { dt { (lang.say("Accused since", "认定于")) } dd { (marks::day(guest, at)) } } }
        }
    }
}

fn campaigns(visitor: &Visitor, platform: &Platform) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        section aria-labelledby="campaigns" {
            h2 #campaigns { (lang.say("Who calls: campaigns", "谁在联系：来电团伙")) }
            @if platform.campaigns.items.is_empty() { p.hint { (lang.say("None works lists with its numbers.", "没有团伙使用含其号码的名单。")) } }
            @else { div.scroll tabindex="0" role="group" aria-labelledby="campaigns" { table {
                thead { tr {
                    th scope="col" { (lang.say("Campaign", "团伙")) }
                    th scope="col" { (lang.say("First", "最早")) } th scope="col" { (lang.say("Last", "最近")) }
                    th.number scope="col" { (lang.say("Contacts", "联系")) } th.number scope="col" { (lang.say("Numbers", "号码")) }
                    th scope="col" { (lang.say("About", "内容")) } th scope="col" { (lang.say("Other platforms", "其他平台")) }
                } }
                tbody { @for campaign in &platform.campaigns.items { tr {
                    th scope="row" { (crate::page::campaigns::link(&campaign.campaign)) }
                    td { (marks::day(guest, campaign.first_at)) } td { (marks::day(guest, campaign.last_at)) }
                    td.number { (campaign.contacts) } td.number { (campaign.numbers) }
                    td { (lang.say(campaign.category_ftc, campaign.category_12321)) }
                    td { @for other in campaign.platforms.iter().filter(|p| **p != platform.id) { a href={ "/platforms/" (other) } { (other) } " " } }
                } } }
            } } }
            (pager::named(guest, "campaigns", "campaigns", platform.campaigns.next_cursor.as_deref()))
        }
    }
}

fn came(visitor: &Visitor, platform: &Platform) -> Markup {
    let lang = visitor.guest.lang;
    let title = lang.say("Newest calls and messages", "最新来电来信");
    html! {
        section aria-labelledby="came" {
            h2 #came { (title) }
            @if platform.contacts.is_empty() { p.hint { (lang.say("Nothing has come.", "还没有任何联系。")) } }
            @else {
                (contact::table(&visitor.guest, title, &platform.contacts))
                p.hint { (lang.say("Open one by its time to label it, or to complain about it.", "点击时间可打开该条，进行标注或投诉。")) }
                p { a href={ "/contacts?platform=" (platform.id) } { (lang.say("All of them", "查看全部")) } }
            }
        }
    }
}

fn numbers(visitor: &Visitor, platform: &Platform) -> Markup {
    let lang = visitor.guest.lang;
    let title = lang.say("Its numbers", "它的号码");
    html! {
        section aria-labelledby="numbers" {
            h2 #numbers { (title) }
            @if platform.tokens.items.is_empty() { p.hint { (lang.say("It holds none.", "尚未发放。")) } }
            @else { (tokens::table(visitor, title, &platform.tokens.items)) }
            (pager::named(&visitor.guest, "numbers", "numbers", platform.tokens.next_cursor.as_deref()))
            @if visitor.caller.role.may_work() {
                p.actions { a.button href={ "/honeytokens/new?platform=" (platform.id) } { (lang.say("Give it a number", "发放号码")) } }
            }
        }
    }
}
