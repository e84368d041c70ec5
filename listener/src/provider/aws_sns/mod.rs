//! AWS End User Messaging: two-way SMS, delivered by SNS over HTTPS.
//!
//! A JSON envelope whose `Message` is the message as JSON text:
//! <https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html>. Signed with
//! RSA under a certificate that SNS names by address, over some fields one by one:
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>.
//!
//! **Anyone can sign with SNS**: the topic must be ours. The certificate is taken from SNS's own
//! hosts alone; one that is not here yet makes the request undecided. `UnsubscribeURL` is not
//! signed and never used. A subscription is confirmed by a GET of `SubscribeURL`, see
//! [`Webhook::follow_up`](super::Webhook::follow_up).
//!
//! No pictures, calls or attestations come this way.

mod address;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Authentication, Medium, Timestamp};
use serde::Deserialize;

use report::signature::sns::{self, Certificate, Envelope};

use self::address::{is_sns_address, is_sns_host};
use super::mac::passed;
use super::party::party;
use super::webhook::{Adapter, Proof, PublicKeyText};
use super::{
    Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName, SettingsError,
    Undecided, Verified, json, when,
};

/// How old a message may be, in seconds.
const AGE_MAX_S: i64 = sns::AGE_MAX_S as i64;
/// Certificates that are kept; SNS has one per region and replaces it every year or so.
const CERTIFICATES_MAX: usize = 16;
const SUBSCRIBE_URL: &str = "subscribe_url";
const PINNED: &str = "certificate_pem";

pub(super) static PROVIDER: Provider = Provider {
    id: sns::PROVIDER,
    title: "AWS End User Messaging (SNS)",
    carries: &[Carries::Sms],
    authentication: &[Authentication::SignatureBody],
    secrets: &[
        SecretName::required("allowed_topic_arn", "the topic that is ours, arn:aws:sns:…"),
        SecretName::optional(
            PINNED,
            "SNS's certificate (PEM), where this machine may not fetch it from AWS",
        ),
    ],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        let topic = secrets.required("allowed_topic_arn")?.to_owned();
        let pem = |pem| {
            let wanted = "a certificate in PEM";
            let name = PINNED;
            Certificate::from_pem(pem).ok_or(SettingsError::Form { name, wanted })
        };
        let pinned = secrets.rotating(PINNED).into_iter().map(pem);
        Ok(Box::new(AwsSns {
            topic,
            pinned: pinned.collect::<Result<_, _>>()?,
            certificates: BTreeMap::new(),
        }))
    },
};

#[derive(Clone)]
struct AwsSns {
    topic: String,
    /// Given by the operator; then none is fetched.
    pinned: Vec<Certificate>,
    certificates: BTreeMap<String, Certificate>,
}

impl AwsSns {
    /// What can be refused before the certificate is at hand.
    fn check(&self, envelope: &Envelope, now: Timestamp) -> Result<(), Rejection> {
        if !is_sns_address(&envelope.signing_cert_url) {
            return Err(Rejection::ForeignAddress("SigningCertURL"));
        }
        if envelope.topic_arn != self.topic {
            return Err(Rejection::WrongAccount("TopicArn"));
        }
        let sent = when::rfc3339(&envelope.timestamp).ok_or(Rejection::BadTime("Timestamp"))?;
        when::fresh(now, sent, AGE_MAX_S, "Timestamp")
    }
}

impl Adapter for AwsSns {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let envelope = read(request.body)?;
        self.check(&envelope, now)?;
        let unknown = Rejection::UnknownAlgorithm("SignatureVersion");
        let hash = envelope.hash().ok_or(unknown)?;
        let signature = STANDARD
            .decode(&envelope.signature)
            .map_err(|_| Rejection::BadSignature)?;
        let url = &envelope.signing_cert_url;
        let fetched = self.certificates.get(url);
        if fetched.is_none() && self.pinned.is_empty() {
            return Err(Undecided::CertificateNeeded { url: url.clone() }.into());
        }
        let signed = envelope.signed();
        let mut certificates = self.pinned.iter().chain(fetched);
        passed(certificates.any(|c| c.verify(hash, signed.as_bytes(), &signature)))?;
        Ok(Authentication::SignatureBody.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let envelope: Envelope = json::read(verified.request.body)?;
        let id = &envelope.message_id;
        let event = match envelope.kind.as_str() {
            "Notification" => message(&envelope)?,
            "SubscriptionConfirmation" => {
                let url = envelope.subscribe_url.as_deref();
                Received::new(Medium::Control, "subscription-confirmation", id).with_extra(
                    SUBSCRIBE_URL,
                    url.ok_or(Malformed::Missing("SubscribeURL"))?,
                )
            }
            "UnsubscribeConfirmation" => {
                Received::new(Medium::Control, "unsubscribe-confirmation", id)
            }
            _ => return Err(Malformed::UnknownEvent),
        };
        Ok(vec![event.told_at(Some(&envelope.timestamp))])
    }

    fn follow_up(&self, events: &[Received]) -> Option<String> {
        let confirm = events
            .iter()
            .find(|e| e.phase == "subscription-confirmation")?;
        let url = confirm.extra.get(SUBSCRIBE_URL)?.as_str()?;
        is_sns_host(url).then(|| url.to_owned())
    }

    fn public_keys(&self) -> Vec<PublicKeyText> {
        let text = |certificate: &Certificate, url: Option<&String>| PublicKeyText {
            key: certificate.pem().to_owned(),
            url: url.cloned(),
        };
        let pinned = self.pinned.iter().map(|c| text(c, None));
        let fetched = self.certificates.iter().map(|(url, c)| text(c, Some(url)));
        pinned.chain(fetched).collect()
    }

    fn with_certificate(&self, url: &str, pem: &str) -> Option<Box<dyn Adapter>> {
        let certificate = Certificate::from_pem(pem)?;
        let mut learned = self.clone();
        while learned.certificates.len() >= CERTIFICATES_MAX {
            learned.certificates.pop_first();
        }
        learned.certificates.insert(url.to_owned(), certificate);
        Some(Box::new(learned))
    }
}

fn read(body: &[u8]) -> Result<Envelope, Rejection> {
    serde_json::from_slice(body).map_err(|error| match error.is_data() {
        true => Rejection::MissingSignature("field of an SNS message, or one of another type"),
        false => Rejection::Undecodable("body"),
    })
}

/// What stands in `Message` as text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    origination_number: Option<String>,
    destination_number: String,
    message_body: Option<String>,
    message_keyword: Option<String>,
    inbound_message_id: String,
}

fn message(envelope: &Envelope) -> Result<Received, Malformed> {
    let message: Message = json::read(envelope.message.as_bytes())?;
    let to = party(Some(&message.destination_number));
    let to = to.ok_or(Malformed::Missing("destinationNumber"))?;
    Ok(
        Received::sms(&message.inbound_message_id, message.message_body.as_deref())
            .between(party(message.origination_number.as_deref()), Some(to))
            .with_extra("sns_message_id", envelope.message_id.as_str())
            .with_detail("keyword", message.message_keyword.as_deref()),
    )
}
