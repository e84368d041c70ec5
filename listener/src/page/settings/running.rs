//! How the installation is run, as far as it is changed while it runs: who publishes, time zone,
//! recordings, retention. Each change is an entry, with its reason.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use honeytoken::{Recordings, Retention};
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::json::Body;
use crate::api::settings::{self, SettingsIn, SettingsOut};
use crate::app::App;
use crate::page::form::{Form, filled};
use crate::page::lang::Lang;
use crate::page::layout;
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// The longest reason that the form takes, in characters.
const REASON_CHARS_MAX: usize = 500;
/// Clocks of retention: field, English, Chinese.
const CLOCKS: [(&str, &str, &str); 5] = [
    (
        "contact_text_days",
        "Contacts with a text",
        "含文字内容的联系",
    ),
    (
        "caller_numbers_days",
        "Contacts with a caller id",
        "含来电号码的联系",
    ),
    ("raw_bodies_days", "Raw requests", "原始请求"),
    ("recordings_days", "Recordings and pictures", "录音和图片"),
    (
        "personas_days",
        "Decoys' names, after their placement ended",
        "身份姓名（发放结束后）",
    ),
];

/// The section.
pub(super) async fn section(app: &Arc<App>, visitor: &Visitor) -> Markup {
    let now = settings::show(State(Arc::clone(app)), visitor.caller.clone())
        .await
        .0;
    let lang = visitor.guest.lang;
    html! {
        section aria-labelledby="running" {
            h2 #running { (lang.say("How it is run", "运行设置")) }
            (shown(lang, &now))
            @if visitor.caller.role.may_administer() {
                details {
                    summary { (lang.say("Change it", "修改")) }
                    (form(visitor, &now))
                }
            }
        }
    }
}

fn shown(lang: Lang, now: &SettingsOut) -> Markup {
    let from = |part: &str| match now.set.contains(&part) {
        true => lang.say("set here", "在此设定"),
        false => lang.say("by the settings file", "依设置文件"),
    };
    let days = |name: &str| match clock(&now.retention, name) {
        Some(days) => {
            let unit = lang.say("days", "天");
            format!("{days} {unit}")
        }
        None => lang.say("kept", "长期保存").to_owned(),
    };
    html! {
        dl.sums.wider {
            div { dt { (lang.say("Reports are published by", "报告署名")) " " span.hint { (from("brand")) } }
                dd { (now.brand.as_deref().unwrap_or(lang.say("nobody named", "不署名"))) } }
            div { dt { (lang.say("Time zone of whoever chose none", "默认时区")) " " span.hint { (from("time_zone")) } } dd { (now.time_zone) } }
            div { dt { (lang.say("Recordings and pictures", "录音和图片")) " " span.hint { (from("recordings")) } } dd { (fetched(lang, now.recordings.fetch)) } }
            @for (country, fetch) in &now.recordings.countries {
                div { dt { (lang.say("… of lines in", "……号码所在国家：")) " " (country) } dd { (fetched(lang, *fetch)) } }
            }
        }
        h3 { (lang.say("Personal data is erased after", "个人数据保存期限")) " " span.hint { (from("retention")) } }
        dl.sums.wider { @for (name, en, zh) in CLOCKS { div { dt { (lang.say(en, zh)) } dd { (days(name)) } } } }
        @if let Some(reason) = &now.reason { p.hint { (lang.say("Why it was set so: ", "设定理由：")) bdi { (reason) } } }
    }
}

const fn fetched(lang: Lang, fetch: bool) -> &'static str {
    match fetch {
        true => lang.say("fetched from the provider", "从服务商获取"),
        false => lang.say("never fetched", "从不获取"),
    }
}

fn clock(retention: &Retention, name: &str) -> Option<NonZeroU32> {
    match name {
        "contact_text_days" => retention.contact_text_days,
        "caller_numbers_days" => retention.caller_numbers_days,
        "raw_bodies_days" => retention.raw_bodies_days,
        "recordings_days" => retention.recordings_days,
        _ => retention.personas_days,
    }
}

