//! A time-stamp token: a CMS message around a `TSTInfo`.

use cms::cert::CertificateChoices;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode, Tag, Tagged as _};
use honeytoken::Timestamp;
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::{EndEntityCert, ring as algorithms};
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::asn1::{
    CONTENT_TYPE, EXTENDED_KEY_USAGE, MESSAGE_DIGEST, Response, SHA_256, SHA_384, SHA_512,
    SIGNED_DATA, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2, SigningCertificateV1,
    SigningCertificateV2, TIME_STAMPING, TST_INFO, TstInfo,
};
use super::{Hash, TimeStampError};
use crate::proof::hash::to_hex;

use TimeStampError::{Certificate as Unfit, Malformed};

/// `granted` and `grantedWithMods`; all others mean no.
const GRANTED_MAX: u8 = 1;

/// A token taken apart; nothing of it is checked yet.
pub(super) struct Token {
    signed: SignedData,
    signer: SignerInfo,
    /// What is signed, byte for byte.
    content: Vec<u8>,
    info: TstInfo,
}

impl Token {
    pub(super) fn from_reply(reply: &[u8]) -> Result<Token, TimeStampError> {
        let reply = Response::from_der(reply).map_err(|_| Malformed("not a TimeStampResp"))?;
        if reply.status.status > GRANTED_MAX {
            return Err(TimeStampError::Declined(reply.status.status));
        }
        let token = reply.token.ok_or(Malformed("no token"))?;
        if token.content_type != SIGNED_DATA {
            return Err(Malformed("the token is no signed message"));
        }
        let signed: SignedData = token
            .content
            .decode_as()
            .map_err(|_| Malformed("the token is no signed message"))?;
        let inner = &signed.encap_content_info;
        if inner.econtent_type != TST_INFO {
            return Err(Malformed("the token holds no TSTInfo"));
        }
        let content: Option<OctetString> =
            inner.econtent.as_ref().and_then(|any| any.decode_as().ok());
        let content = content.ok_or(Malformed("the token is empty"))?.into_bytes();
        let info = TstInfo::from_der(&content).map_err(|_| Malformed("not a TSTInfo"))?;
        let [signer] = signed.signer_infos.0.as_slice() else {
            return Err(Malformed("not exactly one signer"));
        };
        Ok(Token {
            signer: signer.clone(),
            content,
            info,
            signed,
        })
    }

    pub(super) fn must_answer(
        &self,
        digest: Hash,
        nonce: Option<u64>,
    ) -> Result<(), TimeStampError> {
        let imprint = &self.info.message_imprint;
        if imprint.hash_algorithm.oid != SHA_256 || imprint.hashed_message.as_bytes() != digest.0 {
            return Err(TimeStampError::OtherBytes);
        }
        let given = self.info.nonce.as_ref().map(|int| int.as_bytes());
        match nonce {
            Some(nonce) if given != Some(integer(&nonce.to_be_bytes()).as_slice()) => {
                Err(TimeStampError::OtherNonce)
            }
            _ => Ok(()),
        }
    }

    /// When, with at most six digits of a second; the rest is cut.
    pub(super) fn at(&self) -> Result<Timestamp, TimeStampError> {
        let malformed = Malformed("genTime is not a moment in UTC");
        if self.info.gen_time.tag() != Tag::GeneralizedTime {
            return Err(malformed);
        }
        let text = std::str::from_utf8(self.info.gen_time.value()).ok();
        let moment = text.and_then(moment).and_then(|text| text.parse().ok());
        moment.ok_or(malformed)
    }

    pub(super) fn policy(&self) -> String {
        self.info.policy.to_string()
    }

    pub(super) fn serial(&self) -> String {
        to_hex(self.info.serial_number.as_bytes())
    }

    /// All certificates that came along, DER.
    pub(super) fn certificates(&self) -> Vec<Vec<u8>> {
        let set = self.signed.certificates.iter();
        set.flat_map(|set| set.0.iter())
            .filter_map(|choice| match choice {
                CertificateChoices::Certificate(certificate) => certificate.to_der().ok(),
                CertificateChoices::Other(_) => None,
            })
            .collect()
    }

    /// The certificate that the signed attributes name, which must be for time-stamps alone
    /// (RFC 3161 section 2.3).
    pub(super) fn signer(&self) -> Result<Vec<u8>, TimeStampError> {
        let named = self.named_certificate()?;
        let all = self.certificates();
        let der = all.into_iter().find(|der| named.is(der));
        let der = der.ok_or(Unfit("is not in it"))?;
        let certificate =
            Certificate::from_der(&der).map_err(|_| Unfit("cannot be read as X.509"))?;
        let extensions = certificate.tbs_certificate.extensions.unwrap_or_default();
        let usage = extensions
            .iter()
            .find(|extension| extension.extn_id == EXTENDED_KEY_USAGE)
            .filter(|extension| extension.critical)
            .and_then(|e| ExtendedKeyUsage::from_der(e.extn_value.as_bytes()).ok());
        match usage {
            Some(ExtendedKeyUsage(uses)) if uses == [TIME_STAMPING] => Ok(der),
            _ => Err(Unfit("is not, critically and alone, for time-stamps")),
        }
    }

