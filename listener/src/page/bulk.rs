//! Many honeytokens at once: a list of platforms in, numbers and personas out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::form::Form;
use super::issue::{Wish, consents, issue};
use super::lang::{Lang, said};
use super::layout::{self, Place};
use super::visitor::Visitor;
use super::{Shown, honeytokens as list, problem};
use crate::api::honeytokens::{self, HoneytokenOut};
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::problem::Problem;

/// Platforms in one list; a longer one is refused whole.
const ROWS_MAX: usize = 200;

/// What became of the rows.
#[derive(Default)]
struct Issued {
    made: Vec<HoneytokenOut>,
    /// By the platform's name as it was written.
    refused: Vec<(String, Problem)>,
}

/// The form.
pub(super) async fn show(visitor: Visitor) -> Result<Shown, Problem> {
    visitor.caller.may_work()?;
    Ok(page(&visitor, &Wish::default(), None, &Issued::default()))
}

/// Issues one honeytoken per row.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Form {
        visitor,
        fields: sheet,
    }: Form<Wish>,
) -> Result<Response, Problem> {
    visitor.caller.may_work()?;
    let wishes = match rows(&sheet) {
        Ok(wishes) => wishes,
        Err(problem) => {
            let why = problem::explained(visitor.guest.lang, &problem);
            let page = page(&visitor, &sheet, Some(&why), &Issued::default());
            return Ok((StatusCode::BAD_REQUEST, page).into_response());
        }
    };
    let mut issued = Issued::default();
    for wish in wishes {
        match issue(&app, &visitor.caller, &wish).await {
            Ok(token) => issued.made.push(token),
            Err(problem) => issued.refused.push((wish.platform, problem)),
        }
    }
    Ok(page(&visitor, &Wish::default(), None, &issued).into_response())
}

/// One wish per row: platform, and if given country and language.
fn rows(sheet: &Wish) -> Result<Vec<Wish>, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_sheet", detail);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(sheet.rows.as_bytes());
    let mut wishes = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| bad(format!("rows: {error}")))?;
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let is_head = wishes.is_empty()
            && matches!(
                cell(0).to_lowercase().as_str(),
                "platform" | "name" | "平台" | "名称"
            );
        if cell(0).is_empty() || is_head {
            continue;
        }
        wishes.push(Wish {
            platform: cell(0),
            country: cell(1),
            language: cell(2).to_lowercase(),
            ..sheet.ticks()
        });
    }
    match wishes.len() {
        0 => Err(bad(
            "no row names a platform; write one name a line".to_owned()
        )),
        1..=ROWS_MAX => Ok(wishes),
        rows => Err(bad(format!(
            "{rows} rows are more than {ROWS_MAX}; send several lists"
        ))),
    }
}

fn page(visitor: &Visitor, sheet: &Wish, refusal: Option<&str>, issued: &Issued) -> Shown {
    let lang = visitor.guest.lang;
    let title = lang.say("Many honeytokens at once", "批量发放蜜标");
    let body = html! {
        p.crumbs { a href="/honeytokens" { (lang.say("Honeytokens", "蜜标")) } }
        h1 { (title) }
        @if let Some(refusal) = refusal { p.notice.alarm role="alert" { (refusal) } }
        (outcome(visitor, issued))
        form.stack method="post" action="/honeytokens/bulk" {
            (layout::token(visitor))
            label for="rows" { (lang.say("Platforms, one a line", "平台，每行一个")) }
            textarea #rows name="rows" required rows="8" spellcheck="false" aria-describedby="rows-hint"
                placeholder=(lang.say("Acme Loans,US,en", "某某贷款,CN,zh")) { (sheet.rows) }
            p.hint #rows-hint { (said!(
                lang,
                "At most {ROWS_MAX}. As in a CSV file: name, then if you like the number's country and the persona's language.",
                "最多 {ROWS_MAX} 行。格式同 CSV：名称，其后可选号码国家和身份语言。"
            )) }
            div hidden {
                label for="file" { (lang.say("Or a CSV file", "或选择 CSV 文件")) }
                input #file type="file" accept=".csv,.txt,text/csv,text/plain" data-into="rows";
            }
            (consents(lang, sheet))
            button type="submit" { (lang.say("Draw numbers", "抽取号码")) }
        }
    };
    layout::page(visitor, Place::Issue, title, &body)
}

