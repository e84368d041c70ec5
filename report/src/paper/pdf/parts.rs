//! What each piece of a page is, for whoever hears the document instead of seeing it (PDF/UA-1), and
//! its table of contents.

use std::num::NonZeroU16;

use honeytoken::Language;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::outline::{Outline, OutlineNode};
use krilla::tagging::{
    Identifier, ListNumbering, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};

use super::flow::SIDE;
use crate::paper::Paper;

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// A heading of this level, from 1, and its words.
    Heading(NonZeroU16, String),
    Text,
    Quote,
    List,
    Item,
    Label,
    Body,
    Table,
    Row,
    /// The head of a column, or of a row.
    ColumnHead,
    RowHead,
    Cell,
    /// A picture, and what it shows in words.
    Figure(String),
    Caption,
}

/// A part of the document.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) role: Role,
    /// What it is a part of; none: of the document.
    pub(super) of: Option<usize>,
    /// Page, from 0, and height of its first mark.
    pub(super) at: Option<(usize, f32)>,
}

impl Role {
    fn tag(&self) -> TagKind {
        match self {
            Role::Heading(level, words) => Tag::Hn(*level, Some(words.clone())).into(),
            Role::Text => Tag::P.into(),
            Role::Quote => Tag::BlockQuote.into(),
            Role::List => Tag::L(ListNumbering::Disc).into(),
            Role::Item => Tag::LI.into(),
            Role::Label => Tag::Lbl.into(),
            Role::Body => Tag::LBody.into(),
            Role::Table => Tag::Table.into(),
            Role::Row => Tag::TR.into(),
            Role::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
            Role::RowHead => Tag::TH(TableHeaderScope::Row).into(),
            Role::Cell => Tag::TD.into(),
            Role::Figure(words) => Tag::Figure(Some(words.clone())).into(),
            Role::Caption => Tag::Caption.into(),
        }
    }
}

/// The document's parts as a tree; `marks` are the marks of each part.
pub(super) fn tree(parts: &[Part], marks: Vec<Vec<Identifier>>, paper: &Paper) -> TagTree {
    let mut groups: Vec<TagGroup> = parts.iter().map(|p| TagGroup::new(p.role.tag())).collect();
    for (group, marks) in groups.iter_mut().zip(marks) {
        marks.into_iter().for_each(|mark| group.push(mark));
    }
    // A part stands after what it is a part of: from the last on, each is whole when it is handed on.
    let mut whole: Vec<Vec<TagGroup>> = parts.iter().map(|_| Vec::new()).collect();
    let mut top = Vec::new();
    for (nth, mut group) in groups.into_iter().enumerate().rev() {
        let inner = std::mem::take(&mut whole[nth]);
        inner.into_iter().rev().for_each(|inner| group.push(inner));
        match parts[nth].of {
            Some(of) => whole[of].push(group),
            None => top.push(group),
        }
    }
    let mut tree = TagTree::new().with_lang(Some(language(paper).to_owned()));
    top.into_iter().rev().for_each(|group| tree.push(group));
    tree
}

/// The document's language as PDF names it.
pub(super) fn language(paper: &Paper) -> &'static str {
    match (paper.tag, paper.lang) {
        (Some(tag), _) => tag,
        (None, Language::Zh) => "zh-Hans",
        (None, Language::En) => "en",
    }
}

/// The headings, each with its page.
pub(super) fn outline(parts: &[Part]) -> Outline {
    let mut outline = Outline::new();
    for part in parts {
        if let (Role::Heading(_, words), Some((page, y))) = (&part.role, part.at) {
            let place = XyzDestination::new(page, Point::from_xy(SIDE, y));
            outline.push_child(OutlineNode::new(words.clone(), place));
        }
    }
    outline
}
