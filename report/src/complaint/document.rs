//! A filled form for people: a page to print, and plain text.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Complaint, Field, Sheet};

/// The page is one file: nothing is fetched, nothing runs.
const STYLE: &str = "\
body{font:11pt/1.5 system-ui,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;\
max-width:50em;margin:2em auto;padding:0 1em;color:#111;background:#fff}\
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:1.6em}\
table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #888;padding:.35em .6em;text-align:left;vertical-align:top}\
th{width:34%;font-weight:600;background:#f3f3f3}\
td{white-space:pre-wrap;overflow-wrap:anywhere}\
.missing td{background:#fff3c4}.note{border-left:4px solid #b45309;padding-left:.8em}\
pre{white-space:pre-wrap;font:inherit;border:1px solid #888;padding:1em}\
section+section{page-break-before:always}\
@media print{body{margin:0;max-width:none}tr,li{page-break-inside:avoid}}";

/// A page.
pub(super) fn html(complaint: &Complaint) -> String {
    let first = complaint.sheets.first();
    let (lang, title) = first.map_or(("en", ""), |s| (s.lang.tag(), s.title.as_str()));
    let page = html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @for sheet in &complaint.sheets { (section(complaint, sheet)) }
            }
        }
    };
    page.into_string()
}

fn section(complaint: &Complaint, sheet: &Sheet) -> Markup {
    let [missing, warnings, letter, evidence] = sheet.lang.headings();
    html! {
        section lang=(sheet.lang.tag()) {
            h1 { (sheet.title) }
            p { (complaint.authority.name) }
            p.note { (sheet.lang.not_sent(complaint.authority.address)) }
            (table(sheet, &sheet.fields))
            @if sheet.missing().next().is_some() {
                h2 { (missing) }
                ul { @for field in sheet.missing() { li { (field.label) } } }
            }
            @if !sheet.warnings.is_empty() {
                h2 { (warnings) }
                ul { @for warning in &sheet.warnings { li { (warning) } } }
            }
            @if let Some(text) = &sheet.letter { h2 { (letter) } pre { (text) } }
            h2 { (evidence) }
            (table(sheet, &sheet.evidence))
        }
    }
}

fn table(sheet: &Sheet, fields: &[Field]) -> Markup {
    html! {
        table {
            @for field in fields {
                tr.missing[field.is_missing()] {
                    th scope="row" { (field.label) @if field.required { " *" } }
                    td { (sheet.answer(field)) }
                }
            }
        }
    }
}

/// Plain text.
pub(super) fn text(complaint: &Complaint) -> String {
    let sheets = complaint
        .sheets
        .iter()
        .map(|sheet| of_sheet(complaint, sheet));
    sheets.collect::<Vec<_>>().join("\n\n")
}

fn of_sheet(complaint: &Complaint, sheet: &Sheet) -> String {
    let [missing, warnings, letter, evidence] = sheet.lang.headings();
    let mut lines = vec![
        sheet.title.clone(),
        complaint.authority.name.to_owned(),
        String::new(),
        sheet.lang.not_sent(complaint.authority.address),
        String::new(),
    ];
    lines.extend(sheet.fields.iter().map(|field| line(sheet, field)));
    let mut part = |heading: &str, items: Vec<String>| {
        if !items.is_empty() {
            lines.extend([String::new(), format!("== {heading}")]);
            lines.extend(items);
        }
    };
    part(
        missing,
        sheet
            .missing()
            .map(|field| format!("- {}", field.label))
            .collect(),
    );
    part(
        warnings,
        sheet
            .warnings
            .iter()
            .map(|warning| format!("- {warning}"))
            .collect(),
    );
    part(letter, sheet.letter.iter().cloned().collect());
    part(
        evidence,
        sheet
            .evidence
            .iter()
            .map(|field| line(sheet, field))
            .collect(),
    );
    lines.join("\n") + "\n"
}

fn line(sheet: &Sheet, field: &Field) -> String {
    let mark = if field.required { " *" } else { "" };
    let answer = sheet.answer(field);
    // An answer of several lines stands below its question.
    let apart = if answer.contains('\n') { "\n" } else { "" };
    format!("{}{mark}{}{apart}{answer}", field.label, sheet.lang.colon())
}
