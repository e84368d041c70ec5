//! One message, "hello", to one line, as each provider signs and sends it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Secret, Timestamp};
use md5::{Digest as _, Md5};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;

use super::kit::{Post, URL, base64, connect, hex, hmac_sha1, hmac_sha256, jwt, sha256_hex};
use crate::provider::{Webhook, sign};

/// How a provider sends, and what its signature covers.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    pub(super) secrets: &'static [(&'static str, &'static str)],
    pub(super) url: &'static str,
    /// Signs a body at a time.
    pub(super) sign: fn(&str, &[u8], Timestamp) -> Post,
    pub(super) body: &'static str,
    /// How the destination stands in the body, with the separator that follows it.
    pub(super) destination: Option<&'static str>,
    pub(super) covers_body: bool,
    pub(super) covers_url: bool,
    /// The oldest signature that is accepted, in seconds.
    pub(super) age_max_s: Option<i64>,
}

impl Sample {
    pub(super) fn webhook(&self) -> Webhook {
        let webhook = connect(self.provider, self.secrets);
        webhook
            .learn_certificate(SNS_CERTIFICATE_URL, SNS_CERTIFICATE)
            .unwrap_or(webhook)
    }

    pub(super) fn post(&self, body: impl AsRef<[u8]>, at: Timestamp) -> Post {
        (self.sign)(self.url, body.as_ref(), at)
    }
}

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const URL_WITH_TOKEN: &str =
    "https://hooks.example.net/hooks/line/0123456789abcdef0123456789abcdef";
const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
const BASIC: &[(&str, &str)] = &[("basic_user", "canary"), ("basic_password", "pass:word")];
const SNS_TOPIC: &str = "arn:aws:sns:us-east-1:837785849826:line";
const SNS_CERTIFICATE_URL: &str = "https://sns.us-east-1.amazonaws.com/made-for-tests.pem";
const SNS_CERTIFICATE: &str = include_str!("data/sns_test_certificate.pem");
const SNS_KEY: &str = include_str!("data/sns_test_key.pem");
const ED25519_SEED: [u8; 32] = [7; 32];

