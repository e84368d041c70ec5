//! A filled form as data, and the formats of both.

use std::str::FromStr;

use serde_json::{Value, json};

use super::words::Lang;
use super::{About, Complaint, Field, Sheet, document, pages};
use crate::csv;
use crate::export::{Document, Format, OrderError};
use crate::paper::PdfError;

/// How a form is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperFormat {
    /// One JSON document with all languages.
    Json,
    /// A row for each question.
    Csv,
    /// A page to print, without anything from outside.
    Html,
    /// Plain text.
    Text,
    /// Pages to print and to file.
    Pdf,
}

impl PaperFormat {
    /// Their words.
    pub const WORDS: [&'static str; 5] = ["json", "csv", "html", "text", "pdf"];
}

impl FromStr for PaperFormat {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<PaperFormat, OrderError> {
        match text {
            "json" => Ok(PaperFormat::Json),
            "csv" => Ok(PaperFormat::Csv),
            "html" => Ok(PaperFormat::Html),
            "text" => Ok(PaperFormat::Text),
            "pdf" => Ok(PaperFormat::Pdf),
            _ => Err(OrderError::Unknown {
                what: "format",
                word: text.to_owned(),
                known: PaperFormat::WORDS.join(", "),
            }),
        }
    }
}

impl Complaint {
    /// The form as a file.
    ///
    /// # Errors
    /// Only a PDF can fail, see [`PdfError`].
    pub fn write(&self, format: PaperFormat) -> Result<Document, PdfError> {
        let (extension, media_type, bytes) = match format {
            PaperFormat::Json => {
                let text = self.json().to_string() + "\n";
                ("json", Format::Json.media_type(), text.into_bytes())
            }
            PaperFormat::Csv => ("csv", Format::Csv.media_type(), self.csv().into_bytes()),
            PaperFormat::Html => {
                let text = document::html(self);
                ("html", "text/html; charset=utf-8", text.into_bytes())
            }
            PaperFormat::Text => {
                let text = document::text(self);
                ("txt", "text/plain; charset=utf-8", text.into_bytes())
            }
            PaperFormat::Pdf => ("pdf", "application/pdf", pages::paper(self).pdf()?),
        };
        let about = match &self.about {
            About::Contact(index) => format!("contact-{index}"),
            About::Platform(id) => format!("platform-{id}"),
        };
        Ok(Document {
            name: format!("complaint-{}-{about}.{extension}", self.authority.id),
            media_type,
            bytes,
        })
    }

    fn json(&self) -> Value {
        let (contact, platform) = match &self.about {
            About::Contact(index) => (Some(*index), None),
            About::Platform(id) => (None, Some(id.to_string())),
        };
        json!({
            "authority": self.authority.id,
            "authority_name": self.authority.name,
            "address": self.authority.address,
            "contact": contact,
            "platform": platform,
            "made_at": self.made_at,
            "submitted": false,
            "sheets": self.sheets.iter().map(sheet).collect::<Vec<_>>(),
        })
    }

    fn csv(&self) -> String {
        let words = ["language", "field", "label", "value", "required", "missing"];
        let mut text = csv::line(&words.map(str::to_owned));
        for sheet in &self.sheets {
            for field in sheet.fields.iter().chain(&sheet.evidence) {
                text += &csv::line(&row(sheet.lang, field));
            }
        }
        text
    }
}

fn row(lang: Lang, field: &Field) -> [String; 6] {
    [
        lang.tag().to_owned(),
        field.id.to_owned(),
        field.label.clone(),
        field.value.clone().unwrap_or_default(),
        field.required.to_string(),
        field.is_missing().to_string(),
    ]
}

fn sheet(sheet: &Sheet) -> Value {
    let fields = |fields: &[Field]| fields.iter().map(of_field).collect::<Vec<_>>();
    json!({
        "language": sheet.lang.tag(),
        "title": sheet.title,
        "fields": fields(&sheet.fields),
        "missing": sheet.missing().map(|field| field.id).collect::<Vec<_>>(),
        "letter": sheet.letter,
        "warnings": sheet.warnings,
        "evidence": fields(&sheet.evidence),
    })
}

fn of_field(field: &Field) -> Value {
    json!({
        "id": field.id,
        "label": field.label,
        "value": field.value,
        "required": field.required,
    })
}
