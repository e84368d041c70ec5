//! Whom an account may ask: only the provider's hosts. That their names lead outside is for
//! [`crate::address`] to see to.

use std::net::IpAddr;

use reqwest::Url;

use super::AccountError;

/// The hosts of one account.
#[derive(Clone)]
pub(crate) struct Hosts {
    title: &'static str,
    /// Hosts that are given the credentials.
    api: Vec<String>,
    /// Hosts of recordings and pictures, which are not; or a folder of one that is not the
    /// provider's alone, such as `s3.amazonaws.com/bucket/`.
    media: &'static [&'static str],
    /// A server on this machine in place of all of them, for tests.
    instead: Option<Url>,
}

impl Hosts {
    /// The hosts of a provider; `instead` replaces them and must be `http://` on the loopback
    /// interface.
    ///
    /// # Errors
    /// When `instead` is anything else.
    pub(crate) fn new(
        title: &'static str,
        api: Vec<String>,
        media: &'static [&'static str],
        instead: Option<&str>,
    ) -> Result<Hosts, AccountError> {
        let instead = instead.map(loopback).transpose()?;
        Ok(Hosts {
            title,
            api,
            media,
            instead,
        })
    }

    /// Whether a server on this machine stands for the provider.
    pub(crate) fn are_local(&self) -> bool {
        self.instead.is_some()
    }

    /// The address of a path of the API; `host` is one of its own.
    ///
    /// # Errors
    /// When the path makes no address.
    pub(crate) fn url(&self, host: &str, path: &str) -> Result<Url, AccountError> {
        let foreign = || AccountError::ForeignHost(self.title);
        match &self.instead {
            Some(base) => base.join(path),
            None => format!("https://{host}{path}").parse(),
        }
        .map_err(|_| foreign())
        .and_then(|url| self.admit(url.as_str()))
    }

    /// An address that a provider named, if it is one of the provider's own.
    ///
    /// # Errors
    /// [`AccountError::ForeignHost`] for every other: another host, scheme or port, credentials in
    /// the address.
    pub(crate) fn admit(&self, url: &str) -> Result<Url, AccountError> {
        let foreign = AccountError::ForeignHost(self.title);
        let Ok(url) = url.parse::<Url>() else {
            return Err(foreign);
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(foreign);
        }
        let host = url.host_str().unwrap_or_default();
        let known = match &self.instead {
            Some(base) => url.origin() == base.origin(),
            None => {
                let named = self.gets_credentials(&url) || self.is_media(host, url.path());
                url.scheme() == "https" && url.port().is_none() && named
            }
        };
        if known { Ok(url) } else { Err(foreign) }
    }

    fn is_media(&self, host: &str, path: &str) -> bool {
        let holds = |place: &str| match place.split_once('/') {
            None => host == place,
            Some((shared, folder)) => {
                let inside = |path: &str| path.starts_with(folder);
                host == shared && path.strip_prefix('/').is_some_and(inside)
            }
        };
        self.media.iter().any(|place| holds(place))
    }

    /// Whether an admitted address is given the credentials.
    pub(crate) fn gets_credentials(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        self.instead.is_some() || self.api.iter().any(|api| api == host)
    }
}

fn loopback(text: &str) -> Result<Url, AccountError> {
    let refused = AccountError::Setting {
        name: "api_base",
        wanted: "http:// and an address of this machine with its port, such as \
                 http://127.0.0.1:8080; it is there for tests alone",
    };
    let Ok(url) = text.parse::<Url>() else {
        return Err(refused);
    };
    let host = url.host_str().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let fits = url.scheme() == "http"
        && url.username().is_empty()
        && url.path() == "/"
        && address.is_some_and(|address| address.is_loopback());
    if fits { Ok(url) } else { Err(refused) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(instead: Option<&str>) -> Result<Hosts, AccountError> {
        let api = vec!["api.twilio.com".to_owned()];
        let media = &["media.twiliocdn.com", "s3.amazonaws.com/ours/"];
        Hosts::new("Twilio", api, media, instead)
    }

    #[test]
    fn only_the_providers_own_addresses() {
        let hosts = hosts(None).unwrap();
        for good in [
            "https://api.twilio.com/2010-04-01/x",
            "https://media.twiliocdn.com/AC1/2",
            "https://API.twilio.com/x",
            "https://s3.amazonaws.com/ours/a.wav?X-Amz-Signature=1",
        ] {
            assert!(hosts.admit(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.twilio.com/x",
            "https://api.twilio.com:8443/x",
            "https://user@api.twilio.com/x",
            "https://api.twilio.com.evil.example/x",
            "https://evil.example/api.twilio.com",
            "https://127.0.0.1/x",
            "https://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "ftp://api.twilio.com/x",
            "https://s3.amazonaws.com/theirs/a.wav",
            "https://s3.amazonaws.com/ours/../theirs/a.wav",
            "https://s3.amazonaws.com/ours/%2e%2e/theirs/a.wav",
            "https://s3.amazonaws.com/oursnot/a.wav",
            "https://s3.eu-central-1.amazonaws.com/ours/a.wav",
            "//api.twilio.com/x",
            "",
        ] {
            assert!(hosts.admit(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_of_media_are_given_no_credentials() {
        let hosts = hosts(None).unwrap();
        let gets = |url: &str| hosts.gets_credentials(&hosts.admit(url).unwrap());
        assert!(gets("https://api.twilio.com/x"));
        assert!(!gets("https://media.twiliocdn.com/x"));
        assert!(!gets("https://s3.amazonaws.com/ours/x"));
    }

    #[test]
    fn tests_reach_this_machine_only() {
        for good in ["http://127.0.0.1:8080", "http://[::1]:9/"] {
            assert!(hosts(Some(good)).is_ok(), "{good}");
        }
        for bad in [
            "https://127.0.0.1:8080",
            "http://localhost:8080",
            "http://10.0.0.1:80",
            "http://example.org",
            "http://127.0.0.1:8080/path",
            "http://u@127.0.0.1:8080",
            "",
        ] {
            assert!(hosts(Some(bad)).is_err(), "{bad}");
        }
        let local = hosts(Some("http://127.0.0.1:8080")).unwrap();
        assert!(local.admit("http://127.0.0.1:8080/a").is_ok());
        assert!(local.admit("http://127.0.0.1:8081/a").is_err());
        assert!(local.admit("https://api.twilio.com/a").is_err());
    }
}
