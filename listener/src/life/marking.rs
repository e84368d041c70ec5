//! How our own tests are known when they come back: marked before they are recorded, so that every fold
//! sees it and none takes them for contacts.

use honeytoken::{Contact, Event};
use store::Lookup;

use super::testing::code_in;
use crate::ledger::{View, test_code};

/// Marks a contact that is a test of ours, or a later stage of one.
pub(crate) fn mark(view: &View, contact: &mut Contact) {
    contact.line_test = remembered(view, contact)
        .or_else(|| by_code(view, contact))
        .or_else(|| by_session(view, contact));
}

/// By the tests that the fold remembers of the line.
fn remembered(view: &View, contact: &Contact) -> Option<u64> {
    let number = contact.to.as_ref()?.number()?;
    view.state().lives.of(&number)?.test_of(contact)
}

/// By a code, however old.
fn by_code(view: &View, contact: &Contact) -> Option<u64> {
    let number = contact.to.as_ref()?.number()?;
    let code = code_in(contact.text.as_deref()?)?;
    let index = view.index.first(&test_code(code)).ok()??;
    match view.reader.entry(index).ok()??.event {
        Event::LineTest(test) if test.number == number => Some(index),
        _ => None,
    }
}

/// A later stage of a call that is a test.
fn by_session(view: &View, contact: &Contact) -> Option<u64> {
    let first = view.index.first(&Lookup::Session {
        connection: contact.connection.clone(),
        session: contact.session.clone()?,
    });
    match view.reader.entry(first.ok()??).ok()??.event {
        Event::Contact(first) => first.line_test,
        _ => None,
    }
}
