//! A URL in parts, each kept byte for byte.

/// An absolute http or https URL, split and not normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Url<'a> {
    /// With `://`.
    pub(super) scheme: &'a str,
    pub(super) host: &'a str,
    /// As written; none when the URL has none.
    pub(super) port: Option<&'a str>,
    /// Empty or beginning with `/`.
    pub(super) path: &'a str,
    /// Without `?`.
    pub(super) query: Option<&'a str>,
    /// Path and query as written.
    pub(super) rest: &'a str,
}

impl<'a> Url<'a> {
    pub(super) fn split(url: &'a str) -> Option<Url<'a>> {
        let scheme_end = url.find("://")? + 3;
        let (scheme, after) = url.split_at(scheme_end);
        if !matches!(scheme, "http://" | "https://") {
            return None;
        }
        let after = after.split('#').next().unwrap_or_default();
        let (authority, rest) = after.split_at(after.find(['/', '?']).unwrap_or(after.len()));
        let (host, port) = split_port(authority);
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        Some(Url {
            scheme,
            host,
            port,
            path,
            query,
            rest,
        })
    }

    /// The URL without a port, and with one: the given or, if none is, the scheme's own. Some
    /// providers sign one, some the other.
    pub(super) fn without_and_with_port(&self) -> [String; 2] {
        let Url {
            scheme, host, rest, ..
        } = self;
        let default = if *scheme == "https://" { "443" } else { "80" };
        let port = self.port.unwrap_or(default);
        [
            format!("{scheme}{host}{rest}"),
            format!("{scheme}{host}:{port}{rest}"),
        ]
    }

    /// Scheme, host, port if written, and path.
    pub(super) fn base(&self) -> String {
        let Url {
            scheme, host, path, ..
        } = self;
        match self.port {
            Some(port) => format!("{scheme}{host}:{port}{path}"),
            None => format!("{scheme}{host}{path}"),
        }
    }
}

/// The port after the last colon, unless that colon is part of an IPv6 address in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_byte() {
        let url = Url::split("https://h.example:8443/a%E9/b?x=&y=%20").unwrap();
        assert_eq!((url.host, url.port), ("h.example", Some("8443")));
        assert_eq!((url.path, url.query), ("/a%E9/b", Some("x=&y=%20")));
        assert_eq!(url.base(), "https://h.example:8443/a%E9/b");
    }

    #[test]
    fn both_forms_of_the_port() {
        for (url, want) in [
            ("https://h/p?q", ["https://h/p?q", "https://h:443/p?q"]),
            ("http://h/p", ["http://h/p", "http://h:80/p"]),
            ("https://h:8443/p", ["https://h/p", "https://h:8443/p"]),
            (
                "https://[::1]/p",
                ["https://[::1]/p", "https://[::1]:443/p"],
            ),
            (
                "https://[::1]:9/p",
                ["https://[::1]/p", "https://[::1]:9/p"],
            ),
            ("https://h", ["https://h", "https://h:443"]),
        ] {
            assert_eq!(
                Url::split(url).unwrap().without_and_with_port(),
                want,
                "{url}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_web_address() {
        for url in ["", "h/p", "ftp://h/", "//h/p"] {
            assert_eq!(Url::split(url), None, "{url}");
        }
    }
}
