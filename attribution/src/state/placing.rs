//! How a platform's numbers came to it: the error rate rests on the lot.

use super::State;
use crate::roster::Platform;
use crate::verdict::Reason;

impl State {
    /// The platform's numbers that somebody chose.
    pub(super) fn chosen(&self, platform: &Platform) -> u32 {
        let placements = platform.placements.iter();
        let chosen = placements.filter(|p| self.roster.placements[**p as usize].chosen);
        chosen.count() as u32
    }
}

/// The reason, with what was not left to the lot.
pub(super) fn mention(reason: Reason, chosen: u32) -> Reason {
    match chosen {
        0 => reason,
        _ => Reason {
            zh: format!(
                "{}其中{chosen}个号码由人指定，并非抽签分配：误判率以抽签分配为前提。",
                reason.zh
            ),
            en: format!(
                "{} {chosen} of its numbers were chosen by somebody and not drawn by lot, which the error rate supposes.",
                reason.en
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_mentioned_and_a_lot_is_not() {
        let reason = Reason {
            zh: "甲。".into(),
            en: "A.".into(),
        };
        assert_eq!(mention(reason.clone(), 0), reason);
        let said = mention(reason, 2);
        assert!(said.zh.contains("2个号码由人指定"), "{}", said.zh);
        assert!(said.en.starts_with("A. 2 of its numbers"), "{}", said.en);
    }
}