fn form(visitor: &Visitor, now: &SettingsOut) -> Markup {
    let lang = visitor.guest.lang;
    let country = |(code, fetch): (&String, &bool)| {
        let word = if *fetch { "always" } else { "never" };
        format!("{code} {word}")
    };
    let countries: Vec<String> = now.recordings.countries.iter().map(country).collect();
    html! {
        form.stack method="post" action="/settings/running" {
            (layout::token(visitor))
            p.hint { (lang.say(
                "What is set here goes before the settings file, at once and after a restart. The change and its reason are an entry in the log.",
                "此处的设定优先于设置文件，立即生效，重启后仍有效。修改及其理由都会记入日志。",
            )) }
            label for="brand" { (lang.say("Who publishes reports, in one line (empty: nobody is named)", "报告署名，一行（留空：不署名）")) }
            input #brand name="brand" maxlength="200" value=(now.brand.as_deref().unwrap_or_default()) autocomplete="off";
            label for="time_zone" { (lang.say("Time zone of whoever chose none", "默认时区")) }
            input #time_zone name="time_zone" list="zones" required value=(now.time_zone) autocomplete="off" spellcheck="false";
            label for="fetch" { (lang.say("Recordings and pictures", "录音和图片")) }
            select #fetch name="fetch" aria-describedby="fetch-hint" {
                option value="false" { (fetched(lang, false)) }
                option value="true" selected[now.recordings.fetch] { (fetched(lang, true)) }
            }
            p.hint #fetch-hint { (lang.say(
                "Recording people is regulated differently from country to country; ask before you fetch.",
                "各国对录音的规定不同，获取前请先了解当地法律。",
            )) }
            label for="countries" { (lang.say("Other rules by the line's country, one a line: US always", "按号码所在国家另定，每行一个，如：US always")) }
            textarea #countries name="countries" rows="2" spellcheck="false" placeholder="US always" { (countries.join("\n")) }
            fieldset {
                legend { (lang.say("Erased after so many days (empty: kept)", "多少天后销毁（留空：长期保存）")) }
                @for (name, en, zh) in CLOCKS {
                    label for=(name) { (lang.say(en, zh)) }
                    input id=(name) name=(name) type="number" min="1" max="36500" value=(clock(&now.retention, name).map_or(String::new(), |d| d.to_string()));
                }
            }
            label for="running_reason" { (lang.say("Why", "理由")) }
            textarea #running_reason name="reason" rows="2" required maxlength=(REASON_CHARS_MAX) {}
            button type="submit" { (lang.say("Set", "设定")) }
        }
        @if !now.set.is_empty() {
            form.stack method="post" action="/settings/running/file" {
                (layout::token(visitor))
                label for="file_reason" { (lang.say("Or let the settings file decide again; why", "或恢复为依设置文件；理由")) }
                input #file_reason name="reason" required maxlength=(REASON_CHARS_MAX) autocomplete="off";
                button.quiet type="submit" { (lang.say("As the settings file has it", "依设置文件")) }
            }
        }
    }
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::page) struct Wish {
    brand: String,
    time_zone: String,
    fetch: bool,
    countries: String,
    contact_text_days: String,
    caller_numbers_days: String,
    raw_bodies_days: String,
    recordings_days: String,
    personas_days: String,
    reason: String,
}

impl Wish {
    fn read(self) -> Result<SettingsIn, Problem> {
        let retention = Retention {
            contact_text_days: days("contact_text_days", &self.contact_text_days)?,
            caller_numbers_days: days("caller_numbers_days", &self.caller_numbers_days)?,
            raw_bodies_days: days("raw_bodies_days", &self.raw_bodies_days)?,
            recordings_days: days("recordings_days", &self.recordings_days)?,
            personas_days: days("personas_days", &self.personas_days)?,
        };
        let rows = self.countries.lines().filter_map(filled);
        let countries = rows.map(|row| country(&row));
        Ok(SettingsIn {
            brand: Some(self.brand.trim().to_owned()),
            time_zone: filled(&self.time_zone),
            recordings: Some(Recordings {
                fetch: self.fetch,
                countries: countries.collect::<Result<BTreeMap<_, _>, _>>()?,
            }),
            retention: Some(retention),
            reason: self.reason.trim().to_owned(),
        })
    }
}

fn bad(detail: String) -> Problem {
    Problem::bad_request("bad_settings", detail)
}

fn days(name: &str, text: &str) -> Result<Option<NonZeroU32>, Problem> {
    let read = filled(text).map(|text| text.parse());
    let wrong = |_| bad(format!("{name} {text:?} is not a number of days from 1 on"));
    read.transpose().map_err(wrong)
}

/// `US always` or `DE never`.
fn country(row: &str) -> Result<(String, bool), Problem> {
    let wrong = || {
        bad(format!(
            "country {row:?} is not two letters and always or never, such as US always"
        ))
    };
    let (code, word) = row.split_once(char::is_whitespace).ok_or_else(wrong)?;
    let fetch = match word.trim() {
        "always" => true,
        "never" => false,
        _ => return Err(wrong()),
    };
    Ok((code.to_ascii_uppercase(), fetch))
}

/// Sets it.
pub(in crate::page) async fn set(
    State(app): State<Arc<App>>,
    Form { visitor, fields }: Form<Wish>,
) -> Result<Redirect, Problem> {
    visitor.caller.may_administer()?;
    settings::set(State(app), visitor.caller, Body(fields.read()?))
        .await
        .map(drop)?;
    Ok(Redirect::to("/settings#running"))
}

/// Why the file is to decide again.
#[derive(Deserialize)]
pub(in crate::page) struct Why {
    reason: String,
}

/// Lets the settings file decide again.
pub(in crate::page) async fn by_file(
    State(app): State<Arc<App>>,
    Form { visitor, fields }: Form<Why>,
) -> Result<Redirect, Problem> {
    let body = SettingsIn {
        reason: fields.reason,
        ..SettingsIn::default()
    };
    settings::set(State(app), visitor.caller, Body(body))
        .await
        .map(drop)?;
    Ok(Redirect::to("/settings#running"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_a_row() {
        assert_eq!(country("us always").unwrap(), ("US".to_owned(), true));
        assert_eq!(country("DE  never").unwrap(), ("DE".to_owned(), false));
        assert!(country("US").is_err() && country("US perhaps").is_err());
    }

    #[test]
    fn days_are_empty_or_at_least_one() {
        assert_eq!(days("personas_days", " ").unwrap(), None);
        assert_eq!(
            days("personas_days", "30").unwrap().map(NonZeroU32::get),
            Some(30)
        );
        assert!(days("personas_days", "0").is_err() && days("personas_days", "x").is_err());
    }
}
