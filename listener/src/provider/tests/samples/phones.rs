//! Apps and gateways in the user's own hands.

use super::*;

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        name: "standard_webhooks",
        id: (r#""to""#, r##""n":"#","to""##),
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
        id: ("e1", "e1#"),
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
        id: (r#""7""#, r##""7#""##),
        provider: "gammu_smsd",
        secrets: &[("whsec", WHSEC)],
        sign: standard_webhook,
        body: r#"{"argv":["7"],"env":{"SMS_MESSAGES":"1","SMS_1_TEXT":"hello","SMS_1_NUMBER":"10086"}}"#,
        age_max_s: Some(300),
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
        covers_url: WHOLE_URL,
        age_max_s: Some(599),
        ..UNSIGNED_BODY
    },
    Sample {
        name: "smsforwarder",
        id: ("", ""),
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
];
