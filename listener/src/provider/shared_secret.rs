//! What stands in for a signature where a provider signs nothing: a password, or a token in the
//! URL. Whoever sees one request can send any other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::Authentication;

use super::mac::same;
use super::settings::Secrets;
use super::webhook::{Adapter, Proof};
use super::{Carries, Provider, Rejection, Request, SecretName, SettingsError};

pub(super) const AUTHORIZATION: &str = "authorization";
pub(super) const BASIC_USER: SecretName = SecretName::required(
    "basic_user",
    "the user name given to the provider for its callbacks",
);
pub(super) const BASIC_PASSWORD: SecretName = SecretName::required(
    "basic_password",
    "the password given to the provider for its callbacks",
);
pub(super) const URL_TOKEN: SecretName = SecretName::required(
    "url_token",
    "a long random word: the last part of the path that the provider is told to call",
);

/// A provider that signs nothing and is known by the address that only it was told.
pub(super) const fn known_by_address(
    id: &'static str,
    title: &'static str,
    carries: &'static [Carries],
    connect: fn(&Secrets<'_>) -> Result<Box<dyn Adapter>, SettingsError>,
) -> Provider {
    Provider {
        id,
        title,
        carries,
        authentication: &[Authentication::SharedSecret],
        secrets: &[URL_TOKEN],
        credential_headers: &[],
        credential_in_url: true,
        redelivers_with_new_id_within_s: None,
        connect,
    }
}

/// User name and password of HTTP Basic (RFC 7617).
pub(super) struct Basic {
    credentials: Vec<u8>,
}

impl Basic {
    pub(super) fn new(secrets: &Secrets<'_>) -> Result<Basic, SettingsError> {
        let user = secrets.required(BASIC_USER.name)?;
        let password = secrets.required(BASIC_PASSWORD.name)?;
        if user.contains(':') {
            let wanted = "free of colons, which HTTP Basic does not allow in a user name";
            return Err(SettingsError::Form {
                name: BASIC_USER.name,
                wanted,
            });
        }
        Ok(Basic {
            credentials: format!("{user}:{password}").into_bytes(),
        })
    }

    pub(super) fn verify<'a>(&self, request: &Request<'a>) -> Result<Proof<'a>, Rejection> {
        let header = request.header(AUTHORIZATION)?;
        let base64 = match header.split_once(' ') {
            Some((scheme, base64)) if scheme.eq_ignore_ascii_case("basic") => base64.trim(),
            _ => return Err(Rejection::MissingSignature("basic credentials")),
        };
        let given = STANDARD
            .decode(base64)
            .map_err(|_| Rejection::BadSignature)?;
        match same(&self.credentials, &given) {
            true => Ok(Authentication::SharedSecret.into()),
            false => Err(Rejection::BadSignature),
        }
    }
}

/// A token that is the last segment of the URL's path.
pub(super) struct UrlToken(String);

impl UrlToken {
    pub(super) fn new(secrets: &Secrets<'_>) -> Result<UrlToken, SettingsError> {
        secrets
            .required(URL_TOKEN.name)
            .map(|token| UrlToken(token.to_owned()))
    }

    pub(super) fn verify<'a>(&self, request: &Request<'a>) -> Result<Proof<'a>, Rejection> {
        let path = request.parsed_url()?.path;
        let given = path.rsplit('/').next().unwrap_or_default();
        match same(self.0.as_bytes(), given.as_bytes()) {
            true => Ok(Authentication::SharedSecret.into()),
            false => Err(Rejection::BadSignature),
        }
    }
}
