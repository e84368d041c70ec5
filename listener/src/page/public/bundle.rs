//! Evidence bundles of published findings: kept beside the log under their digest, and streamed.

use std::io::{self, Write as _};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use honeytoken::FindingPublished;
use tokio::io::AsyncReadExt as _;

use super::gather::publicly_stands;
use super::site;
use crate::api::parts::Path;
use crate::api::verdicts::folded;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;

/// The folder in the data folder. It is no evidence: what is lost is made again by publishing again.
const FOLDER: &str = "public";
/// Read at once, in bytes.
const STEP_BYTES: usize = 64 * 1024;

fn file(data: &FilePath, sha256: &str) -> PathBuf {
    data.join(FOLDER).join(format!("{sha256}.zip"))
}

/// Keeps a bundle, durably.
///
/// # Errors
/// The disk's.
pub(crate) fn keep(data: &FilePath, sha256: &str, zip: &[u8]) -> io::Result<()> {
    let folder = data.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    // Each under its own name: two may be kept at a time.
    let (whole, part) = (file(data, sha256), folder.join(format!("{sha256}.part")));
    let mut out = std::fs::File::create(&part)?;
    out.write_all(zip)?;
    out.sync_all()?;
    std::fs::rename(part, whole)?;
    std::fs::File::open(folder)?.sync_all()
}

/// What was published with a finding, if it stands and is not under review.
fn standing(state: &Fold, finding: u64) -> Option<FindingPublished> {
    let registry = &state.registry;
    let finding = registry.finding(finding)?;
    let newest = registry.standing_finding(&finding.published.platform)?;
    let stands = newest.index == finding.index && publicly_stands(state, finding).is_some();
    stands.then(|| finding.published.clone())
}

/// The bundle of a finding that stands.
pub(super) async fn serve(
    State(app): State<Arc<App>>,
    Path(finding): Path<u64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let gone = || Problem::not_found("no bundle is published with such a finding");
    let published = folded(&app, move |state| standing(state, finding)).await?;
    let published = published.ok_or_else(gone)?;
    let sha256 = published.bundle_sha256.ok_or_else(gone)?;
    let platform = published.platform;
    let tag = format!("\"{sha256}\"");
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|v| v.as_bytes() == tag.as_bytes());
    let mut answer = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => whole(&file(&app.config.data, &sha256), &platform.to_string())
            .await
            .ok_or_else(|| {
                Problem::not_found("the bundle is not kept here any more; ask the publisher")
            })?,
    };
    let tag = HeaderValue::from_str(&tag).map_err(|error| Problem::internal(&error))?;
    answer.headers_mut().insert(header::ETAG, tag);
    site::dress(answer.headers_mut());
    Ok(answer)
}

async fn whole(path: &FilePath, platform: &str) -> Option<Response> {
    let file = tokio::fs::File::open(path).await.ok()?;
    let bytes = file.metadata().await.ok()?.len();
    let read = stream::unfold(file, |mut file| async move {
        let mut step = vec![0; STEP_BYTES];
        match file.read(&mut step).await {
            Ok(0) => None,
            Ok(read) => {
                step.truncate(read);
                Some((Ok::<_, io::Error>(Bytes::from(step)), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    let name = format!("attachment; filename=\"{platform}-public.zip\"");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/zip"),
        ),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).ok()?,
        ),
    ];
    Some((headers, Body::from_stream(read)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_that_are_kept_at_a_time_do_not_meet() {
        let data = tempfile::tempdir().unwrap();
        // What is left of one that is being written.
        let folder = data.path().join(FOLDER);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("aa.part"), b"half").unwrap();
        keep(data.path(), "bb", b"whole").unwrap();
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(
            (read("aa.part"), read("bb.zip")),
            (b"half".to_vec(), b"whole".to_vec())
        );
        keep(data.path(), "aa", b"other").unwrap();
        assert_eq!(read("aa.zip"), b"other");
        assert!(!folder.join("aa.part").exists());
    }
}
