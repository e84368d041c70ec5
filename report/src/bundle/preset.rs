//! What is opened for whom.

use crate::preset::{Preset, is_harmless};

/// Credentials, opened for nobody.
const NEVER: [&str; 2] = ["raw_credentials", "secrets"];
/// Kinds that are evidence; of others, such as a later version's, only kind and time are opened.
const KINDS: [&str; 36] = [
    "key_created",
    "key_revoked",
    "genesis",
    "connection_set",
    "connection_retired",
    "provider_key",
    "line_added",
    "line_retired",
    "platform_declared",
    "honeytoken_issued",
    "honeytoken_ended",
    "request_made",
    "contact",
    "repeat",
    "unparsed",
    "attachment",
    "coverage",
    "line_test",
    "line_test_missed",
    "provider_listed",
    "line_silent",
    "line_alive",
    "line_unproven",
    "personal_data_read",
    "operation",
    "erasure",
    "anchor",
    "judgement",
    "policy",
    "reply_notified",
    "reply_received",
    "reply_file",
    "reply_published",
    "reply_lapsed",
    "finding_published",
    "finding_withdrawn",
];
/// Of a contact, for the platform that is to answer.
const CONTACT: [&str; 10] = [
    "medium",
    "phase",
    "to",
    "from",
    "text",
    "duration_s",
    "attestation",
    "claimed_at",
    "received_at",
    "authentication",
];

/// What an opening depends on beside the preset.
pub(super) struct Context<'a> {
    /// The entry's kind.
    pub(super) kind: &'a str,
    /// Whether the entry is about another platform's placement.
    pub(super) rivals: bool,
    /// Words that only the decoys bear.
    pub(super) names: &'a [String],
}

impl Preset {
    /// Whether a field with this value is opened.
    pub(super) fn shows(self, context: &Context<'_>, name: &str, value: &str) -> bool {
        match name {
            "kind" | "at" => true,
            "sha256" if context.kind == "key_created" => false,
            _ if NEVER.contains(&name) || !KINDS.contains(&context.kind) => false,
            _ if self == Preset::Regulator => true,
            _ if context.rivals || name == "by" => false,
            _ if self == Preset::Platform => for_platform(context.kind, name),
            _ => for_platform(context.kind, name) && for_public(context, name, value),
        }
    }

    /// Whether the input of a subject of this kind is opened.
    pub(super) fn names(self, subject_kind: &str) -> bool {
        self != Preset::Public || matches!(subject_kind, "platform" | "honeytoken" | "log")
    }

    /// Whether connections and keys are part of it.
    pub fn with_installation(self) -> bool {
        self == Preset::Regulator
    }
}

fn for_platform(kind: &str, name: &str) -> bool {
    match kind {
        "contact" => CONTACT.contains(&name),
        "repeat" => matches!(name, "to" | "repeats" | "received_at" | "authentication"),
        "line_added" => !matches!(name, "connection" | "block"),
        "operation" => name == "operation",
        // What is kept of erased entries names others' numbers too.
        "erasure" => name != "carried",
        "unparsed" | "attachment" | "provider_listed" | "connection_set" => false,
        "personal_data_read" | "connection_retired" | "key_created" | "key_revoked" => false,
        "line_test" | "line_test_missed" => name == "number",
        _ => true,
    }
}

fn for_public(context: &Context<'_>, name: &str, value: &str) -> bool {
    match (context.kind, name) {
        (_, "number" | "to" | "persona") | ("contact", "from") => false,
        ("contact", "text") => is_harmless(value, context.names),
        ("erasure", "carried") => false,
        // An answer is published by decision, which no field of it can tell.
        ("reply_received", "text" | "from" | "files") | ("reply_notified", "how") => false,
        ("reply_file", "raw_content" | "sha256") => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_shown_credentials_and_the_public_no_numbers() {
        let names = ["ada".to_owned()];
        let shows = |preset: Preset, kind, name, value| {
            let context = Context {
                kind,
                rivals: false,
                names: &names,
            };
            preset.shows(&context, name, value)
        };
        use Preset::{Platform, Public, Regulator};
        for preset in [Regulator, Platform, Public] {
            assert!(!shows(preset, "contact", "raw_credentials", "[]"));
            assert!(!shows(preset, "connection_set", "secrets", "{}"));
            assert!(!shows(preset, "something_new", "target", "\"x\""));
            assert!(shows(preset, "something_new", "kind", "\"something_new\""));
        }
        assert!(shows(Regulator, "contact", "raw_body", "{}"));
        assert!(!shows(Platform, "contact", "raw_body", "{}"));
        assert!(shows(Platform, "contact", "from", "\"+1\""));
        assert!(!shows(Public, "contact", "from", "\"+1\""));
        assert!(!shows(Public, "honeytoken_issued", "persona", "{}"));
        assert!(shows(Public, "contact", "text", "\"a loan for you\""));
        for text in [
            "\"code 123 456\"",
            "\"code 4711\"",
            "\"Dear ADA\"",
            "\"验证码８８１２\"",
        ] {
            assert!(!shows(Public, "contact", "text", text), "{text}");
        }
    }
}
