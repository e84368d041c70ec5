//! The font: which glyph a character has, how wide it is, where a line may end.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;
use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::PdfError;

/// The font's file.
const FILE: &[u8] = include_bytes!("../../../assets/canaryline-sans.otf");

/// The letters that everything is set in.
pub(super) struct Letters {
    pub(super) font: Font,
    face: Face<'static>,
    em: f32,
}

impl Letters {
    pub(super) fn new() -> Result<Letters, PdfError> {
        let font = Font::new(FILE.into(), 0).ok_or(PdfError::Font)?;
        let face = Face::parse(FILE, 0).map_err(|_| PdfError::Font)?;
        let em = f32::from(face.units_per_em());
        Ok(Letters { font, face, em })
    }

    /// The text in letters that the font has: all else by its code points, on one line.
    pub(super) fn readable(&self, text: &str) -> String {
        let mut readable = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\n' | '\r' | '\t' | '\u{a0}' => readable.push(' '),
                c if self.face.glyph_index(c).is_some() => readable.push(c),
                c => readable.push_str(&format!("‹U+{:04X}›", c as u32)),
            }
        }
        readable
    }

    fn advance(&self, c: char) -> f32 {
        let glyph = self.face.glyph_index(c);
        let units = glyph.and_then(|glyph| self.face.glyph_hor_advance(glyph));
        f32::from(units.unwrap_or(1000)) / self.em
    }

    /// How wide a text is, in the unit of `size`.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.advance(c)).sum::<f32>() * size
    }

    /// How wide the longest piece is that no line may end in.
    pub(super) fn longest_word(&self, text: &str, size: f32) -> f32 {
        let (mut from, mut longest) = (0, 0.0_f32);
        for (until, _) in linebreaks(text) {
            longest = longest.max(self.width(text[from..until].trim_end(), size));
            from = until;
        }
        longest
    }

    /// The glyphs of a text.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, c): (usize, char)| {
            let id = self
                .face
                .glyph_index(c)
                .map_or(0, |glyph| u32::from(glyph.0));
            let range = at..at + c.len_utf8();
            KrillaGlyph::new(
                GlyphId::new(id),
                self.advance(c),
                0.0,
                0.0,
                0.0,
                range,
                None,
            )
        };
        text.char_indices().map(glyph).collect()
    }

    /// The text in lines of at most this width; line ends of its own stay.
    pub(super) fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let paragraphs = text.split('\n').map(|paragraph| self.readable(paragraph));
        paragraphs
            .flat_map(|paragraph| self.broken(&paragraph, size, width))
            .collect()
    }

    fn broken(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let (mut lines, mut line, mut from) = (Vec::new(), String::new(), 0);
        for (until, opportunity) in linebreaks(text) {
            let piece = &text[from..until];
            from = until;
            if self.width(&format!("{line}{}", piece.trim_end()), size) > width && !line.is_empty()
            {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            line.push_str(piece);
            self.split_long(&mut line, &mut lines, size, width);
            if opportunity == BreakOpportunity::Mandatory && until < text.len() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
        }
        lines.push(line.trim_end().to_owned());
        lines
    }

    /// A word that is longer than a line, such as an address, ends anywhere.
    fn split_long(&self, line: &mut String, lines: &mut Vec<String>, size: f32, width: f32) {
        while self.width(line.trim_end(), size) > width && line.chars().count() > 1 {
            let (mut wide, mut end) = (0.0, 0);
            for (at, c) in line.char_indices() {
                wide += self.advance(c) * size;
                if wide > width && at > 0 {
                    break;
                }
                end = at + c.len_utf8();
            }
            let rest = line.split_off(end);
            lines.push(std::mem::replace(line, rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_lose_nothing_and_begin_with_no_comma() {
        let letters = Letters::new().unwrap();
        let text = "只给过该平台的号码，收到了未披露第三方的联系（条目 12）。 Only this platform had been given https://long.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa the number.";
        let lines = letters.lines(text, 10.0, 120.0);
        assert!(lines.len() > 4);
        for line in &lines {
            assert!(letters.width(line, 10.0) <= 120.0, "{line}");
            assert!(!line.starts_with(['，', '。', '）']), "{line}");
        }
        let squeezed = |text: &str| text.replace(' ', "");
        assert_eq!(squeezed(&lines.concat()), squeezed(text));
    }

    #[test]
    fn what_the_font_lacks_is_shown_by_its_code_points() {
        let letters = Letters::new().unwrap();
        assert_eq!(letters.readable("a😀\u{200f}b"), "a‹U+1F600›‹U+200F›b");
        // What a Chinese message may hold: simplified, traditional, full width, kana.
        let text = "龙龍體国國ＡＢ１２「」…￥あア€№";
        assert_eq!(letters.readable(text), text);
    }
}
