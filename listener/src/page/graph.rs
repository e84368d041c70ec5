//! Who shares a buyer: the chart of reports, and the same as tables that a keyboard reaches.

use std::collections::BTreeMap;
use std::sync::Arc;

use attribution::amount::grouped;
use axum::extract::State;
use maud::{Markup, html};
use report::chart::resale;
use report::{EdgeOut, GraphOut, LinkOut, NodeOut};
use serde::Deserialize;

use super::Shown;
use super::campaigns::link;
use super::guest::Guest;
use super::layout::{self, Place};
use super::parts::{marks, pager};
use super::standings::standings;
use super::visitor::Visitor;
use crate::api::graph::graph_for;
use crate::api::page::{ListQuery, Page, ranked};
use crate::api::parts::Query;
use crate::api::verdicts::links_for;
use crate::app::App;
use crate::problem::Problem;

/// Links in a page.
const ROWS: usize = 25;
/// Brokers in a page.
const BROKERS: usize = 20;
/// Platforms that are named of a broker; the API has all.
const SOURCES: usize = 12;
/// Buyers that are named in a cell; the API has all.
const BUYERS: usize = 12;

type Names = BTreeMap<String, String>;

/// Where the brokers go on.
#[derive(Deserialize)]
pub(super) struct Brokers {
    brokers: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
    Query(more): Query<Brokers>,
) -> Result<Shown, Problem> {
    let asked = super::tidied(query, ROWS);
    let kept = standings(&app).await?;
    let graph = {
        let state = app.recorder.view().state();
        graph_for(&state, &visitor.caller, &kept.verdicts, &kept.brokers)
    };
    let links = links_for(&app, &visitor.caller, kept.links.clone(), &asked)?;
    let names = names(&app, &graph, &links);
    let title = visitor
        .guest
        .lang
        .say("Who shares a buyer", "谁和谁共有买家");
    let brokers = graph.nodes.iter().filter(|node| node.kind == "broker");
    let brokers = ranked(brokers.collect(), more.brokers.as_deref(), BROKERS)?;
    let body = markup(&visitor.guest, title, &graph, &links, &brokers, &names);
    Ok(layout::page(&visitor, Place::Campaigns, title, &body))
}

/// What the platforms that are shown are called.
fn names(app: &App, graph: &GraphOut, links: &Page<LinkOut>) -> Names {
    let state = app.recorder.view().state();
    let platforms = graph.nodes.iter().filter(|node| node.kind == "platform");
    let linked = links.items.iter().flat_map(|link| &link.platforms);
    let ids = platforms.map(|node| &node.id).chain(linked);
    let name = |id: &String| {
        let platform = state.registry.platform(&id.parse().ok()?)?;
        Some((id.clone(), platform.name.clone()))
    };
    ids.filter_map(name).collect()
}

fn markup(
    guest: &Guest,
    title: &str,
    graph: &GraphOut,
    links: &Page<LinkOut>,
    inferred: &Page<&NodeOut>,
    names: &Names,
) -> Markup {
    let lang = guest.lang;
    let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    html! {
        p.crumbs { a href="/campaigns" { (lang.say("Campaigns", "来电团伙")) } }
        h1 { (title) }
        p.lead { (lang.say(
            "Two platforms are linked where the same campaigns reach the numbers of both more often than chance allows. What stands behind that may be one broker, several that deal with each other, or a sale from one platform to the next.",
            "若同一批推广方同时触达两个平台的号码，且超出偶然，则两者有关联。背后可能是同一个中间商、几个互相交易的中间商，或一方卖给了另一方。",
        )) }
        @if graph.nodes.is_empty() && links.items.is_empty() {
            p.empty { (lang.say("No two platforms share a buyer beyond chance.", "没有任何两个平台的共同买家超出偶然。")) }
        } @else {
            @if !graph.nodes.is_empty() { (marks::figure(&resale(graph, &name, lang.language()), "resale")) }
            (pairs(guest, links, &name))
            (brokers(guest, graph, inferred, &name))
            p.hint { (lang.say("All of it, names that are left out here included, is in the API's ", "完整内容（包括此处未列出的名称）见 API ")) code { "/v1/graph" } ", " code { "/v1/links" } }
        }
    }
}

