//! The addresses that SNS's certificates may come from.

use crate::provider::url::Url;

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
}
