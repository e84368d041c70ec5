//! The list of providers.

use std::collections::BTreeMap;

use honeytoken::{Authentication, Secret};

use super::settings::{SecretName, Secrets, SettingsError};
use super::webhook::{Adapter, Webhook};

/// A provider that can be connected: one row of [`PROVIDERS`].
#[derive(Debug)]
pub struct Provider {
    /// Its name in settings, URLs and vectors, such as `twilio`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it can tell us about a line.
    pub carries: &'static [Carries],
    /// How strongly its requests are authenticated, strongest first.
    pub authentication: &'static [Authentication],
    /// The secrets it verifies with.
    pub secrets: &'static [SecretName],
    /// Headers that are credentials by themselves, whoever copies them could send: kept apart from
    /// the other raw headers.
    pub credential_headers: &'static [&'static str],
    /// Whether the URL holds a credential, such as a token in its path.
    pub credential_in_url: bool,
    /// Some phones report one message twice under two ids; within this many seconds, equal
    /// [`Received::fingerprint`](super::Received::fingerprint)s are such a repeat.
    pub redelivers_with_new_id_within_s: Option<u32>,
    pub(super) connect: fn(&Secrets<'_>) -> Result<Box<dyn Adapter>, SettingsError>,
}

/// What a provider can tell about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carries {
    /// Text messages.
    Sms,
    /// Pictures and other files with a message.
    Mms,
    /// Calls that come in.
    Call,
    /// What became of a call.
    CallStatus,
    /// Recordings of calls, voicemail.
    Recording,
    /// What was said, as text.
    Transcript,
    /// Signs of life of a line, or of the device that holds it.
    Heartbeat,
}

impl Carries {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Carries; 7] = [
        Carries::Sms,
        Carries::Mms,
        Carries::Call,
        Carries::CallStatus,
        Carries::Recording,
        Carries::Transcript,
        Carries::Heartbeat,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Carries::Sms => "sms",
            Carries::Mms => "mms",
            Carries::Call => "call",
            Carries::CallStatus => "status",
            Carries::Recording => "recording",
            Carries::Transcript => "transcript",
            Carries::Heartbeat => "heartbeat",
        }
    }
}

/// Every provider, in alphabetical order.
pub static PROVIDERS: [&Provider; 21] = [
    &super::aliyun_pnp::PROVIDER,
    &super::aliyun_sms::PROVIDER,
    &super::android_sms_gateway::PROVIDER,
    &super::aws_sns::PROVIDER,
    &super::bandwidth::PROVIDER,
    &super::bird::PROVIDER,
    &super::gammu_smsd::PROVIDER,
    &super::httpsms::PROVIDER,
    &super::huawei_privatenumber::PROVIDER,
    &super::infobip::PROVIDER,
    &super::messagebird::PROVIDER,
    &super::plivo::PROVIDER,
    &super::signalwire::PROVIDER,
    &super::sinch::PROVIDER,
    &super::smsforwarder::PROVIDER,
    &super::standard_webhooks::PROVIDER,
    &super::telnyx::PROVIDER,
    &super::tencent_sms::PROVIDER,
    &super::twilio::PROVIDER,
    &super::vonage_jwt::PROVIDER,
    &super::vonage_sms::PROVIDER,
];

/// No adapter has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("provider {0:?} is unknown; use one of {list}", list = Provider::ids())]
pub struct UnknownProvider(pub String);

impl Provider {
    /// The provider of that id.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(id: &str) -> Result<&'static Provider, UnknownProvider> {
        let found = PROVIDERS.iter().find(|provider| provider.id == id);
        found.copied().ok_or_else(|| UnknownProvider(id.to_owned()))
    }

    /// All ids, separated by commas, for messages.
    fn ids() -> String {
        PROVIDERS.map(|provider| provider.id).join(", ")
    }

    /// A webhook that verifies with these secrets, named as in [`Provider::secrets`].
    ///
    /// A MAC's secret may be accompanied by its predecessor under `<name>_previous`, so that
    /// changing it loses nothing that is still on its way.
    ///
    /// # Errors
    /// A secret that is missing, unknown, or not of its form.
    pub fn connect(
        &'static self,
        secrets: &BTreeMap<String, Secret>,
    ) -> Result<Webhook, SettingsError> {
        let secrets = Secrets::new(self.secrets, secrets)?;
        Ok(Webhook {
            provider: self,
            adapter: (self.connect)(&secrets)?,
        })
    }
}
