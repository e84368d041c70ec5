//! The public page: findings that somebody decided to publish, for anybody, off by default.
//!
//! - [`site`]: every answer, made beforehand and kept in memory; a request takes one of them and asks
//!   neither the fold nor the log. [`keep`]: makes them anew when a decision, an answer of a platform or
//!   the log moved.
//! - [`gather`]: what stands, from the fold. [`finding`], [`front`], [`feed`], [`badge`], [`data`]: how it
//!   is said. [`frame`]: the page around it. [`bundle`]: evidence bundles, from the disk.
//!
//! What this part deliberately does not do: decide what is published, set a cookie, run a script, or
//! show what the `public` preset closes.

mod badge;
pub(crate) mod bundle;
mod data;
mod feed;
mod finding;
mod frame;
mod front;
mod gather;
pub(crate) mod keep;
mod site;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;

use super::guest::chosen_lang;
use super::lang::Lang;
use crate::app::App;

/// The public page's routes; none where it is off.
pub(crate) fn router(app: &App) -> Router<Arc<App>> {
    match app.config.public.enabled {
        true => Router::new()
            .route("/public", get(serve))
            .route("/public/", get(serve))
            .route("/public/f/{finding}/bundle.zip", get(bundle::serve))
            .route("/public/{*rest}", get(serve)),
        false => Router::new(),
    }
}

async fn serve(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let lang = chosen_lang(&uri)
        .or_else(|| Lang::accepted(&headers))
        .unwrap_or(Lang::En);
    let site = app.pages.public.site();
    let path = uri.path().trim_end_matches('/');
    match before(&uri).filter(|_| path == site::LIST) {
        Some(before) => site.answer(&site.list(before), lang, &headers),
        None => site.answer(path, lang, &headers),
    }
}

/// Before which finding the list is asked for.
fn before(uri: &Uri) -> Option<u64> {
    let mut pairs = uri.query()?.split('&');
    pairs.find_map(|pair| pair.strip_prefix("before=")?.parse().ok())
}
