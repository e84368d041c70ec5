//! Style, scripts and the mark: compiled in, under names that change with what they hold.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ring::digest::{SHA256, digest};

use crate::api_key::hex;
use crate::problem::Problem;

/// A year, and never asked again: another content has another name.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";
/// Hex digits of the content's digest in a name.
const DIGITS: usize = 12;

struct Asset {
    name: &'static str,
    media: &'static str,
    bytes: &'static [u8],
    file: String,
}

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The verifier: one module, written in parts.
const VERIFY: &str = concat!(
    include_str!("assets/verify/bytes.js"),
    include_str!("assets/verify/sha256.js"),
    include_str!("assets/verify/log.js"),
    include_str!("assets/verify/archive.js"),
    include_str!("assets/verify/entries.js"),
    include_str!("assets/verify/verdict.js"),
    include_str!("assets/verify/bundle.js"),
);

macro_rules! assets {
    ($($name:literal $media:expr,)*) => {
        static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| vec![
            // Charts bring their colours along.
            asset("chart.css", CSS, report::chart::STYLE.as_bytes()),
            asset("paper.css", CSS, report::paper::STYLE.as_bytes()),
            asset("verify.js", JAVASCRIPT, VERIFY.as_bytes()),
            $(asset($name, $media, include_bytes!(concat!("assets/", $name))),)*
        ]);
    };
}

assets! {
    "page.css" CSS,
    "public.css" CSS,
    "page.js" JAVASCRIPT,
    "live.js" JAVASCRIPT,
    "evidence.js" JAVASCRIPT,
    "mark.svg" "image/svg+xml",
}

fn asset(name: &'static str, media: &'static str, bytes: &'static [u8]) -> Asset {
    let sum = hex(digest(&SHA256, bytes).as_ref());
    let (stem, kind) = name.split_once('.').unwrap_or((name, ""));
    let file = format!("{stem}-{}.{kind}", &sum[..DIGITS]);
    Asset {
        name,
        media,
        bytes,
        file,
    }
}

/// Where an asset is, by its name in the folder.
pub(super) fn href(name: &str) -> String {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    let file = found.map_or(name, |asset| asset.file.as_str());
    format!("/assets/{file}")
}

/// An asset.
pub(super) async fn serve(Path(file): Path<String>) -> Response {
    match ASSETS.iter().find(|asset| asset.file == file) {
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, asset.media),
                (header::CACHE_CONTROL, CACHE_CONTROL),
            ];
            (headers, asset.bytes).into_response()
        }
        None => Problem::not_found("no such asset; load the page anew").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_content() {
        let href = href("page.css");
        let sum = hex(digest(&SHA256, include_bytes!("assets/page.css")).as_ref());
        assert_eq!(href, format!("/assets/page-{}.css", &sum[..DIGITS]));
    }
}
