//! Whom to believe about time.

use honeytoken::Timestamp;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::{Hash, TimeStampError};

/// id-kp-timeStamping, the content of its DER.
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
/// Characters in a line of PEM (RFC 7468).
const PEM_LINE: usize = 64;
/// The most roots that are read from one file.
const ROOTS_MAX: usize = 256;

/// Certificates of authorities that are trusted as they stand.
#[derive(Clone, Default)]
pub struct Roots(Vec<CertificateDer<'static>>);

impl std::fmt::Debug for Roots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Roots({})", self.0.len())
    }
}

/// Why a text holds no roots.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// Not PEM, or none in it.
    #[error("roots hold no certificate; expected PEM, -----BEGIN CERTIFICATE-----")]
    None,
    /// More than 256.
    #[error("roots hold more than 256 certificates")]
    TooMany,
    /// A certificate that cannot be a root.
    #[error("roots hold a certificate that cannot be read as one")]
    Unreadable,
}

impl Roots {
    /// The certificates in a PEM file.
    ///
    /// # Errors
    /// There is none, or one that cannot be read.
    pub fn from_pem(pem: &[u8]) -> Result<Roots, RootsError> {
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let roots = roots.map_err(|_| RootsError::None)?;
        let fits = |root: &CertificateDer<'_>| anchor_from_trusted_cert(root).is_ok();
        match roots.len() {
            0 => Err(RootsError::None),
            ROOTS_MAX.. => Err(RootsError::TooMany),
            _ if !roots.iter().all(fits) => Err(RootsError::Unreadable),
            _ => Ok(Roots(roots)),
        }
    }

    /// These roots and others.
    #[must_use]
    pub fn and(mut self, others: &Roots) -> Roots {
        self.0.extend(others.0.iter().cloned());
        self
    }

    /// One of them, as PEM.
    pub fn pem(&self, root: Hash) -> Option<String> {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let der = self.0.iter().find(|der| Hash::of(&[der]) == root)?;
        let text = BASE64_STANDARD.encode(der);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(PEM_LINE)
            .filter_map(|line| std::str::from_utf8(line).ok())
            .collect();
        Some(format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        ))
    }

    /// Whether a root with this SHA-256 is among them.
    pub fn holds(&self, root: Hash) -> bool {
        self.0.iter().any(|der| Hash::of(&[der]) == root)
    }

    /// SHA-256 of the root to which the chain leads, checked as of `at`.
    pub(super) fn lead_from(
        &self,
        signer: &[u8],
        chain: &[Vec<u8>],
        at: Timestamp,
    ) -> Result<Hash, TimeStampError> {
        let signer = CertificateDer::from(signer);
        let signer = EndEntityCert::try_from(&signer).map_err(|_| TimeStampError::Chain)?;
        let between: Vec<CertificateDer<'_>> = chain
            .iter()
            .map(|der| CertificateDer::from(der.as_slice()))
            .collect();
        let unix_s = u64::try_from(at.as_unix_s()).map_err(|_| TimeStampError::Chain)?;
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(unix_s));
        let leads = |root: &&CertificateDer<'static>| {
            let Ok(anchor) = anchor_from_trusted_cert(root) else {
                return false;
            };
            let usage = KeyUsage::required(TIME_STAMPING);
            let anchors = [anchor];
            let algorithms = webpki::ALL_VERIFICATION_ALGS;
            signer
                .verify_for_usage(algorithms, &anchors, &between, at, usage, None, None)
                .is_ok()
        };
        let root = self.0.iter().find(leads).ok_or(TimeStampError::Chain)?;
        Ok(Hash::of(&[root]))
    }
}
