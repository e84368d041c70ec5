use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

const AT: Timestamp = Timestamp::from_unix_s(1_790_000_000);

fn signed(body: &[u8], at_s: i64) -> (ProviderKey, Vec<(String, String)>) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let signature = pair.sign(&[format!("{at_s}|").as_bytes(), body].concat());
    let key = ProviderKey {
        connection: "tx".parse().unwrap(),
        provider: telnyx::PROVIDER.to_owned(),
        key: STANDARD.encode(pair.public_key().as_ref()),
        url: None,
    };
    let header = |name: &str, value: String| (name.to_owned(), value);
    let headers = vec![
        header(telnyx::TIMESTAMP, at_s.to_string()),
        header(telnyx::SIGNATURE, STANDARD.encode(signature.as_ref())),
    ];
    (key, headers)
}

fn said(key: &ProviderKey, headers: &[(String, String)], body: &[u8]) -> Answer {
    let kept = Kept {
        headers,
        body,
        received_at: AT,
    };
    check(key, &kept)
}

#[test]
fn a_kept_request_is_checked_again() {
    let (key, headers) = signed(b"{}", AT.as_unix_s());
    assert_eq!(said(&key, &headers, b"{}"), Answer::Signed);
    assert_eq!(said(&key, &headers, b"{ }"), Answer::Wrong);
    let (_, late) = signed(b"{}", AT.as_unix_s() + 301);
    assert_eq!(said(&key, &late, b"{}"), Answer::Stale);
    assert_eq!(said(&key, &headers[..1], b"{}"), Answer::Silent);
    let twice = [&headers[..], &headers[1..]].concat();
    assert_eq!(said(&key, &twice, b"{}"), Answer::Silent);
}

#[test]
fn another_key_and_another_scheme() {
    let (key, headers) = signed(b"{}", AT.as_unix_s());
    let other = ProviderKey {
        key: STANDARD.encode([9; 32]),
        ..key.clone()
    };
    assert_eq!(said(&other, &headers, b"{}"), Answer::Wrong);
    for (provider, text) in [(sns::PROVIDER, "junk"), ("twilio", "x"), ("telnyx", "AAAA")] {
        let strange = ProviderKey {
            provider: provider.to_owned(),
            key: text.to_owned(),
            ..key.clone()
        };
        assert_eq!(said(&strange, &headers, b"{}"), Answer::Silent);
    }
}
