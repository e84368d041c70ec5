//! Tokens under an application's private key (RFC 7519, RS256), as Vonage wants them:
//! <https://developer.vonage.com/en/getting-started/concepts/authentication#json-web-tokens>.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;

use super::AccountError;
use crate::api_key::hex;
use crate::clock::Clock;

/// How long a token is good for, in seconds: it is made anew for each request.
const GOOD_FOR_S: i64 = 120;
/// Random bytes of a token's own id.
const ID_BYTES: usize = 16;

/// Makes an application's tokens.
pub(crate) struct Signer {
    key: RsaKeyPair,
    application: String,
    clock: Clock,
}

impl Signer {
    /// From the private key in PEM, as its file is downloaded.
    ///
    /// # Errors
    /// When it is no RSA key of at least 2048 bits in PEM.
    pub(crate) fn new(pem: &str, application: &str, clock: Clock) -> Result<Signer, AccountError> {
        let refused = || AccountError::Setting {
            name: "private_key_pem",
            wanted: "an RSA private key of 2048 bits or more in PEM, whole, with its lines \
                     BEGIN PRIVATE KEY and END PRIVATE KEY",
        };
        let key = match PrivateKeyDer::from_pem_slice(pem.as_bytes()) {
            Ok(PrivateKeyDer::Pkcs8(der)) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            Ok(PrivateKeyDer::Pkcs1(der)) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(refused()),
        };
        Ok(Signer {
            key: key.map_err(|_| refused())?,
            application: application.to_owned(),
            clock,
        })
    }

    /// A token that is good from now on; none if this machine has no randomness.
    pub(crate) fn token(&self) -> Option<String> {
        let random = SystemRandom::new();
        let mut id = [0; ID_BYTES];
        random.fill(&mut id).ok()?;
        let now_s = self.clock.now().as_unix_s();
        let header = json!({ "alg": "RS256", "typ": "JWT" });
        let claims = json!({
            "application_id": self.application, "iat": now_s, "exp": now_s + GOOD_FOR_S,
            "jti": hex(&id),
        });
        let part = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        let key = &self.key;
        key.sign(
            &RSA_PKCS1_SHA256,
            &random,
            signed.as_bytes(),
            &mut signature,
        )
        .ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
