//! What analysts say of a platform: entries in the log, which stay.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::Platform;
use crate::api::json::Body;
use crate::api::notes::{self, NoteIn, NoteOut, NotesQuery};
use crate::api::page::ListQuery;
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::page::form::Form;
use crate::page::layout;
use crate::page::parts::marks;
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// Notes on the page.
const NOTES: usize = 20;

/// The newest notes about a platform.
///
/// # Errors
/// As the API's.
pub(super) async fn of(
    app: &Arc<App>,
    visitor: &Visitor,
    id: &str,
) -> Result<Vec<NoteOut>, Problem> {
    let query = ListQuery {
        limit: Some(NOTES),
        platform: Some(id.to_owned()),
        ..ListQuery::default()
    };
    let asked = (State(Arc::clone(app)), visitor.caller.clone());
    let list = notes::list(asked.0, asked.1, Query(query), Query(NotesQuery::default())).await?;
    Ok(list.0.items)
}

/// The section.
pub(super) fn section(visitor: &Visitor, platform: &Platform, notes: Option<&[NoteOut]>) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        @if let Some(notes) = notes {
            section aria-labelledby="notes" {
                h2 #notes { (lang.say("Notes", "备注")) }
                ul.letters { @for note in notes {
                    li.letter id={ "note-" (note.index) } {
                        p.said dir="auto" { (note.text) }
                        p.meta { (marks::time(guest, note.at)) " · " (note.by.as_deref().unwrap_or_default()) }
                    }
                } }
                @if visitor.caller.role.may_work() {
                    form.stack method="post" action={ "/platforms/" (platform.id) "/notes" } {
                        (layout::token(visitor))
                        label for="text" { (lang.say("Write a note; it stays on the record", "写备注；会永久留存")) }
                        textarea #text name="text" required maxlength="5000" rows="3" {}
                        button type="submit" { (lang.say("Write down", "记录")) }
                    }
                }
            }
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(in crate::page) struct Written {
    text: String,
}

/// Writes a note down.
pub(in crate::page) async fn create(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form { visitor, fields }: Form<Written>,
) -> Result<Redirect, Problem> {
    let back = format!("/platforms/{id}#notes");
    let note = NoteIn {
        platform: Some(id),
        entry: None,
        text: fields.text,
        label: None,
    };
    notes::create(State(app), visitor.caller, Body(note))
        .await
        .map(drop)?;
    Ok(Redirect::to(&back))
}
