//! Ids made from what they name (UUID version 5, RFC 9562, 5.5): the same thing has the same id in
//! every export of one log, and another in every other log.

use uuid::Uuid;

/// Under which all logs are named.
const LOGS: Uuid = Uuid::from_u128(0x5b0d_1d5e_6f0c_5c6e_9a55_6a0e_b7b1_8f2d);
/// Under which STIX 2.1 names observables (specification, 2.9).
const STIX_OBSERVABLES: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// Names things of one log.
pub(super) struct Ids(Uuid);

impl Ids {
    /// Of the log with this name.
    pub(super) fn of(origin: &str) -> Ids {
        Ids(Uuid::new_v5(&LOGS, origin.as_bytes()))
    }

    /// The id of a thing: its kind and what it is called there.
    pub(super) fn id(&self, kind: &str, name: &str) -> Uuid {
        Uuid::new_v5(&self.0, format!("{kind}\n{name}").as_bytes())
    }
}

/// The id of an observable that is the same in every tool: from its contributing properties as
/// canonical JSON.
pub(super) fn observable(canonical: &str) -> Uuid {
    Uuid::new_v5(&STIX_OBSERVABLES, canonical.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_has_one_id() {
        let (ours, theirs) = (Ids::of("a.example/log"), Ids::of("b.example/log"));
        assert_eq!(
            ours.id("contact", "7"),
            Ids::of("a.example/log").id("contact", "7")
        );
        assert_ne!(ours.id("contact", "7"), theirs.id("contact", "7"));
        assert_ne!(ours.id("contact", "7"), ours.id("campaign", "7"));
        assert_eq!(ours.id("contact", "7").get_version_num(), 5);
    }

    /// The example of the specification's JSON schemas: domain-name `example.com`.
    #[test]
    fn observables_are_named_as_others_name_them() {
        let id = observable(r#"{"value":"example.com"}"#);
        assert_eq!(id.to_string(), "bedb4899-d24b-5401-bc86-8f6b4cc18ec7");
    }
}
