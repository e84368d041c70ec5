//! The pages in a real browser: the whole journey, what strangers' texts may not do, who is shut out by
//! how a page is built.
//!
//! Pictures of every page are written to `target/pictures` for whoever wants to look at them.

mod findings;
mod house;
mod journey;
mod looks;
mod payloads;
mod plain;
mod verify;

use crate::harness::driver::Window;
use crate::harness::server::Server;

/// A window that came in by a key.
pub(super) fn signed_in_with(
    server: &Server,
    key: &str,
    lang: &str,
    width: u32,
    dark: bool,
) -> Option<Window> {
    let window = Window::open(lang, width, dark)?;
    window.go(&format!("{}/sign-in", server.url()));
    window.fill("#key", key);
    window.click("main button[type=submit]");
    crate::harness::wait_for("the overview", || {
        (window.url() == format!("{}/", server.url())).then_some(())
    });
    Some(window)
}
