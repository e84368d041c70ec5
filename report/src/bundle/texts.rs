//! What every bundle holds for people: a reading guide, the method, a certificate to fill in.

use super::{Archive, ArchiveError};

const TEXTS: [(&str, &str); 4] = [
    ("GUIDE.en.md", include_str!("texts/guide.en.md")),
    ("GUIDE.zh.md", include_str!("texts/guide.zh.md")),
    ("METHOD.md", include_str!("../../../docs/METHOD.md")),
    ("certificate.en.md", include_str!("texts/certificate.en.md")),
];

/// Adds them.
pub(super) fn add(archive: &mut Archive) -> Result<(), ArchiveError> {
    TEXTS
        .iter()
        .try_for_each(|(name, text)| archive.add(name, text.as_bytes().to_vec()))
}
