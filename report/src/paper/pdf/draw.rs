//! Pages as PDF.

use honeytoken::Timestamp;
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier};
use krilla::{Document, SerializeSettings};

use super::PdfError;
use super::flow::{Mark, PAGE, Pages, SIDE, SMALL};
use super::letters::Letters;
use super::parts;
use crate::chart::{Align, Ink, Shape};
use crate::paper::Paper;

/// How thick a line around bold letters is, in heights of letters: the font has one weight.
const BOLDER: f32 = 0.035;
/// A circle's handles, in radii (four cubic curves).
const HANDLE: f32 = 0.552_285;

/// Writes the pages.
pub(super) fn write(paper: &Paper, letters: &Letters, set: Pages<'_>) -> Result<Vec<u8>, PdfError> {
    let Pages { pages, parts } = set;
    let mut document = Document::new_with(settings()?);
    document.set_metadata(metadata(paper));
    let mut tagged: Vec<Vec<Identifier>> = parts.iter().map(|_| Vec::new()).collect();
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1);
    let settings = settings.ok_or_else(|| PdfError::Write("no page of this size".to_owned()))?;
    for (nth, marks) in pages.iter().enumerate() {
        let mut page = document.start_page_with(settings.clone());
        let mut pen = Pen {
            surface: page.surface(),
            letters,
        };
        for (part, mark) in marks {
            let mark = pen.tagged(part.is_some(), |pen| pen.mark(mark));
            if let Some(marks) = part.and_then(|part| tagged.get_mut(part)) {
                marks.push(mark);
            }
        }
        pen.tagged(false, |pen| pen.foot(paper, nth + 1, pages.len()));
        // A page is written when its pen is put down.
    }
    document.set_tag_tree(parts::tree(&parts, tagged, paper));
    document.set_outline(parts::outline(&parts));
    document
        .finish()
        .map_err(|error| PdfError::Write(format!("{error:?}")))
}

/// PDF/UA-1: the writer refuses what is not heard.
fn settings() -> Result<SerializeSettings, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish();
    let configuration = configuration.map_err(|error| PdfError::Write(format!("{error:?}")))?;
    Ok(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    })
}

fn metadata(paper: &Paper) -> Metadata {
    let language = parts::language(paper);
    Metadata::new()
        .title(paper.title.clone())
        .language(language.to_owned())
        .creator(concat!("canaryline ", env!("CARGO_PKG_VERSION")).to_owned())
        .creation_date(date(paper.made_at))
}

fn date(at: Timestamp) -> DateTime {
    let at =
        jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    DateTime::new(at.year().unsigned_abs())
        .month(at.month().unsigned_abs())
        .day(at.day().unsigned_abs())
        .hour(at.hour().unsigned_abs())
        .minute(at.minute().unsigned_abs())
        .second(at.second().unsigned_abs())
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn colour(ink: Ink) -> krilla::paint::Paint {
    let (red, green, blue) = ink.rgb();
    rgb::Color::new(red, green, blue).into()
}

struct Pen<'a> {
    surface: Surface<'a>,
    letters: &'a Letters,
}

