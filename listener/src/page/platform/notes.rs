//! What analysts say of a platform: entries in the log, which stay.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::Platform;
use crate::api::json::Body;
use crate::api::notes::{self, NoteIn, NoteOut, NotesQuery};
use crate::api::page::{ListQuery, Page};
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::page::form::Form;
use crate::page::layout;
use crate::page::parts::{marks, pager};
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// What the list's cursor is called.
const CURSOR: &str = "notes";
/// Notes in a page.
pub(super) const ROWS: usize = 20;

/// A page of the notes about a platform, newest first.
///
/// # Errors
/// As the API's.
pub(super) async fn of(
    app: &Arc<App>,
    visitor: &Visitor,
    query: ListQuery,
) -> Result<Page<NoteOut>, Problem> {
    let asked = (State(Arc::clone(app)), visitor.caller.clone());
    let list = notes::list(asked.0, asked.1, Query(query), Query(NotesQuery::default())).await?;
    Ok(list.0)
}

/// The section.
pub(super) fn section(
    visitor: &Visitor,
    platform: &Platform,
    notes: Option<&Page<NoteOut>>,
) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        @if let Some(notes) = notes {
            section aria-labelledby="notes" {
                h2 #notes { (lang.say("Notes", "备注")) }
                ul.letters { @for note in &notes.items {
                    li.letter id={ "note-" (note.index) } {
                        p.said dir="auto" { (note.text) }
                        p.meta { (marks::time(guest, note.at)) " · " (note.by.as_deref().unwrap_or_default()) }
                    }
                } }
                (pager::named(guest, CURSOR, "notes", notes.next_cursor.as_deref()))
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
