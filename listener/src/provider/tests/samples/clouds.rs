//! Providers that sign what they send.

use super::*;

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        name: "twilio",
        id: ("SM1", "SM1#"),
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
        covers_url: URL_BUT_PORT,
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
        id: ("M1", "M1#"),
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
        id: ("c1", "c1#"),
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
        covers_url: &[Scheme, Host, Port, Path, Query],
        ..SIGNED_BODY
    },
    Sample {
        name: "plivo V2",
        id: ("m1", "m1#"),
        provider: "plivo",
        secrets: &[("auth_token", TOKEN)],
        sign: |url, body, _| {
            let nonce = nonce(body);
            let signature = base64(hmac_sha256(TOKEN, format!("{url}{nonce}")));
            Post::form(url, body)
                .with("x-plivo-signature-v2-nonce", nonce)
                .with("x-plivo-signature-v2", signature)
        },
        body: "MessageUUID=m1&To=14155550132&Text=hello",
        destination: Some("To=14155550132&"),
        covers_url: &[Scheme, Host, Port, Path],
        ..UNSIGNED_BODY
    },
    Sample {
        name: "signalwire form",
        id: ("SM1", "SM1#"),
        provider: "signalwire",
        sign: |url, body, _| {
            let signed = [url.as_bytes(), &sorted_form(body)].concat();
            Post::form(url, body).with("x-signalwire-signature", base64(hmac_sha1(TOKEN, signed)))
        },
        body: CXML,
        destination: CXML_TO,
        covers_url: URL_BUT_PORT,
        ..SIGNED_BODY
    },
    Sample {
        name: "signalwire json",
        id: ("c1", "c1#"),
        provider: "signalwire",
        sign: |url, body, _| {
            let signature = hmac_sha1(TOKEN, [url.as_bytes(), body].concat());
            Post::json(url, body).with("x-signalwire-signature", hex(signature))
        },
        body: r#"{"call":{"call_id":"c1","to":"+14155550132","call_state":"created"},"vars":"hello"}"#,
        destination: TO,
        covers_url: URL_BUT_PORT,
        ..SIGNED_BODY
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
        id: ("c1", "c1#"),
        provider: "sinch",
        secrets: &[("key", "app"), ("secret_base64", "c2VjcmV0")],
        sign: |url, body, at| {
            let digest = if body.is_empty() {
                String::new()
            } else {
                base64(Md5::digest(body))
            };
            let path = &url[url.rfind("/hooks").unwrap()..];
            let signed = format!("POST\n{digest}\napplication/json\nx-timestamp:{at}\n{path}");
            let signature = base64(hmac_sha256("secret", signed));
            Post::json(url, body)
                .with("x-timestamp", at.to_string())
                .with("authorization", format!("Application app:{signature}"))
        },
        body: r#"{"event":"call.incoming","call":{"callId":"c1","to":{"number":"+14155550132"},"callResult":"hello"}}"#,
        destination: Some(r#""to":{"number":"+14155550132"},"#),
        covers_url: &[Path],
        age_max_s: Some(300),
        ..SIGNED_BODY
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
        covers_url: WHOLE_URL,
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
        covers_url: WHOLE_URL,
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
];
