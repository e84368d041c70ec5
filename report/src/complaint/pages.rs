//! A filled form as paper, to be set as PDF.

use honeytoken::Language;

use super::words::Lang;
use super::{Complaint, Field, Sheet};
use crate::paper::{Block, Paper};

/// The form, a part for each language.
pub(super) fn paper(complaint: &Complaint) -> Paper {
    let first = complaint.sheets.first();
    let lang = first.map_or(Lang::En, |sheet| sheet.lang);
    let (title, name) = (first.map(|s| s.title.clone()), complaint.authority.name);
    let mut blocks = Vec::new();
    for (nth, sheet) in complaint.sheets.iter().enumerate() {
        if nth > 0 {
            blocks.push(Block::Heading(set(sheet.lang, &sheet.title)));
        }
        blocks.extend(of_sheet(complaint, sheet));
    }
    Paper {
        lang: match lang {
            Lang::Zh => Language::Zh,
            Lang::En | Lang::Fr => Language::En,
        },
        tag: (lang == Lang::Fr).then_some("fr"),
        title: set(lang, &title.unwrap_or_default()),
        subtitle: set(lang, name),
        brand: None,
        foot: set(lang, &lang.not_sent(complaint.authority.address)),
        made_at: complaint.made_at,
        blocks,
    }
}

fn of_sheet(complaint: &Complaint, sheet: &Sheet) -> Vec<Block> {
    let [missing, warnings, letter, evidence] = sheet.lang.headings();
    let set = |text: &str| set(sheet.lang, text);
    let heading = |words: &str| Block::Subheading(set(words));
    let mut blocks = vec![
        Block::Notice(set(&sheet.lang.not_sent(complaint.authority.address))),
        facts(sheet, &sheet.fields),
    ];
    let open: Vec<String> = sheet.missing().map(|field| set(&field.label)).collect();
    if !open.is_empty() {
        blocks.extend([heading(missing), Block::List(open)]);
    }
    if !sheet.warnings.is_empty() {
        let points = sheet.warnings.iter().map(|warning| set(warning)).collect();
        blocks.extend([heading(warnings), Block::List(points)]);
    }
    if let Some(text) = &sheet.letter {
        blocks.push(heading(letter));
        let paragraphs = text.split('\n').filter(|line| !line.trim().is_empty());
        blocks.extend(paragraphs.map(|line| Block::Text(set(line))));
    }
    blocks.extend([heading(evidence), facts(sheet, &sheet.evidence)]);
    blocks
}

fn facts(sheet: &Sheet, fields: &[Field]) -> Block {
    let fact = |field: &Field| {
        let mark = if field.required { " *" } else { "" };
        let answer = sheet.answer(field).replace('\n', " · ");
        let label = format!("{}{mark}", field.label);
        (set(sheet.lang, &label), set(sheet.lang, &answer))
    };
    Block::Facts(fields.iter().map(fact).collect())
}

/// Our letters are those of Chinese, whose apostrophe is as wide as a character.
fn set(lang: Lang, text: &str) -> String {
    match lang {
        Lang::Zh => text.to_owned(),
        Lang::En | Lang::Fr => text.replace('’', "'"),
    }
}
