//! Blocks on pages. Lengths are in points (1/72 inch) from a page's upper left corner.

use super::super::{Block, Paper};
use super::PdfError;
use super::letters::Letters;
use super::table;
use crate::chart::{Chart, Ink, WIDTH};

/// A4.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// What is left free on each side, and above and below.
pub(super) const SIDE: f32 = 56.0;
pub(super) const ABOVE: f32 = 56.0;
const BELOW: f32 = 64.0;
/// Pages of a document, at most.
pub(super) const PAGES_MAX: usize = 500;
/// Height of ordinary letters.
pub(super) const SIZE: f32 = 10.0;
/// From line to line, in heights of letters.
const LEADING: f32 = 1.55;

/// Height of a heading with the room around it.
const HEADING: f32 = 48.0;

/// A mark on a page.
pub(super) enum Mark<'a> {
    Text {
        x: f32,
        y: f32,
        size: f32,
        ink: Ink,
        bold: bool,
        text: String,
    },
    /// A filled rectangle: left, top, width, height.
    Bar { at: (f32, f32, f32, f32), ink: Ink },
    Chart {
        x: f32,
        y: f32,
        scale: f32,
        chart: &'a Chart,
    },
}

pub(super) type Page<'a> = Vec<Mark<'a>>;

/// Where the next block begins.
pub(super) struct Flow<'a> {
    pub(super) letters: &'a Letters,
    pages: Vec<Page<'a>>,
    pub(super) y: f32,
}

/// Sets a paper on pages.
pub(super) fn set<'a>(paper: &'a Paper, letters: &'a Letters) -> Result<Vec<Page<'a>>, PdfError> {
    let mut flow = Flow {
        letters,
        pages: vec![Vec::new()],
        y: ABOVE,
    };
    flow.head(paper);
    for (nth, block) in paper.blocks.iter().enumerate() {
        flow.keep_with(block, paper.blocks.get(nth + 1));
        flow.block(block);
        if flow.pages.len() > PAGES_MAX {
            return Err(PdfError::Pages);
        }
    }
    Ok(flow.pages)
}

/// How letters are set.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) ink: Ink,
    pub(super) bold: bool,
}

pub(super) const PLAIN: Style = Style {
    size: SIZE,
    ink: Ink::Text,
    bold: false,
};
pub(super) const SMALL: Style = Style {
    size: 8.8,
    ink: Ink::Muted,
    bold: false,
};

impl<'a> Flow<'a> {
    pub(super) fn width(&self) -> f32 {
        PAGE.0 - 2.0 * SIDE
    }

    pub(super) fn mark(&mut self, mark: Mark<'a>) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    pub(super) fn bar(&mut self, at: (f32, f32, f32, f32), ink: Ink) {
        self.mark(Mark::Bar { at, ink });
    }

    /// Goes on to the next page if there is not so much room left on this one.
    pub(super) fn need(&mut self, height: f32) -> bool {
        let full = self.y + height > PAGE.1 - BELOW && self.y > ABOVE;
        if full {
            self.pages.push(Vec::new());
            self.y = ABOVE;
        }
        full
    }

    /// A line of letters whose upper end is `self.y`, which stays.
    pub(super) fn letters_at(&mut self, x: f32, style: Style, text: String) {
        let y = self.y + style.size * 1.08;
        let Style { size, ink, bold } = style;
        self.mark(Mark::Text {
            x,
            y,
            size,
            ink,
            bold,
            text,
        });
    }

    /// Lines within a width, page by page.
    pub(super) fn lines(&mut self, text: &str, x: f32, width: f32, style: Style) {
        for line in self.letters.lines(text, style.size, width) {
            self.need(style.size * LEADING);
            self.letters_at(x, style, line);
            self.y += style.size * LEADING;
        }
    }

    fn head(&mut self, paper: &Paper) {
        let width = self.width();
        if let Some(brand) = &paper.brand {
            self.lines(brand, SIDE, width, SMALL);
        }
        self.lines(
            &paper.title,
            SIDE,
            width,
            Style {
                size: 20.0,
                ink: Ink::Text,
                bold: true,
            },
        );
        self.lines(&paper.subtitle, SIDE, width, SMALL);
        self.y += 4.0;
        self.bar((SIDE, self.y, width, 2.2), Ink::Registered);
        self.y += 16.0;
    }

