//! Pieces that several pages are made of.

pub(super) mod code;
pub(super) mod contact;
pub(super) mod diff;
pub(super) mod marks;
pub(super) mod pager;
pub(super) mod recording;
pub(super) mod spark;
pub(super) mod strip;