fn outcome(visitor: &Visitor, issued: &Issued) -> Markup {
    let lang = visitor.guest.lang;
    let (made, refused) = (issued.made.len(), issued.refused.len());
    let ids: Vec<&str> = issued.made.iter().map(|token| token.id.as_str()).collect();
    html! {
        @if made + refused > 0 {
            section aria-labelledby="outcome" {
                h2 #outcome { (said!(lang, "{made} issued, {refused} refused", "已发放 {made} 个，拒绝 {refused} 个")) }
                @if made > 0 {
                    p { a.button href={ "/honeytokens/issued.csv?ids=" (ids.join(".")) } download { (lang.say("Download as CSV", "下载 CSV")) } }
                    (list::table(visitor, lang.say("Issued", "已发放"), &issued.made))
                }
                (refusals(lang, &issued.refused))
            }
        }
    }
}

fn refusals(lang: Lang, refused: &[(String, Problem)]) -> Markup {
    html! { @if !refused.is_empty() {
        ul.notice.alarm { @for (platform, problem) in refused {
            li { strong { (platform) } ": " (problem::explained(lang, problem)) }
        } }
    } }
}

/// Which honeytokens: their ids, separated by dots.
#[derive(Deserialize)]
pub(super) struct Which {
    ids: String,
}

/// Numbers and personas as a table for a spreadsheet.
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    visitor.caller.may_see_personal_data()?;
    let columns = [
        "id",
        "platform",
        "number",
        "name",
        "given",
        "family",
        "romanised",
        "email",
    ];
    let mut table = report::csv::Table::new(&columns);
    for id in which.ids.split('.').take(ROWS_MAX) {
        let asked = (
            State(Arc::clone(&app)),
            visitor.caller.clone(),
            Path(id.to_owned()),
        );
        let token = honeytokens::one(asked.0, asked.1, asked.2).await?.0;
        let text = |text: Option<String>| Value::from(text);
        let persona = token.persona;
        let part = |get: fn(&honeytokens::PersonaBody) -> Option<String>| {
            text(persona.as_ref().and_then(get))
        };
        let cells = [
            Value::from(token.id),
            Value::from(token.platform),
            Value::from(token.number),
            part(|p| Some(p.name.clone())),
            part(|p| p.given.clone()),
            part(|p| p.family.clone()),
            part(|p| p.romanised.clone()),
            part(|p| p.email.clone()),
        ];
        table.add(cells.iter());
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"honeytokens.csv\"",
        ),
    ];
    Ok((headers, table.into_bytes()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &str) -> Wish {
        Wish {
            rows: rows.to_owned(),
            ..Wish::default()
        }
    }

    #[test]
    fn a_list_is_read_with_or_without_a_head() {
        for text in [
            "Acme, US, EN\n某某贷款\n\n",
            "platform,country,language\nAcme,US,en\n某某贷款,,\n",
        ] {
            let wishes = rows(&sheet(text)).unwrap();
            let read: Vec<_> = wishes
                .iter()
                .map(|w| (w.platform.as_str(), w.country.as_str(), w.language.as_str()))
                .collect();
            assert_eq!(read, [("Acme", "US", "en"), ("某某贷款", "", "")], "{text}");
        }
    }

    #[test]
    fn a_list_of_nothing_or_too_much_is_refused() {
        assert!(rows(&sheet(" \n,\n")).is_err());
        assert_eq!(
            rows(&sheet(&"a\n".repeat(ROWS_MAX))).unwrap().len(),
            ROWS_MAX
        );
        assert!(rows(&sheet(&"a\n".repeat(ROWS_MAX + 1))).is_err());
    }
}
