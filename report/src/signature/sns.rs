//! AWS SNS: RSA over some fields of the body, one by one, under a certificate that SNS names by address.
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde::Deserialize;
use webpki::EndEntityCert;

use super::{Answer, Kept};

/// The adapter's name.
pub const PROVIDER: &str = "aws_sns";
/// How far a message's time may lie from ours, in seconds: as long as SNS retries.
pub const AGE_MAX_S: u64 = 3_600;

/// The envelope of every message: the fields that are signed or say how; others, such as
/// `UnsubscribeURL`, are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Envelope {
    /// `Notification`, `SubscriptionConfirmation`, ….
    #[serde(rename = "Type")]
    pub kind: String,
    /// The message's id.
    pub message_id: String,
    /// The topic.
    pub topic_arn: String,
    /// What was said, in its own format.
    pub message: String,
    /// When it was signed, RFC 3339.
    pub timestamp: String,
    /// A heading.
    pub subject: Option<String>,
    /// What to fetch in order to subscribe.
    #[serde(rename = "SubscribeURL")]
    pub subscribe_url: Option<String>,
    /// The token in that address.
    pub token: Option<String>,
    /// `1` or `2`.
    pub signature_version: String,
    /// In base64.
    pub signature: String,
    /// Where the certificate is.
    #[serde(rename = "SigningCertURL")]
    pub signing_cert_url: String,
}

impl Envelope {
    /// Name and value, each on a line, of the fields that are there, in the order of their names.
    pub fn signed(&self) -> String {
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

    /// The hash under the signature, if the version is known.
    pub fn hash(&self) -> Option<Hash> {
        match self.signature_version.as_str() {
            "1" => Some(Hash::Sha1),
            "2" => Some(Hash::Sha256),
            _ => None,
        }
    }
}

/// The hash under the RSA signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SignatureVersion 1, the default of old topics.
    Sha1,
    /// SignatureVersion 2.
    Sha256,
}

/// A certificate. Its chain is not followed: that it came from SNS's host over TLS is what AWS's own
/// validators rely on.
#[derive(Clone)]
pub struct Certificate {
    /// PKCS#1 in DER.
    public_key: Vec<u8>,
    pem: String,
}

impl Certificate {
    /// The first certificate in a PEM text, if its key is RSA.
    pub fn from_pem(pem: &str) -> Option<Certificate> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        let certificate = EndEntityCert::try_from(&der).ok()?;
        let info = certificate.subject_public_key_info();
        Some(Certificate {
            public_key: rsa_public_key(&info)?.to_vec(),
            pem: pem.to_owned(),
        })
    }

    /// As it was given.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Whether its key signed the message.
    pub fn verify(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = match hash {
            Hash::Sha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, &self.public_key)
            .verify(message, signature)
            .is_ok()
    }
}

/// What was said; nothing where the body is no envelope.
pub(super) fn words(body: &[u8]) -> Vec<u8> {
    envelope(body).map_or(Vec::new(), |envelope| envelope.message.into_bytes())
}

/// An object: an array of the same values is nothing that SNS sends.
fn envelope(body: &[u8]) -> Option<Envelope> {
    let is_object = body.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(body).ok())?
}

pub(super) fn check(pem: &str, url: Option<&str>, kept: &Kept<'_>) -> Answer {
    let (Some(envelope), Some(certificate)) = (envelope(kept.body), Certificate::from_pem(pem))
    else {
        return Answer::Silent;
    };
    if url.is_some_and(|url| url != envelope.signing_cert_url) {
        return Answer::Silent;
    }
    let signature = STANDARD.decode(&envelope.signature).ok();
    let fits = envelope
        .hash()
        .zip(signature)
        .is_some_and(|(hash, sig)| certificate.verify(hash, envelope.signed().as_bytes(), &sig));
    super::answer(fits, envelope.timestamp.parse().ok(), kept, AGE_MAX_S)
}

/// The DER header of every SubjectPublicKeyInfo of an RSA key: the algorithm (RFC 8017, A.1).
const RSA_ALGORITHM: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// The key inside SEQUENCE { algorithm, BIT STRING { key } }.
fn rsa_public_key(info: &[u8]) -> Option<&[u8]> {
    let (inside, _) = der_value(info, 0x30)?;
    let bits = inside.strip_prefix(&RSA_ALGORITHM)?;
    let (key, _) = der_value(bits, 0x03)?;
    // The first byte counts the unused bits of the last: none.
    key.strip_prefix(&[0])
}

/// The value under a DER tag, and what follows it. Lengths of up to two bytes: keys are small.
fn der_value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = der.strip_prefix(&[tag])?;
    let (length, rest) = match rest {
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [length, rest @ ..] if *length < 0x80 => (usize::from(*length), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate() {
        for pem in [
            "",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "junk",
        ] {
            assert!(Certificate::from_pem(pem).is_none(), "{pem}");
        }
    }

    #[test]
    fn lengths_of_der() {
        assert_eq!(der_value(&[3, 1, 9, 7], 3), Some((&[9][..], &[7][..])));
        assert_eq!(der_value(&[3, 0x81, 1, 9], 3), Some((&[9][..], &[][..])));
        assert_eq!(der_value(&[3, 2, 9], 3), None);
        assert_eq!(der_value(&[], 3), None);
    }
}
