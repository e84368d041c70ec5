//! Blocks on pages. Lengths are in points (1/72 inch) from a page's upper left corner.

use super::super::{Block, Paper};
use std::num::NonZeroU16;

use super::PdfError;
use super::letters::Letters;
use super::parts::{Part, Role};
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

/// Levels below the title.
const HEADING_LEVEL: NonZeroU16 = NonZeroU16::MIN.saturating_add(1);
const SUBHEADING_LEVEL: NonZeroU16 = NonZeroU16::MIN.saturating_add(2);
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

/// Marks, each with the part that it belongs to; none for decoration.
pub(super) type Page<'a> = Vec<(Option<usize>, Mark<'a>)>;

/// A paper on pages.
pub(super) struct Pages<'a> {
    pub(super) pages: Vec<Page<'a>>,
    /// Its parts, each after what it is a part of.
    pub(super) parts: Vec<Part>,
}

/// Where the next block begins.
pub(super) struct Flow<'a> {
    pub(super) letters: &'a Letters,
    pages: Vec<Page<'a>>,
    parts: Vec<Part>,
    /// The part that is being set.
    within: Option<usize>,
    pub(super) y: f32,
}

/// Sets a paper on pages.
pub(super) fn set<'a>(paper: &'a Paper, letters: &'a Letters) -> Result<Pages<'a>, PdfError> {
    let mut flow = Flow {
        letters,
        pages: vec![Vec::new()],
        parts: Vec::new(),
        within: None,
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
    let Flow { pages, parts, .. } = flow;
    Ok(Pages { pages, parts })
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
        let here = (self.pages.len() - 1, self.y);
        if let Some(part) = self.within.and_then(|part| self.parts.get_mut(part)) {
            part.at.get_or_insert(here);
        }
        if let Some(page) = self.pages.last_mut() {
            page.push((self.within, mark));
        }
    }

    /// Begins a part of what is being set, to be set later.
    pub(super) fn open(&mut self, role: Role) -> usize {
        let of = self.within;
        self.parts.push(Part { role, of, at: None });
        self.parts.len() - 1
    }

    /// Sets something as this part; none: as decoration.
    pub(super) fn within(&mut self, part: Option<usize>, set: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.within, part);
        set(self);
        self.within = before;
    }

    /// Begins a row of so many cells; nothing where decoration is set.
    pub(super) fn cells(&mut self, count: usize, roles: &[Role; 2]) -> Vec<usize> {
        if self.within.is_none() {
            return Vec::new();
        }
        let row = self.open(Role::Row);
        let mut cells = Vec::with_capacity(count);
        self.within(Some(row), |flow| {
            let role = |nth: usize| roles[usize::from(nth > 0)].clone();
            cells.extend((0..count).map(|nth| flow.open(role(nth))));
        });
        cells
    }

    /// Sets something as a new part.
    pub(super) fn part(&mut self, role: Role, set: impl FnOnce(&mut Self)) {
        let part = self.open(role);
        self.within(Some(part), set);
    }

    pub(super) fn bar(&mut self, at: (f32, f32, f32, f32), ink: Ink) {
        self.within(None, |flow| flow.mark(Mark::Bar { at, ink }));
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
            self.part(Role::Text, |flow| flow.lines(brand, SIDE, width, SMALL));
        }
        let large = Style {
            size: 20.0,
            ink: Ink::Text,
            bold: true,
        };
        let title = Role::Heading(NonZeroU16::MIN, paper.title.clone());
        self.part(title, |flow| flow.lines(&paper.title, SIDE, width, large));
        self.part(Role::Text, |flow| {
            flow.lines(&paper.subtitle, SIDE, width, SMALL);
        });
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
                let style = Style {
                    size: 11.0,
                    ink: Ink::Text,
                    bold: true,
                };
                self.part(Role::Heading(SUBHEADING_LEVEL, words.clone()), |flow| {
                    flow.lines(words, SIDE, width, style);
                });
                self.y += 2.0;
            }
            Block::Lead(words) => {
                let style = Style {
                    size: 12.5,
                    ..PLAIN
                };
                self.part(Role::Text, |flow| flow.lines(words, SIDE, width, style));
            }
            Block::Text(words) => {
                self.part(Role::Text, |flow| flow.lines(words, SIDE, width, PLAIN));
            }
            Block::Notice(words) => self.part(Role::Text, |flow| {
                flow.beside(words, Ink::FirstParty, PLAIN);
            }),
            Block::Facts(facts) => self.part(Role::Table, |flow| table::facts(flow, facts)),
            Block::Table(all) => self.part(Role::Table, |flow| table::rows(flow, all)),
            Block::List(points) => self.part(Role::List, |flow| {
                points.iter().for_each(|point| flow.point(point));
            }),
            Block::Figure { chart, caption } => self.figure(chart, caption),
            Block::Quote { about, text } => {
                self.need(60.0);
                self.part(Role::Quote, |flow| flow.beside(text, Ink::Soak, PLAIN));
                self.part(Role::Text, |flow| {
                    flow.lines(about, SIDE + 12.0, width - 12.0, SMALL);
                });
            }
        }
        self.y += 7.0;
    }

    fn heading(&mut self, words: &str) {
        self.y += 12.0;
        self.need(90.0);
        let width = self.width();
        let style = Style {
            size: 14.0,
            ink: Ink::Registered,
            bold: true,
        };
        self.part(Role::Heading(HEADING_LEVEL, words.to_owned()), |flow| {
            flow.lines(words, SIDE, width, style);
        });
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
        let width = self.width() - 12.0;
        self.part(Role::Item, |flow| {
            flow.part(Role::Label, |flow| {
                flow.letters_at(SIDE, PLAIN, "•".to_owned());
            });
            flow.part(Role::Body, |flow| {
                flow.lines(point, SIDE + 12.0, width, PLAIN);
            });
        });
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
        let words = format!("{} — {}", chart.title, chart.description);
        let (x, y) = (SIDE, self.y);
        self.part(Role::Figure(words), |flow| {
            flow.mark(Mark::Chart { x, y, scale, chart });
        });
        self.y += height + 4.0;
        let width = self.width();
        self.part(Role::Caption, |flow| {
            flow.lines(&caption, SIDE, width, SMALL);
        });
    }
}

fn captioned(chart: &Chart, caption: &str) -> String {
    format!("{} — {caption}", chart.title)
}
