//! What stands in public, by whose decision, and what was taken back.

use super::{Refusal, Registry, ReplyStanding};
use crate::{Entry, Event, Finding, FindingPublished, FindingWithdrawn, PlatformId, Timestamp};

/// Findings that were ever published; more are refused.
const FINDINGS_MAX: usize = 2_000;
/// A reason in public, in bytes; one line, since reports print it in one.
const REASON_BYTES_MAX: usize = 500;
/// The class that accuses nobody of anything.
const QUIET: &str = "quiet";
/// The class that says nothing.
const INSUFFICIENT: &str = "insufficient";

impl Registry {
    /// Findings that were published, oldest first, those that were taken back included.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The finding that was published in this entry.
    pub fn finding(&self, index: u64) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.index == index)
    }

    /// The finding about a platform that stands in public now.
    pub fn standing_finding(&self, platform: &PlatformId) -> Option<&Finding> {
        let newest = self.findings.iter().rev();
        let mut of = newest.filter(|finding| finding.published.platform == *platform);
        of.next().filter(|finding| finding.withdrawn.is_none())
    }

    pub(super) fn found(&mut self, entry: &Entry) {
        match &entry.event {
            Event::FindingPublished(published) => self.findings.push(Finding {
                index: entry.index,
                at: entry.at,
                published: published.clone(),
                withdrawn: None,
            }),
            Event::FindingWithdrawn(withdrawn) => {
                let mut all = self.findings.iter_mut();
                if let Some(finding) = all.find(|finding| finding.index == withdrawn.finding) {
                    finding.withdrawn = Some((entry.at, withdrawn.reason.clone()));
                }
            }
            _ => {}
        }
    }

    /// May this finding stand in public? Whoever is said to have done something was told and had time
    /// to answer, or there is a reason, which is published with it.
    ///
    /// # Errors
    /// When the platform is unknown, there is nothing to say of it, it was not heard and no reason is
    /// given, the same stands in public already, a reason is too long, or there are too many.
    pub fn publish_finding(
        &self,
        finding: FindingPublished,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let platform = &finding.platform;
        self.platform(platform)
            .ok_or_else(|| Refusal::UnknownPlatform(platform.clone()))?;
        if finding.class == INSUFFICIENT {
            return Err(Refusal::NothingFound(platform.clone()));
        }
        if let Some(standing) = self.standing_finding(platform)
            && standing.published.class == finding.class
        {
            return Err(Refusal::PublishedAlready(standing.index));
        }
        let unheard = match &finding.unheard {
            Some(reason) => Some(checked(reason)?),
            None => None,
        };
        let had_its_say = matches!(
            self.reply_standing(platform, now),
            ReplyStanding::Unanswered { .. } | ReplyStanding::Answered { .. }
        );
        if finding.class != QUIET && !had_its_say && unheard.is_none() {
            return Err(Refusal::NotHeard(platform.clone()));
        }
        match self.findings.len() >= FINDINGS_MAX {
            true => Err(Refusal::TooManyFindings),
            // A reason is no news where the platform was heard.
            false => Ok(Event::FindingPublished(FindingPublished {
                unheard: unheard.filter(|_| !had_its_say),
                ..finding
            })),
        }
    }

    /// May this finding be taken back?
    ///
    /// # Errors
    /// When there is none of this name, it was taken back before, or no reason is given.
    pub fn withdraw_finding(&self, index: u64, reason: &str) -> Result<Event, Refusal> {
        let finding = self.finding(index);
        let finding = finding.filter(|finding| finding.withdrawn.is_none());
        let finding = finding.ok_or(Refusal::UnknownFinding(index))?;
        Ok(Event::FindingWithdrawn(FindingWithdrawn {
            platform: finding.published.platform.clone(),
            finding: index,
            reason: checked(reason)?,
        }))
    }
}

