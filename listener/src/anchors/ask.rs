//! One authority asked once.

use std::time::Duration;

use honeytoken::Timestamp;
use reqwest::{Client, Response, StatusCode, header};
use ring::rand::{SecureRandom as _, SystemRandom};
use store::proof::time_stamp::{self, Query, REPLY_BYTES_MAX, Roots, TimeStampError};
use store::proof::witness::{self, ANSWER_BYTES_MAX};
use store::proof::{NoteError, SignedCheckpoint, VerifierKey};
use store::{ReadError, Reader};

use super::settings::Trust;
use super::{Answer, Authority};
use crate::ledger::Anchored;

/// The longest wait for an authority, in seconds.
const ATTEMPT_S: u64 = 30;
/// An authority whose clock is further from ours, in seconds, dates nothing for us.
const CLOCKS_APART_S_MAX: f64 = 600.0;
/// The media type in which a witness names the size it knows.
const SIZE_MEDIA_TYPE: &str = "text/x.tlog.size";

/// Why an authority vouched for nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("authority cannot be reached: {0}")]
    Http(#[from] reqwest::Error),
    #[error("authority answered {0}; look at its url and whether it knows this log")]
    Status(StatusCode),
    #[error("authority answered more than {0} bytes")]
    TooLong(usize),
    #[error("authority answered no text")]
    NoText,
    #[error(transparent)]
    TimeStamp(#[from] TimeStampError),
    #[error("cosignature does not serve: {0}")]
    Cosignature(#[from] NoteError),
    #[error("authority's clock is {0:.0} s from ours; set the machine's time, or ask another")]
    Clocks(f64),
    #[error("witness knows {0} entries of this log, which holds {1}: another log bears its name")]
    Ahead(u64, u64),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("system has no randomness")]
    Randomness,
}

/// Asks about `checkpoint`; `seen` is what this authority vouched for last. Nothing is believed
/// that does not verify.
pub(super) async fn ask(
    authority: &Authority,
    reader: &Reader,
    checkpoint: &SignedCheckpoint,
    seen: Option<Anchored>,
    now: Timestamp,
) -> Result<Answer, AskError> {
    // Already installed is fine: the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(ATTEMPT_S))
        .build()?;
    let asked = Asked {
        http,
        url: &authority.url,
        checkpoint,
    };
    let answer = match &authority.trust {
        Trust::Rfc3161(roots) => asked.time_stamp(roots).await?,
        Trust::Witness(key) => {
            let old = seen.map_or(0, |seen| seen.size);
            asked.cosignature(key, reader, old).await?
        }
    };
    let apart_s = answer.at.seconds_since(now).abs();
    match apart_s <= CLOCKS_APART_S_MAX {
        true => Ok(answer),
        false => Err(AskError::Clocks(apart_s)),
    }
}

struct Asked<'a> {
    http: Client,
    url: &'a str,
    checkpoint: &'a SignedCheckpoint,
}

impl Asked<'_> {
    async fn time_stamp(&self, roots: &Roots) -> Result<Answer, AskError> {
        let note = self.checkpoint.to_string();
        let query = Query {
            digest: store::proof::Hash::of(&[note.as_bytes()]),
            nonce: nonce()?,
        };
        let request = self
            .http
            .post(self.url)
            .header(header::CONTENT_TYPE, Query::MEDIA_TYPE)
            .body(query.to_der()?);
        let response = successful(request.send().await?)?;
        let bytes = read(response, REPLY_BYTES_MAX).await?;
        let stamped = time_stamp::verify(&bytes, query.digest, Some(query.nonce), roots)?;
        Ok(Answer {
            bytes,
            extension: "tsr",
            trust: ("pem", roots.pem(stamped.root).unwrap_or_default()),
            at: stamped.at,
        })
    }

    async fn cosignature(
        &self,
        key: &VerifierKey,
        reader: &Reader,
        old: u64,
    ) -> Result<Answer, AskError> {
        let mut response = self.add_checkpoint(reader, old).await?;
        if response.status() == StatusCode::CONFLICT {
            // The witness knows better how far it has seen this log.
            let size = self.size_known(response).await?;
            response = self.add_checkpoint(reader, size).await?;
        }
        let text = text(successful(response)?).await?;
        let (note, unix_s) = witness::cosigned(self.checkpoint, &text, key)?;
        let unix_s = i64::try_from(unix_s).unwrap_or(i64::MAX);
        Ok(Answer {
            bytes: note.to_string().into_bytes(),
            extension: "cosigned",
            trust: ("vkey", format!("{key}\n")),
            at: Timestamp::from_unix_s(unix_s),
        })
    }

    async fn add_checkpoint(&self, reader: &Reader, old: u64) -> Result<Response, AskError> {
        let size = self.checkpoint.checkpoint().size;
        let proof = reader.consistency(old, size)?;
        let proof = proof.ok_or(AskError::Ahead(old, size))?;
        let url = format!("{}/add-checkpoint", self.url.trim_end_matches('/'));
        let body = witness::request(old, &proof, self.checkpoint);
        Ok(self.http.post(url).body(body).send().await?)
    }

    async fn size_known(&self, response: Response) -> Result<u64, AskError> {
        let status = response.status();
        let media = response.headers().get(header::CONTENT_TYPE);
        let is_size = media.is_some_and(|media| media.as_bytes() == SIZE_MEDIA_TYPE.as_bytes());
        let text = text(response).await?;
        let size = text.trim_end().parse().ok().filter(|_| is_size);
        size.ok_or(AskError::Status(status))
    }
}

fn nonce() -> Result<u64, AskError> {
    let mut bytes = [0; 8];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| AskError::Randomness)?;
    Ok(u64::from_be_bytes(bytes))
}

fn successful(response: Response) -> Result<Response, AskError> {
    match response.status() {
        status if status.is_success() => Ok(response),
        status => Err(AskError::Status(status)),
    }
}

async fn text(response: Response) -> Result<String, AskError> {
    let bytes = read(response, ANSWER_BYTES_MAX).await?;
    String::from_utf8(bytes).map_err(|_| AskError::NoText)
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, AskError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > bytes_max {
            return Err(AskError::TooLong(bytes_max));
        }
    }
    Ok(bytes)
}