fn pairs(guest: &Guest, links: &Page<LinkOut>, name: &dyn Fn(&str) -> String) -> Markup {
    let lang = guest.lang;
    html! {
        section aria-labelledby="links" {
            h2 #links { (lang.say("Links, and how likely each is by chance", "关联及其偶然概率")) }
            div.scroll tabindex="0" role="group" aria-labelledby="links" { table {
                thead { tr {
                    th scope="col" { (lang.say("Reached first", "先被触达")) } th scope="col" { (lang.say("then", "后被触达")) }
                    th scope="col" { (lang.say("By chance", "偶然概率")) }
                    th scope="col" { (lang.say("Common campaigns", "共同团伙")) }
                } }
                tbody { @for link in &links.items { tr {
                    @for (id, at) in link.platforms.iter().zip(link.first_at) {
                        td { a href={ "/platforms/" (id) } { (name(id)) } br; span.hint { (marks::day(guest, at)) } }
                    }
                    td { (chance(guest, link.p_value)) }
                    td.text { (buyers(guest, &link.campaigns)) }
                } } }
            } }
            (pager::pager(guest, links.next_cursor.as_deref()))
        }
    }
}

fn brokers(
    guest: &Guest,
    graph: &GraphOut,
    inferred: &Page<&NodeOut>,
    name: &dyn Fn(&str) -> String,
) -> Markup {
    let lang = guest.lang;
    html! {
        section aria-labelledby="brokers" {
            h2 #brokers { (lang.say("Brokers that this points to", "由此推断的中间商")) }
            p.hint { (lang.say("Inferred, not seen: a name for platforms whose buyers are the same.", "推断所得，并未直接看到：只是“买家相同的一组平台”的代号。")) }
            div.scroll tabindex="0" role="group" aria-labelledby="brokers" { table {
                thead { tr {
                    th scope="col" { (lang.say("Broker", "中间商")) }
                    th scope="col" { (lang.say("Platforms, in the order reached", "平台（按触达先后）")) }
                    th scope="col" { (lang.say("Buyers", "买家")) }
                } }
                tbody { @for broker in &inferred.items { tr {
                    th scope="row" { code { (broker.id) } }
                    td.text { (sources(guest, &edges_to(graph, &broker.id), name)) }
                    td.text { (buyers(guest, &broker.campaigns)) }
                } } }
            } }
            (pager::named(guest, "brokers", "brokers", inferred.next_cursor.as_deref()))
        }
    }
}

fn edges_to<'a>(graph: &'a GraphOut, broker: &str) -> Vec<&'a EdgeOut> {
    graph.edges.iter().filter(|e| e.to == broker).collect()
}

fn sources(guest: &Guest, edges: &[&EdgeOut], name: &dyn Fn(&str) -> String) -> Markup {
    let lang = guest.lang;
    html! {
        ol.plain { @for edge in edges.iter().take(SOURCES) {
            li { (edge.order) ". " a href={ "/platforms/" (edge.from) } { (name(&edge.from)) } " "
                span.hint { (marks::day(guest, edge.first_at)) " · " (edge.contacts) " " (lang.say("contacts", "次联系")) } }
        } }
        (more(guest, edges.len(), SOURCES))
    }
}

/// How many are not shown.
fn more(guest: &Guest, all: usize, shown: usize) -> Markup {
    let more = all.saturating_sub(shown);
    html! { @if more > 0 { span.hint { "+" (more) " " (guest.lang.say("more", "个")) } } }
}

fn buyers(guest: &Guest, campaigns: &[String]) -> Markup {
    html! {
        @for id in campaigns.iter().take(BUYERS) { span.beside { (link(id)) } }
        (more(guest, campaigns.len(), BUYERS))
    }
}

/// A small probability as people say it.
fn chance(guest: &Guest, p: f64) -> String {
    let lang = guest.lang;
    match p {
        p if p >= 0.001 => marks::percent(p),
        p if p < 1e-12 => lang
            .say("less than 1 in a million million", "低于万亿分之一")
            .to_owned(),
        p => {
            let of = rounded(1.0 / p);
            match lang {
                super::lang::Lang::En => format!("1 in {}", grouped(of)),
                super::lang::Lang::Zh => format!("1 / {}", grouped(of)),
            }
        }
    }
}

/// To two digits, downwards, so that nothing is said to be rarer than it is.
fn rounded(n: f64) -> u64 {
    let mut scale = 1.0;
    while n / scale >= 100.0 {
        scale *= 10.0;
    }
    ((n / scale).floor() * scale) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_rarer_than_it_is() {
        assert_eq!(rounded(1999.0), 1900);
        assert_eq!(rounded(3_170_000.4), 3_100_000);
        assert_eq!(rounded(12.9), 12);
    }
}
