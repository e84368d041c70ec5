//! Providers that sign nothing, or not the body.

use super::*;

pub(super) const SAMPLES: &[Sample] = &[
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
        name: "infobip",
        provider: "infobip",
        secrets: BASIC,
        sign: basic,
        body: r#"{"results":[{"messageId":"m1","to":"14155550132","text":"hello"}]}"#,
        destination: Some(r#""to":"14155550132","#),
        ..UNSIGNED_BODY
    },
    Sample {
        name: "aliyun_sms",
        id: (r#""sequence_id":1"#, r##""sequence_id":1#"##),
        provider: "aliyun_sms",
        body: r#"[{"phone_number":"13800138000","content":"hello","dest_code":"900072","sequence_id":1}]"#,
        ..URL_TOKEN
    },
    Sample {
        name: "aliyun_pnp",
        id: ("c1", "c1#"),
        provider: "aliyun_pnp",
        body: r#"[{"call_id":"c1","secret_no":"17000000002","peer_no":"hello","call_type":1}]"#,
        destination: Some(r#""secret_no":"17000000002","#),
        ..URL_TOKEN
    },
    Sample {
        name: "tencent_sms",
        id: ("1791000000", "179100000#"),
        provider: "tencent_sms",
        body: r#"{"mobile":"13800138000","nationcode":"86","text":"hello","time":1791000000}"#,
        ..URL_TOKEN
    },
    Sample {
        name: "huawei_privatenumber",
        provider: "huawei_privatenumber",
        secrets: &[("app_key", "app"), ("app_secret", TOKEN)],
        sign: |url, body, at| {
            let nonce = nonce(body);
            let digest = base64(hmac_sha256(TOKEN, format!("{nonce}{at}")));
            let token = format!(
                r#"UsernameToken Username="app",PasswordDigest="{digest}",Nonce="{nonce}",Created="{at}""#
            );
            Post::json(url, body).with("x-aksk", token)
        },
        body: r#"{"smsEvent":{"smsIdentifier":"m1","virtualNumber":"+8617000000001","smsContent":"hello"}}"#,
        destination: Some(r#""virtualNumber":"+8617000000001","#),
        age_max_s: Some(300),
        ..UNSIGNED_BODY
    },
];
