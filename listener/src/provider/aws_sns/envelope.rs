//! The envelope of every SNS message.

use serde::Deserialize;

use super::certificate::Hash;
use crate::provider::Rejection;

/// The fields that are signed or say how; others, such as `UnsubscribeURL`, are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Envelope {
    #[serde(rename = "Type")]
    pub(super) kind: String,
    pub(super) message_id: String,
    pub(super) topic_arn: String,
    pub(super) message: String,
    pub(super) timestamp: String,
    pub(super) subject: Option<String>,
    #[serde(rename = "SubscribeURL")]
    pub(super) subscribe_url: Option<String>,
    pub(super) token: Option<String>,
    pub(super) signature_version: String,
    pub(super) signature: String,
    #[serde(rename = "SigningCertURL")]
    pub(super) signing_cert_url: String,
}

impl Envelope {
    pub(super) fn read(body: &[u8]) -> Result<Envelope, Rejection> {
        serde_json::from_slice(body).map_err(|error| match error.is_data() {
            true => Rejection::MissingSignature("field of an SNS message, or one of another type"),
            false => Rejection::Undecodable("body"),
        })
    }

    /// Name and value, each on a line, of the fields that are there, in the order of their names.
    pub(super) fn signed(&self) -> String {
        let fields = [
            ("Message", Some(&self.message)),
            ("MessageId", Some(&self.message_id)),
            ("Subject", self.subject.as_ref()),
            ("SubscribeURL", self.subscribe_url.as_ref()),
            ("Timestamp", Some(&self.timestamp)),
            ("Token", self.token.as_ref()),
            ("TopicArn", Some(&self.topic_arn)),
            ("Type", Some(&self.kind)),
        ];
        let present = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        present
            .map(|(name, value)| format!("{name}\n{value}\n"))
            .collect()
    }

    pub(super) fn hash(&self) -> Result<Hash, Rejection> {
        match self.signature_version.as_str() {
            "1" => Ok(Hash::Sha1),
            "2" => Ok(Hash::Sha256),
            _ => Err(Rejection::UnknownAlgorithm("SignatureVersion")),
        }
    }
}
