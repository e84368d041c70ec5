//! Files that belong to contacts: which, and their erasure with the contact.

use honeytoken::{Attachment, Contact, Event};
use store::{IndexFault, Lookup};

use super::View;
use super::lookups::{attached_to, session};

/// Files of one contact that are looked for; a message has at most a few dozen.
pub(crate) const FILES_MAX: usize = 256;
/// Later stages of one call that are looked for.
const FOLLOWERS_MAX: usize = 1_000;

/// The files of the contact in this entry, oldest first, with the entries that hold them.
///
/// # Errors
/// When the index does not answer.
pub(crate) fn files_of(view: &View, contact: u64) -> Result<Vec<(u64, Attachment)>, IndexFault> {
    let found = view.index.oldest(&attached_to(contact), 0, FILES_MAX)?;
    let file = |index: u64| match view.reader.entry(index).ok().flatten()?.event {
        Event::Attachment(file) => Some((index, file)),
        _ => None,
    };
    Ok(found.into_iter().filter_map(file).collect())
}

/// The entries of one call: the contact in this entry and everything that was told of it later.
///
/// # Errors
/// When the index does not answer.
pub(crate) fn followers(
    view: &View,
    index: u64,
    contact: &Contact,
) -> Result<Vec<u64>, IndexFault> {
    let mut entries = vec![index];
    if let Some(lookup) = session(contact) {
        entries.extend(view.index.oldest(&lookup, index + 1, FOLLOWERS_MAX)?);
    }
    Ok(entries)
}

/// What a file's entry is filed under.
pub(super) fn filed_under(file: &Attachment) -> [Lookup; 3] {
    [
        Lookup::Kind("attachment"),
        Lookup::Other("custody", String::new()),
        attached_to(file.contact),
    ]
}
