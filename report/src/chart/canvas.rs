//! The canvas that charts are drawn on: it keeps shapes.

use plotters::prelude::DrawingBackend;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind, FontStyle,
    FontTransform,
};

use super::Ink;

/// A chart that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Width and height in its own units.
    pub(crate) size: (u32, u32),
    /// What it shows, in a few words.
    pub title: String,
    /// What is to be seen in it, for those who cannot.
    pub description: String,
    pub(crate) shapes: Vec<Shape>,
}

/// A mark. Places are in the chart's units from its upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Straight lines from place to place.
    Line {
        places: Vec<BackendCoord>,
        width: u32,
        ink: Ink,
    },
    /// A surface, closed.
    Area {
        places: Vec<BackendCoord>,
        ink: Ink,
        opacity: f32,
    },
    /// A circle, filled or drawn.
    Circle {
        centre: BackendCoord,
        radius: u32,
        ink: Ink,
        filled: bool,
    },
    /// Letters on a line that begins, has its middle or ends at a place.
    Text {
        base: BackendCoord,
        align: Align,
        size: f32,
        ink: Ink,
        bold: bool,
        upward: bool,
        text: String,
    },
}

/// Where the place of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

/// Nothing can go wrong: the type that says so.
#[derive(Debug, thiserror::Error)]
pub(super) enum Never {}

pub(super) type Drawn<T = ()> = Result<T, DrawingErrorKind<Never>>;

/// How wide letters are about, in parts of their height: nobody knows the reader's font.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let wide = |c: char| if (c as u32) < 0x2e80 { 0.56 } else { 1.0 };
    text.chars().map(wide).sum::<f64>() * size
}

/// Takes what plotters draws.
pub(super) struct Canvas<'a>(pub(super) &'a mut Chart);

fn is_seen(color: BackendColor) -> bool {
    color.alpha > 0.0
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Never;

    fn get_size(&self) -> (u32, u32) {
        self.0.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// No chart here is made of single points.
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = [from, (to.0, from.1), to, (from.0, to.1)];
        match fill {
            true => self.fill_polygon(corners, style),
            false => self.draw_path(corners.into_iter().chain([from]), style),
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        if is_seen(style.color()) {
            self.0.shapes.push(Shape::Line {
                places: path.into_iter().collect(),
                width: style.stroke_width(),
                ink: Ink::from_rgb(style.color().rgb),
            });
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        filled: bool,
    ) -> Drawn {
        let ink = Ink::from_rgb(style.color().rgb);
        self.0.shapes.push(Shape::Circle {
            centre,
            radius,
            ink,
            filled,
        });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let color = style.color();
        if is_seen(color) {
            self.0.shapes.push(Shape::Area {
                places: corners.into_iter().collect(),
                ink: Ink::from_rgb(color.rgb),
                opacity: color.alpha as f32,
            });
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let (size, anchor) = (style.size(), style.anchor());
        // From the anchor down to the line that letters stand on.
        let down = match anchor.v_pos {
            VPos::Top => 0.86,
            VPos::Center => 0.34,
            VPos::Bottom => -0.18,
        };
        let down = (down * size).round() as i32;
        let upward = matches!(style.transform(), FontTransform::Rotate270);
        self.0.shapes.push(Shape::Text {
            base: if upward {
                (at.0 + down, at.1)
            } else {
                (at.0, at.1 + down)
            },
            align: match anchor.h_pos {
                HPos::Left => Align::Start,
                HPos::Center => Align::Middle,
                HPos::Right => Align::End,
            },
            size: size as f32,
            ink: Ink::from_rgb(style.color().rgb),
            bold: matches!(style.style(), FontStyle::Bold),
            upward,
            text: text.to_owned(),
        });
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Drawn<(u32, u32)> {
        let size = style.size();
        Ok((width(text, size).ceil() as u32, size.ceil() as u32))
    }
}
