//! How somebody likes to read: language and time zone, remembered by their browser.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::app::App;
use crate::page::dress::{choice, set_cookie};
use crate::page::form::Form;
use crate::page::guest::{LANG_COOKIE, ZONE_COOKIE, zone_of};
use crate::page::lang::Lang;
use crate::page::layout;
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// Zones that are offered; any other name of the database may be typed.
const ZONES: [&str; 12] = [
    "UTC",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
];

/// The section.
pub(super) fn section(visitor: &Visitor) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        section aria-labelledby="reading" {
            h2 #reading { (lang.say("How you read", "阅读方式")) }
            form.inline method="post" action="/settings/reading" {
                (layout::token(visitor))
                div { label for="lang" { (lang.say("Language", "语言")) }
                    select #lang name="lang" {
                        @for (code, name) in [("en", "English"), ("zh", "中文")] {
                            option value=(code) selected[code == lang.code()] { (name) }
                        }
                    } }
                div { label for="zone" { (lang.say("Time zone", "时区")) }
                    input #zone name="zone" list="zones" value=(visitor.guest.zone_name()) autocomplete="off" spellcheck="false";
                    datalist #zones { @for zone in ZONES { option value=(zone) {} } } }
                div { button type="submit" { (lang.say("Save", "保存")) } }
            }
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(in crate::page) struct Reading {
    lang: String,
    zone: String,
}

/// Remembers it.
pub(in crate::page) async fn set(
    State(_): State<Arc<App>>,
    Form { visitor, fields }: Form<Reading>,
) -> Result<Response, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_form", detail);
    let zone = fields.zone.trim();
    if zone_of(zone).is_none() {
        return Err(bad(format!(
            "time zone {zone:?} is unknown; write it as Asia/Shanghai"
        )));
    }
    let lang =
        Lang::parse(&fields.lang).ok_or_else(|| bad("language is not en or zh".to_owned()))?;
    let mut response = Redirect::to("/settings").into_response();
    set_cookie(
        &mut response,
        &choice(&visitor.guest, LANG_COOKIE, lang.code()),
    );
    set_cookie(&mut response, &choice(&visitor.guest, ZONE_COOKIE, zone));
    Ok(response)
}
