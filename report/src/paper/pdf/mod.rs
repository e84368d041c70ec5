//! Paper as PDF: [`letters`] knows the font, [`flow`] sets blocks on pages, [`parts`] says what each piece
//! is, [`draw`] writes them.
//!
//! It is PDF/UA-1: whoever cannot see it hears headings, paragraphs, lists, tables and what charts show, in
//! their order and language.
//!
//! The letters are a subset of Noto Sans CJK SC kept with the program (`assets/OFL.txt`): ASCII,
//! Latin, Greek, Cyrillic, GB 2312 and the common characters of Big5. Others are shown by their code
//! points, `‹U+0627›`. A paper's bytes depend on nothing but the paper.

mod draw;
mod flow;
mod letters;
mod parts;
mod table;

use super::Paper;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The font that is part of the program does not open.
    #[error("font of the program cannot be read; the program's file is damaged")]
    Font,
    /// The writer of PDF refused.
    #[error("PDF cannot be written: {0}")]
    Write(String),
    /// It would have too many pages.
    #[error(
        "PDF would have more than {} pages; ask for a smaller study or for HTML",
        flow::PAGES_MAX
    )]
    Pages,
}

impl Paper {
    /// As PDF, A4.
    ///
    /// # Errors
    /// See [`PdfError`].
    pub fn pdf(&self) -> Result<Vec<u8>, PdfError> {
        let letters = letters::Letters::new()?;
        let pages = flow::set(self, &letters)?;
        draw::write(self, &letters, pages)
    }
}

#[cfg(test)]
mod tests {
    use honeytoken::Language;

    use super::super::tests::paper;

    #[test]
    fn a_paper_is_the_same_bytes_whenever_it_is_set() {
        for lang in [Language::Zh, Language::En] {
            let once = paper(lang, "您好，A’s “offer” 😀 مرحبا").pdf().unwrap();
            assert!(once.starts_with(b"%PDF-"));
            assert_eq!(
                once,
                paper(lang, "您好，A’s “offer” 😀 مرحبا").pdf().unwrap()
            );
        }
    }

    #[test]
    fn a_long_paper_is_set_on_many_pages_and_a_longer_one_refused() {
        let mut long = paper(Language::Zh, "很长的一段话。");
        let blocks = long.blocks.clone();
        long.blocks
            .extend(std::iter::repeat_n(blocks.clone(), 30).flatten());
        assert!(long.pdf().is_ok());
        long.blocks
            .extend(std::iter::repeat_n(blocks, 1500).flatten());
        assert!(matches!(long.pdf(), Err(super::PdfError::Pages)));
    }
}