    fn named_certificate(&self) -> Result<Named, TimeStampError> {
        if let Some(value) = self.attribute(SIGNING_CERTIFICATE_V2)? {
            let named: Option<SigningCertificateV2> = value.decode_as().ok();
            let first = named.and_then(|n| n.certificates.into_iter().next());
            let first = first.ok_or(Malformed("the signer's certificate is not named"))?;
            let algorithm = first.algorithm.map_or(SHA_256, |a| a.oid);
            return Ok(Named {
                algorithm: hash(algorithm)?,
                hash: first.hash.into_bytes(),
            });
        }
        let value = self.attribute(SIGNING_CERTIFICATE)?;
        let named: Option<SigningCertificateV1> = value.and_then(|value| value.decode_as().ok());
        let first = named.and_then(|n| n.certificates.into_iter().next());
        let first = first.ok_or(Malformed("the signer's certificate is not named"))?;
        Ok(Named {
            algorithm: &SHA1_FOR_LEGACY_USE_ONLY,
            hash: first.hash.into_bytes(),
        })
    }

    /// The one value of a signed attribute.
    fn attribute(&self, oid: ObjectIdentifier) -> Result<Option<&Any>, TimeStampError> {
        let attributes = self.signer.signed_attrs.iter().flat_map(|set| set.iter());
        let mut found = attributes.filter(|attribute| attribute.oid == oid);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(one), None) if one.values.len() == 1 => Ok(one.values.get(0)),
            _ => Err(Malformed("a signed attribute has several values")),
        }
    }

    /// Checks the signature over the signed attributes, and that these are about this content.
    pub(super) fn must_be_signed_by(&self, certificate: &[u8]) -> Result<(), TimeStampError> {
        let algorithm = hash(self.signer.digest_alg.oid)?;
        let kind: Option<ObjectIdentifier> = self
            .attribute(CONTENT_TYPE)?
            .and_then(|value| value.decode_as().ok());
        let said: Option<OctetString> = self
            .attribute(MESSAGE_DIGEST)?
            .and_then(|value| value.decode_as().ok());
        let digest = digest::digest(algorithm, &self.content);
        if kind != Some(TST_INFO) || said.as_ref().map(|s| s.as_bytes()) != Some(digest.as_ref()) {
            return Err(TimeStampError::Signature);
        }
        let attributes = self.signer.signed_attrs.as_ref();
        let message = attributes.and_then(|set| set.to_der().ok());
        let message = message.ok_or(TimeStampError::Signature)?;
        let certificate = CertificateDer::from(certificate);
        let key = EndEntityCert::try_from(&certificate)
            .map_err(|_| Unfit("cannot be read as X.509 version 3"))?;
        let signature = self.signer.signature.as_bytes();
        candidates(self.signer.digest_alg.oid)
            .into_iter()
            .find(|with| key.verify_signature(*with, &message, signature).is_ok())
            .map(drop)
            .ok_or(TimeStampError::Signature)
    }
}

/// A certificate by its digest.
struct Named {
    algorithm: &'static digest::Algorithm,
    hash: Vec<u8>,
}

impl Named {
    fn is(&self, der: &[u8]) -> bool {
        digest::digest(self.algorithm, der).as_ref() == self.hash
    }
}

fn hash(oid: ObjectIdentifier) -> Result<&'static digest::Algorithm, TimeStampError> {
    match oid {
        SHA_256 => Ok(&SHA256),
        SHA_384 => Ok(&SHA384),
        SHA_512 => Ok(&SHA512),
        _ => Err(Malformed(
            "a digest that is none of SHA-256, SHA-384, SHA-512",
        )),
    }
}

/// Signatures over this digest; which one it is follows from the certificate's key. ring has no
/// ECDSA over SHA-512.
fn candidates(digest: ObjectIdentifier) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    match digest {
        SHA_256 => vec![
            algorithms::RSA_PKCS1_2048_8192_SHA256,
            algorithms::ECDSA_P256_SHA256,
            algorithms::ECDSA_P384_SHA256,
        ],
        SHA_384 => vec![
            algorithms::RSA_PKCS1_2048_8192_SHA384,
            algorithms::ECDSA_P256_SHA384,
            algorithms::ECDSA_P384_SHA384,
        ],
        _ => vec![algorithms::RSA_PKCS1_2048_8192_SHA512, algorithms::ED25519],
    }
}

/// The integer of these big-endian bytes, as DER writes it: no needless zeros, never negative.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let rest = &bytes[zeros.min(bytes.len().saturating_sub(1))..];
    match rest.first() {
        Some(first) if first & 0x80 != 0 => [&[0], rest].concat(),
        _ => rest.to_vec(),
    }
}

/// `20261124055000.25Z` as RFC 3339.
fn moment(text: &str) -> Option<String> {
    let digits = text.strip_suffix('Z')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 14 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let (date, time) = whole.split_at(8);
    let fraction = &fraction[..fraction.len().min(6)];
    Some(format!(
        "{}-{}-{}T{}:{}:{}.{fraction}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    ))
}
