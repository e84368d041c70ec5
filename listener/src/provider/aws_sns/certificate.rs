//! The certificate that signs SNS messages, and the addresses it may come from.

use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use webpki::EndEntityCert;

use crate::provider::url::Url;

/// The hash under the RSA signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    /// SignatureVersion 1, the default of old topics.
    Sha1,
    /// SignatureVersion 2.
    Sha256,
}

/// The public key of a certificate. Its chain is not followed: that it came from SNS's host over
/// TLS is what AWS's own validators rely on.
#[derive(Clone)]
pub(super) struct Certificate {
    /// PKCS#1 in DER.
    public_key: Vec<u8>,
}

impl Certificate {
    pub(super) fn from_pem(pem: &str) -> Option<Certificate> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        let certificate = EndEntityCert::try_from(&der).ok()?;
        let info = certificate.subject_public_key_info();
        Some(Certificate {
            public_key: rsa_public_key(&info)?.to_vec(),
        })
    }

    pub(super) fn verify(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = match hash {
            Hash::Sha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, &self.public_key)
            .verify(message, signature)
            .is_ok()
    }
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

/// Whether the address is a certificate on one of SNS's hosts.
pub(super) fn is_sns_address(address: &str) -> bool {
    let plain = !address.contains(['?', '#']);
    plain && is_sns_host(address) && address.ends_with(".pem")
}

/// Whether the address is on one of SNS's hosts, `sns.<region>.amazonaws.com` or its Chinese
/// sister, by https, without port or credentials.
pub(super) fn is_sns_host(address: &str) -> bool {
    let Some(url) = Url::split(address) else {
        return false;
    };
    let Some(host) = url.host.strip_prefix("sns.") else {
        return false;
    };
    let global = host.strip_suffix(".amazonaws.com");
    let Some(region) = global.or(host.strip_suffix(".amazonaws.com.cn")) else {
        return false;
    };
    let in_region = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    url.scheme == "https://"
        && url.port.is_none()
        && region.len() >= 3
        && region.bytes().all(in_region)
        && url.path.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let good = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem";
        assert!(is_sns_address(good));
        assert!(is_sns_address(
            "https://sns.cn-north-1.amazonaws.com.cn/x.pem"
        ));
        for bad in [
            "http://sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com/x.pem?y",
            "https://sns.us-east-1.amazonaws.com/x.pem#y",
            "https://sns.us-east-1.amazonaws.com/x.txt",
            "https://sns.us-east-1.amazonaws.com:8443/x.pem",
            "https://sns.us-east-1.amazonaws.com.evil.example/x.pem",
            "https://sns.us-east-1.amazonaws.com@evil.example/x.pem",
            "https://evil.example/sns.us-east-1.amazonaws.com/x.pem",
            "https://evil.example\\sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.a.b.amazonaws.com/x.pem",
            "https://sns.ab.amazonaws.com/x.pem",
            "https://SNS.us-east-1.amazonaws.com/x.pem",
            "https://xsns.us-east-1.amazonaws.com/x.pem",
            "",
        ] {
            assert!(!is_sns_address(bad), "{bad}");
        }
    }

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
