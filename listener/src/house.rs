//! The rules in force: what people set, and where they set nothing, what the settings file says.

use honeytoken::{Recordings, Retention, Settings};

use crate::app::App;
use crate::config::{Fetch, RecordingsConfig};
use crate::erasures::RetentionConfig;

impl App {
    fn set(&self) -> Option<Settings> {
        let state = self.recorder.view().state();
        state.registry.settings().cloned()
    }

    /// Who publishes reports, if they want to be named.
    pub(crate) fn brand(&self) -> Option<String> {
        let set = self.set().and_then(|set| set.brand);
        let brand = set.or_else(|| self.config.report.brand.clone());
        brand.filter(|brand| !brand.trim().is_empty())
    }

    /// The time zone of whoever chose none.
    pub(crate) fn time_zone(&self) -> String {
        let set = self.set().and_then(|set| set.time_zone);
        set.unwrap_or_else(|| self.config.page.time_zone.clone())
    }

    /// Whether recordings are fetched.
    pub(crate) fn recordings(&self) -> RecordingsConfig {
        let set = self.set().and_then(|set| set.recordings);
        set.map_or_else(|| self.config.recordings.clone(), RecordingsConfig::from)
    }

    /// How long personal data is kept.
    pub(crate) fn retention(&self) -> RetentionConfig {
        let set = self.set().and_then(|set| set.retention);
        set.map_or(self.config.retention, RetentionConfig::from)
    }
}

const fn fetch(fetch: bool) -> Fetch {
    match fetch {
        true => Fetch::Always,
        false => Fetch::Never,
    }
}

impl From<Recordings> for RecordingsConfig {
    fn from(set: Recordings) -> RecordingsConfig {
        let countries = set.countries.into_iter();
        RecordingsConfig {
            fetch: fetch(set.fetch),
            countries: countries.map(|(code, is)| (code, fetch(is))).collect(),
        }
    }
}

impl From<RecordingsConfig> for Recordings {
    fn from(config: RecordingsConfig) -> Recordings {
        let countries = config.countries.into_iter();
        Recordings {
            fetch: config.fetch == Fetch::Always,
            countries: countries
                .map(|(code, rule)| (code, rule == Fetch::Always))
                .collect(),
        }
    }
}

impl From<Retention> for RetentionConfig {
    fn from(set: Retention) -> RetentionConfig {
        RetentionConfig {
            contact_text_days: set.contact_text_days,
            caller_numbers_days: set.caller_numbers_days,
            raw_bodies_days: set.raw_bodies_days,
            recordings_days: set.recordings_days,
            personas_days: set.personas_days,
        }
    }
}

impl From<RetentionConfig> for Retention {
    fn from(config: RetentionConfig) -> Retention {
        Retention {
            contact_text_days: config.contact_text_days,
            caller_numbers_days: config.caller_numbers_days,
            raw_bodies_days: config.raw_bodies_days,
            recordings_days: config.recordings_days,
            personas_days: config.personas_days,
        }
    }
}
