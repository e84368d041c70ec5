//! What a viewer sees in place of personal data.

use honeytoken::SenderKind;

/// A party with all but its ends hidden: enough to tell two apart on a page, not to call one.
pub(crate) fn masked(party: &str, kind: SenderKind) -> String {
    let characters: Vec<char> = party.chars().collect();
    match kind {
        SenderKind::Number if characters.len() > 6 => {
            let head: String = characters[..3].iter().collect();
            let tail: String = characters[characters.len() - 2..].iter().collect();
            format!("{head}…{tail}")
        }
        SenderKind::ShortCode | SenderKind::Service | SenderKind::Withheld => party.to_owned(),
        SenderKind::Number | SenderKind::Alphanumeric | SenderKind::Other => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_only_their_ends() {
        assert_eq!(masked("+8613800138000", SenderKind::Number), "+86…00");
        assert_eq!(masked("10086", SenderKind::ShortCode), "10086");
        assert_eq!(masked("Amazon", SenderKind::Alphanumeric), "…");
    }
}