const CXML: &str = "MessageSid=SM1&To=%2B14155550132&From=%2B14155550199&Body=hello";
const TO: Option<&str> = Some(r#""to":"+14155550132","#);
const CXML_TO: Option<&str> = Some("To=%2B14155550132&");

const SIGNED_BODY: Sample = Sample {
    name: "",
    provider: "",
    secrets: &[("signing_key", TOKEN)],
    url: URL,
    sign: |url, body, _| Post::json(url, body),
    body: "",
    destination: None,
    covers_body: true,
    covers_url: false,
    age_max_s: None,
};

const UNSIGNED_BODY: Sample = Sample {
    covers_body: false,
    ..SIGNED_BODY
};

const URL_TOKEN: Sample = Sample {
    secrets: &[("url_token", TOKEN)],
    url: URL_WITH_TOKEN,
    ..UNSIGNED_BODY
};

/// One for each way in which a provider signs.
pub(super) const SAMPLES: [Sample; 24] = [
    Sample {
        name: "twilio",
        provider: "twilio",
        secrets: &[("auth_token", TOKEN)],
        sign: |url, body, _| {
            signed_by(
                Post::form(url, body),
                sign::twilio_form(&Secret::new(TOKEN), url, body),
            )
        },
        body: CXML,
        destination: CXML_TO,
        covers_url: true,
        ..SIGNED_BODY
    },
    Sample {
        name: "standard_webhooks",
        provider: "standard_webhooks",
        secrets: &[("whsec", WHSEC)],
        sign: standard_webhook,
        body: r#"{"type":"sms.received","timestamp":"2026-10-03T04:00:00Z","data":{"to":"+14155550132","text":"hello"}}"#,
        destination: TO,
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "android_sms_gateway",
        provider: "android_sms_gateway",
        sign: |url, body, at| {
            let headers = sign::android_sms_gateway(&Secret::new(TOKEN), at, body);
            signed_by(Post::json(url, body), headers)
        },
        body: r#"{"id":"e1","event":"sms:received","payload":{"message":"hello","sender":"10086"}}"#,
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "gammu_smsd",
        provider: "gammu_smsd",
        secrets: &[("whsec", WHSEC)],
        sign: standard_webhook,
        body: r#"{"argv":["7"],"env":{"SMS_MESSAGES":"1","SMS_1_TEXT":"hello","SMS_1_NUMBER":"10086"}}"#,
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "telnyx",
        provider: "telnyx",
        secrets: &[("public_key", "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=")],
        sign: |url, body, at| {
            let at = at.as_unix_s().to_string();
            let key = Ed25519KeyPair::from_seed_unchecked(&ED25519_SEED).unwrap();
            let signature = key.sign(&[at.as_bytes(), b"|", body].concat());
            Post::json(url, body)
                .with("telnyx-timestamp", at)
                .with("telnyx-signature-ed25519", base64(signature))
        },
        body: r#"{"data":{"event_type":"message.received","id":"w1","payload":{"id":"m1","to":[{"phone_number":"+14155550132"}],"text":"hello"}}}"#,
        destination: Some(r#""to":[{"phone_number":"+14155550132"}],"#),
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "vonage_sms",
        provider: "vonage_sms",
        secrets: &[("signature_secret", TOKEN), ("signature_method", "md5hash")],
        sign: |url, body, at| {
            let body = [body, format!("&timestamp={}", at.as_unix_s()).as_bytes()].concat();
            let sig = vonage_md5(&body);
            Post::form(url, [&body, b"&sig=".as_slice(), sig.as_bytes()].concat())
        },
        body: "messageId=M1&to=14155550132&text=hello",
        destination: Some("to=14155550132&"),
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "vonage_jwt",
        provider: "vonage_jwt",
        secrets: &[("signature_secret", TOKEN), ("api_key", "k1")],
        sign: |url, body, at| {
            let (iat, payload_hash) = (at.as_unix_s(), sha256_hex(body));
            let claims =
                json!({"iss":"Vonage","iat":iat,"payload_hash":payload_hash,"api_key":"k1"});
            Post::json(url, body).with("authorization", format!("Bearer {}", jwt(TOKEN, &claims)))
        },
        body: r#"{"message_uuid":"m1","message_type":"text","to":"14155550132","text":"hello"}"#,
        destination: Some(r#""to":"14155550132","#),
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "plivo V3",
        provider: "plivo",
        secrets: &[("auth_token", TOKEN)],
        sign: |url, body, _| {
            let signed = [url.as_bytes(), b"?", &sorted_form(body), b".nonce"].concat();
            Post::form(url, body)
                .with("x-plivo-signature-v3-nonce", "nonce")
                .with("x-plivo-signature-v3", base64(hmac_sha256(TOKEN, signed)))
        },
        body: "CallUUID=c1&To=14155550132&CallStatus=ringing&CallerName=hello",
        destination: Some("To=14155550132&"),
        covers_url: true,
        ..SIGNED_BODY
    },
    Sample {
        name: "plivo V2",
        provider: "plivo",
        secrets: &[("auth_token", TOKEN)],
        sign: |url, body, _| {
            Post::form(url, body)
                .with("x-plivo-signature-v2-nonce", "nonce")
                .with(
                    "x-plivo-signature-v2",
                    base64(hmac_sha256(TOKEN, format!("{url}nonce"))),
                )
        },
        body: "MessageUUID=m1&To=14155550132&Text=hello",
        destination: Some("To=14155550132&"),
        ..UNSIGNED_BODY
    },
    Sample {
        name: "signalwire form",
        provider: "signalwire",
        sign: |url, body, _| {
            let signed = [url.as_bytes(), &sorted_form(body)].concat();
            Post::form(url, body).with("x-signalwire-signature", base64(hmac_sha1(TOKEN, signed)))
        },
        body: CXML,
        destination: CXML_TO,
        covers_url: true,
        ..SIGNED_BODY
    },
    Sample {
        name: "signalwire json",
        provider: "signalwire",
        sign: |url, body, _| {
            let signature = hmac_sha1(TOKEN, [url.as_bytes(), body].concat());
            Post::json(url, body).with("x-signalwire-signature", hex(signature))
        },
        body: r#"{"call":{"call_id":"c1","to":"+14155550132","call_state":"created"},"vars":"hello"}"#,
        destination: TO,
        covers_url: true,
        ..SIGNED_BODY
    },
    Sample {
        name: "bandwidth",
        provider: "bandwidth",
        secrets: BASIC,
        sign: basic,
        body: r#"[{"type":"message-received","to":"+14155550132","message":{"id":"m1","text":"hello"}}]"#,
        destination: TO,
        ..UNSIGNED_BODY
    },
    Sample {
        name: "sinch sms",
        provider: "sinch",
        secrets: &[("webhook_secret", TOKEN)],
        sign: |url, body, at| {
            let at = at.as_unix_s().to_string();
            let signed = [body, b".nonce.", at.as_bytes()].concat();
            Post::json(url, body)
                .with(
                    "x-sinch-webhook-signature",
                    base64(hmac_sha256(TOKEN, signed)),
                )
                .with("x-sinch-webhook-signature-nonce", "nonce")
                .with("x-sinch-webhook-signature-timestamp", at)
        },
        body: r#"{"type":"mo_text","id":"m1","to":"14155550132","body":"hello"}"#,
        destination: Some(r#""to":"14155550132","#),
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "sinch voice",
        provider: "sinch",
        secrets: &[("key", "app"), ("secret_base64", "c2VjcmV0")],
        sign: |url, body, at| {
            let digest = if body.is_empty() {
                String::new()
            } else {
                base64(Md5::digest(body))
            };
            let path = "/hooks/line";
            let signed = format!("POST\n{digest}\napplication/json\nx-timestamp:{at}\n{path}");
            let signature = base64(hmac_sha256("secret", signed));
            Post::json(url, body)
                .with("x-timestamp", at.to_string())
                .with("authorization", format!("Application app:{signature}"))
        },
        body: r#"{"event":"call.incoming","call":{"callId":"c1","to":{"number":"+14155550132"},"callResult":"hello"}}"#,
        destination: Some(r#""to":{"number":"+14155550132"},"#),
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "infobip",
        provider: "infobip",
        secrets: BASIC,
        sign: basic,
        body: r#"{"results":[{"messageId":"m1","to":"14155550132","text":"hello"}]}"#,
        destination: Some(r#""to":"14155550132","#),
        ..UNSIGNED_BODY
    },
    Sample {
        name: "messagebird",
        provider: "messagebird",
        sign: |url, body, at| {
            let at = at.as_unix_s();
            let mut claims = json!({"iss":"MessageBird","nbf":at,"exp":at + 60,"url_hash":sha256_hex(url.as_bytes())});
            if !body.is_empty() {
                claims["payload_hash"] = sha256_hex(body).into();
            }
            Post::form(url, body).with("messagebird-signature-jwt", jwt(TOKEN, &claims))
        },
        body: "id=m1&recipient=14155550132&originator=447700900123&body=hello",
        destination: Some("recipient=14155550132&"),
        covers_url: true,
        age_max_s: Some(60),
        ..SIGNED_BODY
    },
    Sample {
        name: "bird",
        provider: "bird",
        sign: |url, body, at| {
            let at = at.as_unix_s().to_string();
            let digest = ring::digest::digest(&ring::digest::SHA256, body);
            let signed = [format!("{at}\n{url}\n").as_bytes(), digest.as_ref()].concat();
            Post::json(url, body)
                .with("messagebird-request-timestamp", at)
                .with("messagebird-signature", base64(hmac_sha256(TOKEN, signed)))
        },
        body: r#"{"payload":{"id":"m1","channelId":"c1","body":{"type":"text","text":{"text":"hello"}}}}"#,
        covers_url: true,
        age_max_s: Some(300),
        ..SIGNED_BODY
    },
    Sample {
        name: "aws_sns",
        provider: "aws_sns",
        secrets: &[("allowed_topic_arn", SNS_TOPIC)],
        sign: sns,
        body: r#"{"inboundMessageId":"m1","destinationNumber":"+14155550132","messageBody":"hello"}"#,
        destination: Some(r#""destinationNumber":"+14155550132","#),
        age_max_s: Some(3_600),
        ..SIGNED_BODY
    },
    Sample {
        name: "httpsms",
        provider: "httpsms",
        sign: |url, body, at| {
            let at = at.as_unix_s();
            let claims = json!({"iss":"api.httpsms.com","aud":[url],"nbf":at - 600,"exp":at + 600});
            Post::json(url, body).with("authorization", format!("Bearer {}", jwt(TOKEN, &claims)))
        },
        body: r#"{"type":"message.phone.received","data":{"message_id":"m1","owner":"+14155550132","content":"hello"}}"#,
        destination: Some(r#""owner":"+14155550132","#),
        covers_url: true,
        age_max_s: Some(599),
        ..UNSIGNED_BODY
    },
    Sample {
        name: "smsforwarder",
        provider: "smsforwarder",
        secrets: &[("secret", TOKEN)],
        sign: |url, body, at| {
            let at = (at.as_micros() / 1_000).to_string();
            let sign = base64(hmac_sha256(TOKEN, format!("{at}\n{TOKEN}")));
            // Encoded twice, as the app does.
            let sign = sign
                .replace('+', "%252B")
                .replace('/', "%252F")
                .replace('=', "%253D");
            Post::form(
                url,
                [body, format!("&timestamp={at}&sign={sign}").as_bytes()].concat(),
            )
        },
        body: "from=10086&text=hello&slot=SIM1_%2B8613800138001",
        age_max_s: Some(300),
        ..UNSIGNED_BODY
    },
    Sample {
        name: "aliyun_sms",
        provider: "aliyun_sms",
        body: r#"[{"phone_number":"13800138000","content":"hello","dest_code":"900072","sequence_id":1}]"#,
        ..URL_TOKEN
    },
    Sample {
        name: "aliyun_pnp",
        provider: "aliyun_pnp",
        body: r#"[{"call_id":"c1","secret_no":"17000000002","peer_no":"hello","call_type":1}]"#,
        destination: Some(r#""secret_no":"17000000002","#),
        ..URL_TOKEN
    },
    Sample {
        name: "tencent_sms",
        provider: "tencent_sms",
        body: r#"{"mobile":"13800138000","nationcode":"86","text":"hello","time":1791000000}"#,
        ..URL_TOKEN
    },
    Sample {
        name: "huawei_privatenumber",
        provider: "huawei_privatenumber",
        secrets: &[("app_key", "app"), ("app_secret", TOKEN)],
        sign: |url, body, at| {
            let digest = base64(hmac_sha256(TOKEN, format!("nonce{at}")));
            let token = format!(
                r#"UsernameToken Username="app",PasswordDigest="{digest}",Nonce="nonce",Created="{at}""#
            );
            Post::json(url, body).with("x-aksk", token)
        },
        body: r#"{"smsEvent":{"smsIdentifier":"m1","virtualNumber":"+8617000000001","smsContent":"hello"}}"#,
        destination: Some(r#""virtualNumber":"+8617000000001","#),
        age_max_s: Some(300),
        ..UNSIGNED_BODY
    },
];

/// The sample of that name.
pub(super) fn sample(name: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.name == name).unwrap()
}

fn signed_by(post: Post, headers: sign::Headers) -> Post {
    headers
        .into_iter()
        .fold(post, |post, (name, value)| post.with(name, value))
}

fn standard_webhook(url: &str, body: &[u8], at: Timestamp) -> Post {
    let headers = sign::standard_webhook(&Secret::new(WHSEC), "msg_1", at, body).unwrap();
    signed_by(Post::json(url, body), headers)
}

fn basic(url: &str, body: &[u8], _: Timestamp) -> Post {
    Post::json(url, body).with(
        "authorization",
        format!("Basic {}", base64("canary:pass:word")),
    )
}

/// The fields of a form whose values need no decoding but `%2B`, sorted, as they are signed.
fn sorted_form(body: &[u8]) -> Vec<u8> {
    let mut fields: Vec<_> = body
        .split(|byte| *byte == b'&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let at = field.iter().position(|byte| *byte == b'=');
            let (name, value) = field.split_at(at.unwrap_or(field.len()));
            let value = value.strip_prefix(b"=").unwrap_or_default();
            (
                percent_encoding::percent_decode(name),
                percent_encoding::percent_decode(value),
            )
        })
        .map(|(name, value)| (name.collect::<Vec<u8>>(), value.collect::<Vec<u8>>()))
        .collect();
    fields.sort();
    fields
        .into_iter()
        .flat_map(|(name, value)| [name, value].concat())
        .collect()
}

/// Vonage's "MD5 hash" of a form whose values need no decoding.
fn vonage_md5(body: &[u8]) -> String {
    let mut fields: Vec<&[u8]> = body
        .split(|byte| *byte == b'&')
        .filter(|f| !f.is_empty())
        .collect();
    fields.sort_by_key(|field| field.split(|byte| *byte == b'=').next().map(<[u8]>::to_vec));
    let signed = |field: &&[u8]| {
        let at = field
            .iter()
            .position(|byte| *byte == b'=')
            .unwrap_or(field.len());
        let value: Vec<u8> = field[at..]
            .iter()
            .skip(1)
            .map(|b| if *b == b'=' { b'_' } else { *b })
            .collect();
        [b"&", &field[..at], b"=", &value].concat()
    };
    let mut signed: Vec<u8> = fields.iter().flat_map(signed).collect();
    signed.extend(TOKEN.as_bytes());
    hex(Md5::digest(signed))
}

/// An envelope around `message`, whose bytes stand in it as they are but for quotes.
fn sns(url: &str, message: &[u8], at: Timestamp) -> Post {
    let fields = [
        ("Message", message.to_vec()),
        ("MessageId", b"n1".to_vec()),
        ("Timestamp", at.to_string().into_bytes()),
        ("TopicArn", SNS_TOPIC.as_bytes().to_vec()),
        ("Type", b"Notification".to_vec()),
    ];
    let signed = fields
        .iter()
        .map(|(name, value)| [name.as_bytes(), b"\n", value, b"\n"].concat());
    let signature = rsa_sha256(&signed.collect::<Vec<_>>().concat());
    let unsigned = [
        ("SignatureVersion", b"2".to_vec()),
        ("SigningCertURL", SNS_CERTIFICATE_URL.as_bytes().to_vec()),
        ("Signature", STANDARD.encode(signature).into_bytes()),
    ];
    let fields = fields.iter().chain(&unsigned);
    let fields = fields
        .map(|(name, value)| [b"\"", name.as_bytes(), b"\":\"", &escaped(value), b"\""].concat());
    let body = [
        b"{",
        fields.collect::<Vec<_>>().join(&b',').as_slice(),
        b"}",
    ]
    .concat();
    Post::new(url, "text/plain; charset=UTF-8", body)
}

fn escaped(value: &[u8]) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b'"' | b'\\' => vec![b'\\', *byte],
        0..0x20 => format!("\\u{byte:04x}").into_bytes(),
        other => vec![*other],
    };
    value.iter().flat_map(escape).collect()
}

fn rsa_sha256(message: &[u8]) -> Vec<u8> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(SNS_KEY.as_bytes()).unwrap();
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message,
        &mut signature,
    )
    .unwrap();
    signature
}
