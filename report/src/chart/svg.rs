//! A chart as SVG inside a page: classes for inks, no style of its own, everything escaped.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, Render, html};

use super::{Align, Chart, Shape};

impl Chart {
    /// As an `svg` element. `id` tells it from the page's other charts.
    pub fn svg(&self, id: &str) -> Markup {
        let (width, height) = self.size;
        html! {
            svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img"
                viewBox={ "0 0 " (width) " " (height) }
                aria-labelledby={ (id) "-title " (id) "-desc" } {
                title id={ (id) "-title" } { (self.title) }
                desc id={ (id) "-desc" } { (self.description) }
                @for shape in &self.shapes { (shape) }
            }
        }
    }
}

impl Render for Shape {
    fn render(&self) -> Markup {
        match self {
            Shape::Line { places, width, ink } => html! {
                polyline class=(ink.class()) points=(points(places)) fill="none"
                    stroke="currentColor" stroke-width=(width) {}
            },
            Shape::Area {
                places,
                ink,
                opacity,
            } => html! {
                polygon class=(ink.class()) points=(points(places)) fill="currentColor"
                    fill-opacity=[(*opacity < 1.0).then_some(opacity)] {}
            },
            Shape::Circle {
                centre,
                radius,
                ink,
                filled,
            } => {
                let (fill, stroke) = if *filled {
                    ("currentColor", "none")
                } else {
                    ("none", "currentColor")
                };
                html! {
                    circle class=(ink.class()) cx=(centre.0) cy=(centre.1) r=(radius) fill=(fill)
                        stroke=(stroke) stroke-width="3" {}
                }
            }
            Shape::Text {
                base,
                align,
                size,
                ink,
                bold,
                upward,
                text,
            } => html! {
                text class=(ink.class()) x=(base.0) y=(base.1) fill="currentColor"
                    font-size=(size) text-anchor=(anchor(*align))
                    font-weight=[bold.then_some("bold")]
                    transform=[upward.then(|| format!("rotate(-90 {} {})", base.0, base.1))] { (text) }
            },
        }
    }
}

const fn anchor(align: Align) -> &'static str {
    match align {
        Align::Start => "start",
        Align::Middle => "middle",
        Align::End => "end",
    }
}

/// Numbers need no escape.
fn points(places: &[(i32, i32)]) -> PreEscaped<String> {
    let mut points = String::new();
    for (x, y) in places {
        let _ = write!(
            points,
            "{}{x},{y}",
            if points.is_empty() { "" } else { " " }
        );
    }
    PreEscaped(points)
}