    fn block(&mut self, block: &'a Block) {
        let width = self.width();
        match block {
            Block::Heading(words) => self.heading(words),
            Block::Subheading(words) => {
                self.y += 6.0;
                self.need(70.0);
                self.lines(
                    words,
                    SIDE,
                    width,
                    Style {
                        size: 11.0,
                        ink: Ink::Text,
                        bold: true,
                    },
                );
                self.y += 2.0;
            }
            Block::Lead(words) => self.lines(
                words,
                SIDE,
                width,
                Style {
                    size: 12.5,
                    ..PLAIN
                },
            ),
            Block::Text(words) => self.lines(words, SIDE, width, PLAIN),
            Block::Notice(words) => self.beside(words, Ink::FirstParty, PLAIN),
            Block::Facts(facts) => table::facts(self, facts),
            Block::Table(all) => table::rows(self, all),
            Block::List(points) => points.iter().for_each(|point| self.point(point)),
            Block::Figure { chart, caption } => self.figure(chart, caption),
            Block::Quote { about, text } => {
                self.need(60.0);
                self.beside(text, Ink::Soak, PLAIN);
                self.lines(about, SIDE + 12.0, width - 12.0, SMALL);
            }
        }
        self.y += 7.0;
    }

    fn heading(&mut self, words: &str) {
        self.y += 12.0;
        self.need(90.0);
        let width = self.width();
        self.lines(
            words,
            SIDE,
            width,
            Style {
                size: 14.0,
                ink: Ink::Registered,
                bold: true,
            },
        );
        self.bar((SIDE, self.y, width, 0.7), Ink::Grid);
        self.y += 3.0;
    }

    /// Lines with a bar to their left, on every page they are on.
    fn beside(&mut self, words: &str, ink: Ink, style: Style) {
        let width = self.width() - 12.0;
        for line in self.letters.lines(words, style.size, width) {
            self.need(style.size * LEADING);
            self.bar((SIDE, self.y, 3.0, style.size * LEADING + 0.3), ink);
            self.letters_at(SIDE + 12.0, style, line);
            self.y += style.size * LEADING;
        }
    }

    fn point(&mut self, point: &str) {
        self.need(SIZE * LEADING);
        self.letters_at(SIDE, PLAIN, "•".to_owned());
        let width = self.width() - 12.0;
        self.lines(point, SIDE + 12.0, width, PLAIN);
        self.y += 2.0;
    }

    /// A heading stands on the page of what it is the heading of.
    fn keep_with(&mut self, block: &Block, next: Option<&Block>) {
        if let (Block::Heading(_) | Block::Subheading(_), Some(Block::Figure { chart, caption })) =
            (block, next)
        {
            let (_, height, below) = self.scaled(chart, &captioned(chart, caption));
            self.need(HEADING + height + below);
        }
    }

    /// How much smaller a chart is drawn, its height then, and that of its caption.
    fn scaled(&self, chart: &Chart, caption: &str) -> (f32, f32, f32) {
        let lines = self.letters.lines(caption, SMALL.size, self.width()).len() as f32;
        let below = lines * SMALL.size * LEADING + 10.0;
        let room = PAGE.1 - ABOVE - BELOW - below - HEADING;
        // A chart that is higher than a page becomes smaller.
        let scale = (self.width() / WIDTH as f32).min(room / chart.size.1 as f32);
        (scale, chart.size.1 as f32 * scale, below)
    }

    fn figure(&mut self, chart: &'a Chart, caption: &str) {
        let caption = captioned(chart, caption);
        let (scale, height, below) = self.scaled(chart, &caption);
        self.need(height + below);
        self.mark(Mark::Chart {
            x: SIDE,
            y: self.y,
            scale,
            chart,
        });
        self.y += height + 4.0;
        let width = self.width();
        self.lines(&caption, SIDE, width, SMALL);
    }
}

fn captioned(chart: &Chart, caption: &str) -> String {
    format!("{} — {caption}", chart.title)
}