impl Pen<'_> {
    /// Draws something as a piece of a part, or as decoration.
    fn tagged(&mut self, is_part: bool, draw: impl FnOnce(&mut Self)) -> Identifier {
        let tag = match is_part {
            true => ContentTag::Other,
            false => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        };
        let identifier = self.surface.start_tagged(tag);
        draw(self);
        self.surface.end_tagged();
        identifier
    }

    fn mark(&mut self, mark: &Mark<'_>) {
        match mark {
            Mark::Text {
                x,
                y,
                size,
                ink,
                bold,
                text,
            } => self.text((*x, *y), *size, *ink, *bold, text),
            Mark::Bar {
                at: (x, y, width, height),
                ink,
            } => {
                self.fill(*ink, 1.0);
                let rect = Rect::from_xywh(*x, *y, *width, *height);
                self.path(|path| rect.into_iter().for_each(|rect| path.push_rect(rect)));
            }
            Mark::Chart { x, y, scale, chart } => {
                self.surface
                    .push_transform(&Transform::from_row(*scale, 0.0, 0.0, *scale, *x, *y));
                chart.shapes.iter().for_each(|shape| self.shape(shape));
                self.surface.pop();
            }
        }
    }

    fn fill(&mut self, ink: Ink, opacity: f32) {
        let opacity = NormalizedF32::new(opacity).unwrap_or(NormalizedF32::ONE);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: colour(ink),
            opacity,
            ..Fill::default()
        }));
    }

    fn stroke(&mut self, ink: Ink, width: f32) {
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: colour(ink),
            width,
            ..Stroke::default()
        }));
    }

    fn path(&mut self, build: impl FnOnce(&mut PathBuilder)) {
        let mut path = PathBuilder::new();
        build(&mut path);
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    fn text(&mut self, (x, y): (f32, f32), size: f32, ink: Ink, bold: bool, text: &str) {
        self.fill(ink, 1.0);
        if bold {
            self.surface.set_stroke(Some(Stroke {
                paint: colour(ink),
                width: size * BOLDER,
                ..Stroke::default()
            }));
        }
        let glyphs = self.letters.glyphs(text);
        self.surface.draw_glyphs(
            Point::from_xy(x, y),
            &glyphs,
            self.letters.font.clone(),
            text,
            size,
            false,
        );
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Line { places, width, ink } => {
                self.stroke(*ink, *width as f32);
                self.path(|path| corners(path, places));
            }
            Shape::Area {
                places,
                ink,
                opacity,
            } => {
                self.fill(*ink, *opacity);
                self.path(|path| {
                    corners(path, places);
                    path.close();
                });
            }
            Shape::Circle {
                centre,
                radius,
                ink,
                filled,
            } => {
                if *filled {
                    self.fill(*ink, 1.0);
                } else {
                    self.stroke(*ink, 3.0);
                }
                self.path(|path| circle(path, (centre.0 as f32, centre.1 as f32), *radius as f32));
            }
            Shape::Text {
                base,
                align,
                size,
                ink,
                bold,
                upward,
                text,
            } => {
                let text = self.letters.readable(text);
                let wide = self.letters.width(&text, *size);
                let back = match align {
                    Align::Start => 0.0,
                    Align::Middle => wide / 2.0,
                    Align::End => wide,
                };
                let (x, y) = (base.0 as f32, base.1 as f32);
                if *upward {
                    self.surface
                        .push_transform(&Transform::from_rotate_at(-90.0, x, y));
                }
                self.text((x - back, y), *size, *ink, *bold, &text);
                if *upward {
                    self.surface.pop();
                }
            }
        }
    }

    fn foot(&mut self, paper: &Paper, page: usize, pages: usize) {
        let y = PAGE.1 - 34.0;
        let size = SMALL.size - 1.3;
        let count = format!("{page} / {pages}");
        let wide = self.letters.width(&count, size);
        self.text((PAGE.0 - SIDE - wide, y), size, Ink::Muted, false, &count);
        let room = PAGE.0 - 2.0 * SIDE - wide - 20.0;
        for (nth, line) in self
            .letters
            .lines(&paper.foot, size, room)
            .into_iter()
            .take(2)
            .enumerate()
        {
            self.text(
                (SIDE, y + nth as f32 * size * 1.4),
                size,
                Ink::Muted,
                false,
                &line,
            );
        }
    }
}

fn corners(path: &mut PathBuilder, places: &[(i32, i32)]) {
    for (nth, (x, y)) in places.iter().enumerate() {
        let (x, y) = (*x as f32, *y as f32);
        if nth == 0 {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
}

fn circle(path: &mut PathBuilder, (x, y): (f32, f32), r: f32) {
    let h = r * HANDLE;
    path.move_to(x + r, y);
    path.cubic_to(x + r, y + h, x + h, y + r, x, y + r);
    path.cubic_to(x - h, y + r, x - r, y + h, x - r, y);
    path.cubic_to(x - r, y - h, x - h, y - r, x, y - r);
    path.cubic_to(x + h, y - r, x + r, y - h, x + r, y);
    path.close();
}
