//! The zip file of a bundle, in the one form that it may have.
//!
//! Any unzip opens it. A bundle is nevertheless read strictly: after the files are taken out, they are
//! packed again, and the bytes must be the same. So no byte of it means nothing, no file stands in it
//! twice, and what one program shows is what every other shows. Files are not compressed, since no
//! two programs compress alike.

use std::collections::BTreeMap;

/// The largest bundle, in bytes.
pub const ARCHIVE_BYTES_MAX: usize = 1 << 30;
/// The most files in one.
const FILES_MAX: usize = 10_000;
/// The longest name of a file, in bytes.
const NAME_BYTES_MAX: usize = 200;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const LOCAL_BYTES: usize = 30;
/// Version 2.0 of the format, no flags, stored, 1980-01-01 00:00.
const FIXED: [u8; 10] = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];

/// Files by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archive(BTreeMap<String, Vec<u8>>);

/// Why bytes are not an archive in this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Not a zip file at all.
    #[error("file is no zip archive")]
    NotZip,
    /// More than a gibibyte, or than ten thousand files.
    #[error("archive is larger than 1 GiB, or holds more than 10000 files")]
    TooLarge,
    /// A name that could lead elsewhere, or twice to the same place.
    #[error("archive holds a name that is not a plain relative path of a-z, A-Z, 0-9, . _ - /")]
    Name,
    /// Anything else that the one form does not have.
    #[error(
        "archive is not in the one form that a bundle has: bytes were changed, added or left out"
    )]
    Form,
}

impl Archive {
    /// Adds a file.
    ///
    /// # Errors
    /// The name is none that a bundle may hold, or is there already.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), ArchiveError> {
        if !is_name(name) || self.0.contains_key(name) {
            return Err(ArchiveError::Name);
        }
        self.0.insert(name.to_owned(), bytes);
        Ok(())
    }

    /// A file.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// All files by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// The archive's bytes: the same for the same files.
    ///
    /// # Errors
    /// It would be too large.
    pub fn to_zip(&self) -> Result<Vec<u8>, ArchiveError> {
        let (mut zip, mut directory) = (Vec::new(), Vec::new());
        for (name, bytes) in &self.0 {
            if self.0.len() > FILES_MAX || zip.len() + bytes.len() > ARCHIVE_BYTES_MAX {
                return Err(ArchiveError::TooLarge);
            }
            let offset = zip.len() as u32;
            let about = about(name, bytes);
            zip.extend_from_slice(&LOCAL.to_le_bytes());
            zip.extend_from_slice(&about);
            zip.extend_from_slice(name.as_bytes());
            zip.extend_from_slice(bytes);
            directory.extend_from_slice(&CENTRAL.to_le_bytes());
            directory.extend_from_slice(&[20, 0]);
            directory.extend_from_slice(&about);
            // No comment, first disk, no attributes.
            directory.extend_from_slice(&[0; 10]);
            directory.extend_from_slice(&offset.to_le_bytes());
            directory.extend_from_slice(name.as_bytes());
        }
        let (count, start) = ((self.0.len() as u16).to_le_bytes(), zip.len() as u32);
        zip.extend_from_slice(&directory);
        zip.extend_from_slice(&END.to_le_bytes());
        zip.extend_from_slice(&[0; 4]);
        zip.extend_from_slice(&count);
        zip.extend_from_slice(&count);
        zip.extend_from_slice(&(directory.len() as u32).to_le_bytes());
        zip.extend_from_slice(&start.to_le_bytes());
        zip.extend_from_slice(&[0; 2]);
        Ok(zip)
    }

    /// The files in an archive of this form.
    ///
    /// # Errors
    /// It is none.
    pub fn from_zip(zip: &[u8]) -> Result<Archive, ArchiveError> {
        if zip.len() > ARCHIVE_BYTES_MAX {
            return Err(ArchiveError::TooLarge);
        }
        if !zip.starts_with(&LOCAL.to_le_bytes()) {
            return Err(ArchiveError::NotZip);
        }
        let (mut archive, mut rest) = (Archive::default(), zip);
        while rest.starts_with(&LOCAL.to_le_bytes()) {
            let (name, bytes, after) = local(rest).ok_or(ArchiveError::Form)?;
            archive.add(name, bytes.to_vec())?;
            if archive.0.len() > FILES_MAX {
                return Err(ArchiveError::TooLarge);
            }
            rest = after;
        }
        match archive.to_zip()? == zip {
            true => Ok(archive),
            false => Err(ArchiveError::Form),
        }
    }
}

/// What both headers of a file say.
fn about(name: &str, bytes: &[u8]) -> Vec<u8> {
    let size = (bytes.len() as u32).to_le_bytes();
    let name = (name.len() as u16).to_le_bytes();
    let checksum = crc32fast::hash(bytes).to_le_bytes();
    [&FIXED[..], &checksum, &size, &size, &name, &[0, 0]].concat()
}

/// The first file, and what follows it.
fn local(zip: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let number = |at: usize| Some(u32::from_le_bytes(zip.get(at..at + 4)?.try_into().ok()?));
    let size = number(22)? as usize;
    let name_bytes = usize::from(u16::from_le_bytes(zip.get(26..28)?.try_into().ok()?));
    let (name, rest) = zip.get(LOCAL_BYTES..)?.split_at_checked(name_bytes)?;
    let (bytes, rest) = rest.split_at_checked(size)?;
    Some((std::str::from_utf8(name).ok()?, bytes, rest))
}

fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/');
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.');
    name.len() <= NAME_BYTES_MAX && name.bytes().all(allowed) && name.split('/').all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Archive {
        let mut archive = Archive::default();
        archive.add("b/c.txt", b"two".to_vec()).unwrap();
        archive.add("a", Vec::new()).unwrap();
        archive
    }

    #[test]
    fn what_was_packed_comes_out_and_every_changed_bit_is_seen() {
        let zip = archive().to_zip().unwrap();
        assert_eq!(Archive::from_zip(&zip).unwrap(), archive());
        for bit in 0..zip.len() * 8 {
            let mut bad = zip.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Archive::from_zip(&bad).is_err(), "bit {bit}");
        }
        for cut in 0..zip.len() {
            assert!(Archive::from_zip(&zip[..cut]).is_err(), "cut at {cut}");
        }
        assert!(Archive::from_zip(&[&zip[..], b"x"].concat()).is_err());
    }

    #[test]
    fn names_lead_nowhere_else() {
        let mut archive = archive();
        for name in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "x\\y",
            "a/",
            ".x",
            "é",
            "a",
        ] {
            assert_eq!(
                archive.add(name, Vec::new()),
                Err(ArchiveError::Name),
                "{name}"
            );
        }
    }
}
