//! A platform's own description: what is its own is no evidence against it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::Platform;
use crate::api::platforms::{self, PartnerBody, PlatformBody};
use crate::app::App;
use crate::page::form::{Form, filled, several};
use crate::page::layout;
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// Between a partner's name, domains and senders.
const BAR: char = '|';

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::page) struct Description {
    id: String,
    name: String,
    operator: String,
    sector: String,
    domains: String,
    known_senders: String,
    signatures: String,
    partners: String,
}

impl Description {
    fn body(self) -> PlatformBody {
        PlatformBody {
            id: filled(&self.id),
            name: self.name.trim().to_owned(),
            operator: filled(&self.operator),
            sector: filled(&self.sector),
            domains: several(&self.domains),
            known_senders: several(&self.known_senders),
            signatures: several(&self.signatures),
            declared_partners: self
                .partners
                .lines()
                .filter_map(filled)
                .map(|row| partner(&row))
                .collect(),
        }
    }
}

/// `name | domains | senders`.
fn partner(row: &str) -> PartnerBody {
    let mut parts = row.split([BAR, '｜']);
    let mut part = || parts.next().unwrap_or_default();
    PartnerBody {
        name: part().trim().to_owned(),
        domains: several(part()),
        senders: several(part()),
    }
}

/// Declares a platform, or describes it anew.
pub(in crate::page) async fn declare(
    State(app): State<Arc<App>>,
    Form { visitor, fields }: Form<Description>,
) -> Result<Redirect, Problem> {
    if fields.name.trim().is_empty() {
        return Err(Problem::bad_request("bad_platform", "name is missing"));
    }
    let made = platforms::declare(&app, &visitor.caller, fields.body()).await?;
    let id = made.1.0.id.unwrap_or_default();
    Ok(Redirect::to(&format!("/platforms/{id}")))
}

/// The section of a platform's page.
pub(super) fn section(visitor: &Visitor, platform: &Platform) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        @if visitor.caller.role.may_work() {
            section aria-labelledby="own" {
                h2 #own { (lang.say("What is its own", "哪些属于它自己")) }
                details {
                    summary { (lang.say("Change its description", "修改描述")) }
                    (form(visitor, Some(&platform.body)))
                }
            }
        }
    }
}

/// The form, empty or filled.
pub(in crate::page) fn form(visitor: &Visitor, body: Option<&PlatformBody>) -> Markup {
    let lang = visitor.guest.lang;
    let list =
        |of: fn(&PlatformBody) -> &Vec<String>| body.map_or_else(String::new, |b| of(b).join("\n"));
    let text =
        |of: fn(&PlatformBody) -> Option<&String>| body.and_then(of).cloned().unwrap_or_default();
    let rows = |p: &PartnerBody| {
        format!(
            "{} {BAR} {} {BAR} {}",
            p.name,
            p.domains.join(", "),
            p.senders.join(", ")
        )
    };
    let partners: Vec<String> =
        body.map_or_else(Vec::new, |b| b.declared_partners.iter().map(rows).collect());
    html! {
        form.stack method="post" action="/platforms" {
            (layout::token(visitor))
            @if let Some(id) = body.and_then(|b| b.id.as_ref()) { input type="hidden" name="id" value=(id); }
            label for="name" { (lang.say("Name, as people know it", "名称（大众所知）")) }
            input #name name="name" required maxlength="200" value=(text(|b| Some(&b.name))) autocomplete="off";
            label for="operator" { (lang.say("Company behind it", "运营公司")) }
            input #operator name="operator" value=(text(|b| b.operator.as_ref())) autocomplete="off";
            label for="sector" { (lang.say("Trade", "行业")) }
            input #sector name="sector" value=(text(|b| b.sector.as_ref())) autocomplete="off";
            label for="domains" { (lang.say("Its domains, one a line", "自有域名，每行一个")) }
            textarea #domains name="domains" rows="2" spellcheck="false" { (list(|b| &b.domains)) }
            label for="known_senders" { (lang.say("Its senders, one a line", "自有发送号码，每行一个")) }
            textarea #known_senders name="known_senders" rows="2" spellcheck="false" { (list(|b| &b.known_senders)) }
            label for="signatures" { (lang.say("Signatures of its messages, without 【】", "短信签名（不含【】）")) }
            textarea #signatures name="signatures" rows="2" { (list(|b| &b.signatures)) }
            label for="partners" { (lang.say("Partners that it declared: name | domains | senders", "已声明的合作方：名称 | 域名 | 号码")) }
            textarea #partners name="partners" rows="3" spellcheck="false" { (partners.join("\n")) }
            button type="submit" { (lang.say("Save", "保存")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_is_a_row() {
        let read = partner("Partner Ltd | partner.example, p.example | 10690001");
        assert_eq!(
            (read.name.as_str(), read.domains.len(), read.senders.len()),
            ("Partner Ltd", 2, 1)
        );
        let bare = partner("Partner");
        assert_eq!(
            (bare.name.as_str(), bare.domains.len(), bare.senders.len()),
            ("Partner", 0, 0)
        );
    }
}