fn checked(reason: &str) -> Result<String, Refusal> {
    let reason = reason.replace(char::is_control, " ");
    let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.len() {
        0 => Err(Refusal::Unnamed("the reason")),
        long if long > REASON_BYTES_MAX => Err(Refusal::LongReason(REASON_BYTES_MAX)),
        _ => Ok(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReplyNotified;
    use crate::registry::tests::platform;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_unix_s(1_790_000_000 + day * 86_400)
    }

    fn id() -> PlatformId {
        "acme".parse().unwrap()
    }

    fn registry() -> Registry {
        let mut registry = Registry::new();
        note(&mut registry, 0, Event::PlatformDeclared(platform("acme")));
        registry
    }

    fn note(registry: &mut Registry, index: u64, event: Event) {
        registry.apply(&Entry {
            index,
            at: at(index as i64),
            by: None,
            event,
        });
    }

    fn finding(class: &str, unheard: Option<&str>) -> FindingPublished {
        FindingPublished {
            platform: id(),
            class: class.into(),
            judgement: 7,
            bundle_sha256: None,
            unheard: unheard.map(str::to_owned),
        }
    }

    #[test]
    fn nobody_is_accused_in_public_before_being_heard_or_without_a_reason() {
        let mut registry = registry();
        let publish = |registry: &Registry, class, unheard, day| {
            registry.publish_finding(finding(class, unheard), at(day))
        };
        assert!(publish(&registry, "quiet", None, 1).is_ok());
        for class in ["leaked", "resold", "first_party", "disclosed"] {
            let refused = publish(&registry, class, None, 1);
            assert_eq!(refused, Err(Refusal::NotHeard(id())), "{class}");
            assert!(publish(&registry, class, Some("danger ahead"), 1).is_ok());
        }
        assert!(publish(&registry, "leaked", Some(" "), 1).is_err());
        let long = "x".repeat(REASON_BYTES_MAX + 1);
        assert_eq!(
            registry.publish_finding(finding("leaked", Some(&long)), at(1)),
            Err(Refusal::LongReason(REASON_BYTES_MAX))
        );
        assert_eq!(
            publish(&registry, "insufficient", None, 1),
            Err(Refusal::NothingFound(id()))
        );
        let lines = publish(&registry, "leaked", Some(" two\n lines "), 1).unwrap();
        assert_eq!(
            lines,
            Event::FindingPublished(finding("leaked", Some("two lines")))
        );
        let told = ReplyNotified {
            platform: id(),
            class: "leaked".into(),
            how: "letter".into(),
            notified_at: at(1),
            due: at(15),
        };
        note(&mut registry, 1, Event::ReplyNotified(told));
        assert_eq!(
            publish(&registry, "leaked", None, 14),
            Err(Refusal::NotHeard(id()))
        );
        // A reason is no news where the platform was heard.
        let heard = publish(&registry, "leaked", Some("late"), 15).unwrap();
        assert_eq!(heard, Event::FindingPublished(finding("leaked", None)));
    }

    #[test]
    fn a_finding_stands_until_it_is_taken_back_or_another_takes_its_place() {
        let mut registry = registry();
        note(
            &mut registry,
            1,
            Event::FindingPublished(finding("leaked", Some("x"))),
        );
        assert_eq!(registry.standing_finding(&id()).unwrap().index, 1);
        assert_eq!(
            registry.publish_finding(finding("leaked", Some("x")), at(2)),
            Err(Refusal::PublishedAlready(1))
        );
        assert!(
            registry
                .publish_finding(finding("resold", Some("x")), at(2))
                .is_ok()
        );
        note(
            &mut registry,
            2,
            Event::FindingPublished(finding("resold", Some("x"))),
        );
        assert_eq!(registry.standing_finding(&id()).unwrap().index, 2);
        assert!(registry.withdraw_finding(2, " ").is_err());
        assert_eq!(
            registry.withdraw_finding(9, "x"),
            Err(Refusal::UnknownFinding(9))
        );
        let back = registry.withdraw_finding(2, "a mistake of ours").unwrap();
        note(&mut registry, 3, back);
        assert!(registry.standing_finding(&id()).is_none());
        assert_eq!(
            registry.withdraw_finding(2, "x"),
            Err(Refusal::UnknownFinding(2))
        );
        assert!(
            registry
                .publish_finding(finding("resold", Some("x")), at(4))
                .is_ok()
        );
        assert_eq!(registry.findings().len(), 2);
    }

    #[test]
    fn findings_cannot_fill_memory() {
        let mut registry = registry();
        for index in 0..FINDINGS_MAX as u64 {
            note(
                &mut registry,
                index + 1,
                Event::FindingPublished(finding("quiet", None)),
            );
        }
        let more = registry.publish_finding(finding("resold", Some("x")), at(1));
        assert_eq!(more, Err(Refusal::TooManyFindings));
    }
}
