//! What is asked for.

use std::str::FromStr;

use honeytoken::{IdError, PlatformId};

use crate::preset::{Preset, UnknownPreset};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $unknown:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// Their words, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word in addresses and arguments.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }

        impl FromStr for $name {
            type Err = OrderError;

            fn from_str(text: &str) -> Result<$name, OrderError> {
                match text {
                    $($word => Ok($name::$variant),)*
                    _ => Err(OrderError::Unknown {
                        what: $unknown,
                        word: text.to_owned(),
                        known: $name::WORDS.join(", "),
                    }),
                }
            }
        }
    };
}

words! {
    /// What can be exported.
    Kind, "export" {
        /// Calls and messages, oldest first.
        Contacts = "contacts",
        /// Lines: whom each was given to, since when, and how long it was proven alive.
        Exposure = "exposure",
        /// What is said of each platform.
        Verdicts = "verdicts",
        /// Callers' activities, as far as contacts could be linked.
        Campaigns = "campaigns",
        /// Pairs of platforms that share buyers.
        Links = "links",
        /// Contacts as a graph in the ontologies UCO and CASE, JSON-LD.
        Case = "case",
        /// Caller infrastructure as a MISP event.
        Misp = "misp",
        /// Caller infrastructure as a STIX 2.1 bundle.
        Stix = "stix",
        /// What happened when, for Timesketch.
        Timesketch = "timesketch",
        /// Caller ids to block.
        Blocklist = "blocklist",
    }
}

words! {
    /// How it is written.
    Format, "format" {
        /// Comma-separated values (RFC 4180).
        Csv = "csv",
        /// A JSON object a line.
        Jsonl = "jsonl",
        /// Apache Parquet.
        Parquet = "parquet",
        /// One JSON document.
        Json = "json",
        /// One JSON-LD document.
        Jsonld = "jsonld",
        /// Address-book cards (vCard 3.0, RFC 2426).
        Vcard = "vcard",
    }
}

impl Kind {
    /// The formats that it is written in, the usual one first.
    pub const fn formats(self) -> &'static [Format] {
        match self {
            Kind::Contacts | Kind::Exposure | Kind::Verdicts | Kind::Campaigns | Kind::Links => {
                &[Format::Csv, Format::Jsonl, Format::Parquet]
            }
            Kind::Case => &[Format::Jsonld],
            Kind::Misp | Kind::Stix => &[Format::Json],
            Kind::Timesketch => &[Format::Csv],
            Kind::Blocklist => &[Format::Csv, Format::Vcard],
        }
    }

    /// Whether contacts have to be read for it.
    pub const fn reads_contacts(self) -> bool {
        !matches!(
            self,
            Kind::Exposure | Kind::Verdicts | Kind::Campaigns | Kind::Links
        )
    }
}

impl Format {
    /// What the file is.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv",
            Format::Jsonl => "application/jsonl",
            Format::Parquet => "application/vnd.apache.parquet",
            Format::Json => "application/json",
            Format::Jsonld => "application/ld+json",
            Format::Vcard => "text/vcard",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Format::Vcard => "vcf",
            _ => self.as_str(),
        }
    }
}

/// Why something asked for is not exported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// A word that stands for nothing.
    #[error("{what} {word:?} is unknown; use one of {known}")]
    Unknown {
        /// What it should name.
        what: &'static str,
        /// The word.
        word: String,
        /// Those that are known.
        known: String,
    },
    /// No preset.
    #[error(transparent)]
    Preset(#[from] UnknownPreset),
    /// No platform's id.
    #[error("platform: {0}")]
    Platform(#[from] IdError),
    /// A format that this is not written in.
    #[error("{kind} is not written as {format}; use one of {offered}")]
    NotOffered {
        /// What.
        kind: &'static str,
        /// The format.
        format: &'static str,
        /// Those that it is written in.
        offered: String,
    },
    /// For a platform, but which?
    #[error("preset platform is for one platform; name it")]
    WhichPlatform,
    /// Nothing would be left.
    #[error("blocklist is caller ids, which preset public closes; use regulator or platform")]
    NothingOpen,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    kind: Kind,
    format: Format,
    preset: Preset,
    platform: Option<PlatformId>,
}

impl Order {
    /// An order in words: `csv` or the like if no format is named, `regulator` if no preset is.
    ///
    /// # Errors
    /// See [`OrderError`].
    pub fn parse(
        kind: &str,
        format: Option<&str>,
        preset: Option<&str>,
        platform: Option<&str>,
    ) -> Result<Order, OrderError> {
        let format = format.map(str::parse).transpose()?;
        let preset = preset.map_or(Ok(Preset::Regulator), str::parse)?;
        let platform = platform.map(str::parse).transpose()?;
        Order::new(kind.parse()?, format, preset, platform)
    }

    /// An order that can be carried out; the usual format if none is named.
    ///
    /// # Errors
    /// See [`OrderError`].
    pub fn new(
        kind: Kind,
        format: Option<Format>,
        preset: Preset,
        platform: Option<PlatformId>,
    ) -> Result<Order, OrderError> {
        let offered = kind.formats();
        let format = format.unwrap_or(offered[0]);
        if !offered.contains(&format) {
            let words: Vec<&str> = offered.iter().map(|format| format.as_str()).collect();
            return Err(OrderError::NotOffered {
                kind: kind.as_str(),
                format: format.as_str(),
                offered: words.join(", "),
            });
        }
        match (preset, kind, &platform) {
            (Preset::Platform, _, None) => Err(OrderError::WhichPlatform),
            (Preset::Public, Kind::Blocklist, _) => Err(OrderError::NothingOpen),
            _ => Ok(Order {
                kind,
                format,
                preset,
                platform,
            }),
        }
    }

    /// What.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// For whom.
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// Only what belongs to this platform.
    pub fn platform(&self) -> Option<&PlatformId> {
        self.platform.as_ref()
    }

    /// A name for the file.
    pub fn file_name(&self) -> String {
        let platform = match &self.platform {
            Some(platform) => format!("-{platform}"),
            None => String::new(),
        };
        let (kind, preset) = (self.kind.as_str(), self.preset.as_str());
        format!("{kind}{platform}-{preset}.{}", self.format.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_cannot_be_carried_out_says_what_can() {
        for (kind, format, preset, said) in [
            ("contact", "csv", "public", "contacts, exposure"),
            ("stix", "xml", "public", "csv, jsonl"),
            ("stix", "csv", "public", "one of json"),
            ("links", "csv", "all", "regulator, platform or public"),
            ("links", "csv", "platform", "name it"),
            ("blocklist", "csv", "public", "use regulator"),
        ] {
            let order = Order::parse(kind, Some(format), Some(preset), None);
            let error = order.unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_file_is_called_after_what_is_in_it() {
        let platform: PlatformId = "acme".parse().unwrap();
        let order = Order::new(
            Kind::Blocklist,
            Some(Format::Vcard),
            Preset::Platform,
            Some(platform),
        );
        assert_eq!(order.unwrap().file_name(), "blocklist-acme-platform.vcf");
    }
}
