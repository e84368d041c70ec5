//! Paper as HTML.

use honeytoken::Language;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use store::proof::Hash;

use super::{Block, Paper, STYLE, Table};
use crate::words::say;

impl Paper {
    /// As one file that needs nothing else: no script, no remote asset, a policy that says so.
    pub fn html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang=(say(self.lang, "zh-Hans", "en")) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta http-equiv="Content-Security-Policy" content=(policy());
                    meta name="referrer" content="no-referrer";
                    title { (self.title) }
                    // Our own words, none of a stranger's: nothing to escape, and no escape inside.
                    style { (PreEscaped(STYLE)) }
                }
                body class="paper" { (self.main()) }
            }
        };
        page.into_string()
    }

    /// The document without a page around it.
    pub fn main(&self) -> Markup {
        html! {
            main {
                header {
                    @if let Some(brand) = &self.brand { p class="brand" { (brand) } }
                    h1 { (self.title) }
                    p class="subtitle" { (self.subtitle) }
                }
                @for (nth, block) in self.blocks.iter().enumerate() { (block.html(&format!("b{nth}"))) }
                footer { p { (self.foot) } p { (made(self)) } }
            }
        }
    }
}

fn made(paper: &Paper) -> String {
    match paper.lang {
        Language::Zh => format!("制作时间：{}", paper.made_at),
        Language::En => format!("made at {}", paper.made_at),
    }
}

/// The one style sheet inside, by its digest, and nothing else.
fn policy() -> String {
    let digest = Hash::of(&[STYLE.as_bytes()]).to_base64();
    format!("default-src 'none'; style-src 'sha256-{digest}'")
}

impl Block {
    /// As HTML. `id` tells it from the page's other blocks.
    pub fn html(&self, id: &str) -> Markup {
        match self {
            Block::Heading(words) => html! { h2 id=(id) { (words) } },
            Block::Subheading(words) => html! { h3 id=(id) { (words) } },
            Block::Lead(words) => html! { p class="lead" { (words) } },
            Block::Text(words) => html! { p { (words) } },
            Block::Notice(words) => html! { p class="notice" role="note" { (words) } },
            Block::Facts(facts) => html! {
                dl class="facts" { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } }
            },
            Block::Table(table) => table.html(),
            Block::List(points) => html! { ul { @for point in points { li { (point) } } } },
            Block::Figure { chart, caption } => html! {
                figure {
                    div class="drawing" tabindex="0" role="group" aria-label=(chart.title) { (chart.svg(id)) }
                    figcaption { b { (chart.title) } " " (caption) }
                }
            },
            Block::Quote { about, text } => html! {
                figure class="quote" { blockquote { (text) } figcaption { (about) } }
            },
        }
    }
}

impl Table {
    fn html(&self) -> Markup {
        html! {
            div class="table" tabindex="0" {
                table {
                    thead { tr { @for head in &self.heads { th scope="col" { (head) } } } }
                    tbody { @for row in &self.rows { tr { @for cell in row { td class=[(cell.chars().count() <= 12).then_some("whole")] { (cell) } } } } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::paper;
    use super::*;

    #[test]
    fn what_strangers_wrote_is_text_and_nothing_comes_from_elsewhere() {
        let evil = "\"><script>alert(1)</script><img src=x onerror=a> ' & javascript:";
        let html = paper(Language::En, evil).html();
        for marks in [
            "<script",
            "<img",
            "onerror=a>",
            "style=\"",
            "src=",
            "href=",
            "url(",
            "@import",
        ] {
            let found = html
                .find(marks)
                .filter(|at| !html[..*at].ends_with("&lt;img "));
            assert!(found.is_none(), "{marks}");
        }
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        // The digest in the policy is the style sheet's own, as a browser takes it: from tag to tag.
        let style = html
            .split("<style>")
            .nth(1)
            .and_then(|rest| rest.split("</style>").next());
        let digest = Hash::of(&[style.unwrap().as_bytes()]).to_base64();
        assert!(
            html.contains(&format!("'sha256-{digest}'"))
                || html.contains(&digest.replace('+', "&#43;"))
        );
    }

    #[test]
    fn the_same_paper_is_the_same_bytes_in_both_languages() {
        for lang in [Language::Zh, Language::En] {
            assert_eq!(paper(lang, "文本").html(), paper(lang, "文本").html());
        }
        assert!(
            paper(Language::Zh, "")
                .html()
                .contains("<html lang=\"zh-Hans\">")
        );
    }
}
