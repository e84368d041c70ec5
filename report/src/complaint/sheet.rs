//! A form, filled as far as the log can.

use honeytoken::Timestamp;

use super::words::{self, Lang};
use super::{About, Authority, Case};

/// A question of a form with its answer.
pub struct Field {
    /// A word for programs, the same in all languages.
    pub id: &'static str,
    /// The question, as the authority words it.
    pub label: String,
    /// The answer; none if the log cannot know it.
    pub value: Option<String>,
    /// Whether the authority wants an answer.
    pub required: bool,
}

/// A form in one language.
pub struct Sheet {
    pub(super) lang: Lang,
    /// Its name.
    pub title: String,
    /// The questions, in the order of the form.
    pub fields: Vec<Field>,
    /// The letter, where the authority takes letters.
    pub letter: Option<String>,
    /// What to know before it is sent.
    pub warnings: Vec<String>,
    /// What the evidence is and where it lies.
    pub evidence: Vec<Field>,
}

/// A form in the languages of its authority.
pub struct Complaint {
    /// To whom.
    pub authority: &'static Authority,
    /// What is complained of.
    pub about: About,
    /// When it was filled.
    pub made_at: Timestamp,
    /// A sheet for each language.
    pub sheets: Vec<Sheet>,
}

/// What is in it is personal data.
impl std::fmt::Debug for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Complaint")
            .field("authority", &self.authority.id)
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

impl Field {
    /// Whether an answer is wanted and not known.
    pub fn is_missing(&self) -> bool {
        self.required && self.value.is_none()
    }
}

impl Sheet {
    pub(super) fn new(lang: Lang, title: impl Into<String>) -> Sheet {
        Sheet {
            lang,
            title: title.into(),
            fields: Vec::new(),
            letter: None,
            warnings: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// Adds a question that has to be answered.
    #[must_use]
    pub(super) fn required(
        self,
        id: &'static str,
        label: impl Into<String>,
        value: impl Into<Option<String>>,
    ) -> Sheet {
        self.field(id, label.into(), value.into(), true)
    }

    /// Adds a question that may be left open.
    #[must_use]
    pub(super) fn optional(
        self,
        id: &'static str,
        label: impl Into<String>,
        value: impl Into<Option<String>>,
    ) -> Sheet {
        self.field(id, label.into(), value.into(), false)
    }

    fn field(
        mut self,
        id: &'static str,
        label: String,
        value: Option<String>,
        required: bool,
    ) -> Sheet {
        let value = value.filter(|text| !text.trim().is_empty());
        self.fields.push(Field {
            id,
            label,
            value,
            required,
        });
        self
    }

    #[must_use]
    pub(super) fn warn(mut self, warning: Option<String>) -> Sheet {
        self.warnings.extend(warning);
        self
    }

    #[must_use]
    pub(super) fn letter(mut self, letter: String) -> Sheet {
        self.letter = Some(letter);
        self
    }

    /// Adds what all forms say: whose numbers the authority cares for, what the verdict is worth, where
    /// the evidence lies.
    pub(super) fn with_common(
        mut self,
        authority: &Authority,
        case: &Case<'_>,
        lang: Lang,
    ) -> Sheet {
        self.warnings
            .extend(words::other_country(authority, case, lang));
        self.warnings.extend(words::forged(case, lang));
        self.warnings.extend(words::not_accused(case, lang));
        self.warnings.extend(words::more_contacts(case, lang));
        self.evidence = words::evidence(case, lang);
        self
    }

    /// What stands as a question's answer.
    pub(super) fn answer<'a>(&self, field: &'a Field) -> &'a str {
        match &field.value {
            Some(value) => value,
            None if field.required => self.lang.missing(),
            None => "",
        }
    }

    /// Labels of required questions without an answer.
    pub fn missing(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_missing())
    }
}
