//! Which addresses are outside: an address that somebody typed in must not lead to this machine or
//! into its private networks (server-side request forgery), neither by number nor by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why an address is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a URL.
    #[error("url is not an address such as https://hooks.example.org/in")]
    NotUrl,
    /// Not encrypted.
    #[error("url must begin with https://; http:// is for this machine alone, with allow_private")]
    NotHttps,
    /// A name and password in it, which would be logged by others.
    #[error("url holds a user name or password; leave them out")]
    Credentials,
    /// Here, or in a private network.
    #[error("url leads to this machine or a private network; allow_private permits that")]
    Private,
}

/// A URL that may be called.
///
/// # Errors
/// See [`AddressError`]. Names are looked at again when they are resolved, by [`Guard`].
pub(crate) fn url(text: &str, allow_private: bool) -> Result<Url, AddressError> {
    let url: Url = text.parse().map_err(|_| AddressError::NotUrl)?;
    let host = url.host_str().ok_or(AddressError::NotUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let is_here = host == "localhost" || literal.is_some_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if is_here && allow_private => {}
        "http" => return Err(AddressError::NotHttps),
        _ => return Err(AddressError::NotUrl),
    }
    let closed = host == "localhost" || literal.is_some_and(|address| !is_outside(address));
    if closed && !allow_private {
        return Err(AddressError::Private);
    }
    Ok(url)
}

/// Whether an address belongs to the open internet.
pub(crate) fn is_outside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_outside_v4(v4),
        IpAddr::V6(v6) => is_outside_v6(v6),
    }
}

/// The special-purpose blocks of IPv4 (IANA's registry, RFC 6890).
fn is_outside_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let closed = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !closed
}

/// Only global unicast, and no IPv4 address of a closed block inside.
fn is_outside_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_outside_v4(v4);
    }
    let part = address.segments();
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_outside_v4(Ipv4Addr::new(a, b, c, d))
    };
    match part {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) lead to an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => inner(high, low),
        // Teredo, benchmarking, ORCHID, documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The addresses of a name, without those that are closed.
///
/// # Errors
/// When the name has none that is open.
pub(crate) async fn resolve(
    host: &str,
    port: u16,
    allow_private: bool,
) -> std::io::Result<Vec<SocketAddr>> {
    let host = host.trim_matches(['[', ']']);
    let found = tokio::net::lookup_host((host, port)).await?;
    let open: Vec<SocketAddr> = found
        .filter(|address| allow_private || is_outside(address.ip()))
        .collect();
    match open.is_empty() {
        true => Err(std::io::Error::other(AddressError::Private)),
        false => Ok(open),
    }
}

/// A resolver that knows only open addresses: what a name leads to is judged when it is called, so
/// that a name that changes in between leads nowhere else.
pub(crate) struct Guard {
    pub(crate) allow_private: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = resolve(name.as_str(), 0, allow_private).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// A resolver for the HTTP client.
pub(crate) fn guard(allow_private: bool) -> Arc<Guard> {
    Arc::new(Guard { allow_private })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_blocks_stay_closed() {
        let closed = "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1 \
            172.31.255.255 192.0.0.8 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 \
            224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 fc00::1 \
            fd12::1 fe80::1 fec0::1 64:ff9b::7f00:1 ff02::1 2001:db8::1 2001::1 64:ff9b::a00:1 2002:7f00:1::";
        for text in closed.split_whitespace() {
            assert!(!is_outside(text.parse().unwrap()), "{text}");
        }
        let open = "1.1.1.1 8.8.8.8 100.63.0.1 172.32.0.1 198.20.0.1 2606:4700::1111 \
            64:ff9b::808:808 ::ffff:8.8.8.8 2002:808:808::1";
        for text in open.split_whitespace() {
            assert!(is_outside(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_may_be_called() {
        use AddressError::{Credentials, NotHttps, NotUrl, Private};
        let rows = [
            ("https://hooks.example.org/x?key=1", None, None),
            ("https://8.8.8.8/x", None, None),
            ("http://hooks.example.org/x", Some(NotHttps), Some(NotHttps)),
            ("http://10.0.0.1/x", Some(NotHttps), Some(NotHttps)),
            ("http://127.0.0.1:8080/x", Some(NotHttps), None),
            ("http://[::1]:8080/x", Some(NotHttps), None),
            ("http://localhost/x", Some(NotHttps), None),
            ("https://127.0.0.1/x", Some(Private), None),
            ("https://localhost/x", Some(Private), None),
            ("https://2130706433/x", Some(Private), None),
            ("https://0x7f.1/x", Some(Private), None),
            ("https://169.254.169.254/latest", Some(Private), None),
            ("https://[fd00::1]/x", Some(Private), None),
            (
                "https://u:p@hooks.example.org",
                Some(Credentials),
                Some(Credentials),
            ),
            ("ftp://hooks.example.org", Some(NotUrl), Some(NotUrl)),
            ("hooks.example.org", Some(NotUrl), Some(NotUrl)),
            ("", Some(NotUrl), Some(NotUrl)),
        ];
        for (text, outside, anywhere) in rows {
            assert_eq!(url(text, false).err(), outside, "{text}");
            assert_eq!(url(text, true).err(), anywhere, "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_here_leads_nowhere() {
        assert!(resolve("localhost", 80, false).await.is_err());
        assert!(resolve("127.0.0.1", 80, false).await.is_err());
        assert!(!resolve("127.0.0.1", 80, true).await.unwrap().is_empty());
    }
}
