//! Whose message it is: the platform's, a declared partner's, or a stranger's.
//!
//! By sender, link or signature; a text that only speaks the platform's name and points nowhere
//! else counts as its own. Whoever is not known is a stranger: a partner's onward sale shows up so.

use std::collections::BTreeSet;

use honeytoken::Platform;
use serde::{Deserialize, Serialize};

use crate::text::{domains_in, folded, is_shared, signature_in};

/// Names shorter than this are too common to be recognised inside a text.
const NAME_CHARS_MIN: usize = 4;

/// How one company shows itself.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Company {
    senders: BTreeSet<String>,
    domains: BTreeSet<String>,
    signatures: BTreeSet<String>,
}

impl Company {
    fn new(
        senders: &[String],
        domains: &[String],
        signatures: impl Iterator<Item = String>,
    ) -> Company {
        let fold = |s: &String| folded(s).iter().collect::<String>().trim().to_owned();
        Company {
            senders: senders
                .iter()
                .map(|s| s.trim().to_owned())
                .filter(|s| !s.is_empty())
                .collect(),
            domains: domains
                .iter()
                .map(fold)
                .flat_map(|d| domains_in(&d))
                .collect(),
            signatures: signatures
                .map(|s| fold(&s))
                .filter(|s| !s.is_empty())
                .collect(),
        }
    }

    /// By what only the company has: its sender, its link.
    fn shows(&self, seen: &Seen<'_>) -> bool {
        self.senders.contains(seen.from)
            || seen.domains.iter().any(|d| self.domains.contains(d))
            || (seen.call
                && seen
                    .domains
                    .iter()
                    .any(|d| self.domains.iter().any(|own| misheard(d, own))))
    }

    /// By what anyone may write: its signature.
    fn signs(&self, seen: &Seen<'_>) -> bool {
        seen.signature
            .as_ref()
            .is_some_and(|s| self.signatures.contains(s))
    }

    /// A message with a link that is neither its own nor one that everybody uses. What recognition
    /// makes of a link in a call may be anybody's.
    fn points_elsewhere(&self, seen: &Seen<'_>) -> bool {
        !seen.call && seen.domains.iter().any(|d| !is_shared(d))
    }

    /// The text points nowhere else: no link, or in a call what may be left of a link of its own.
    fn may_be_all(&self, seen: &Seen<'_>) -> bool {
        let own = |d: &String| seen.call && self.domains.iter().any(|own| is_part(d, own));
        seen.domains.iter().all(own) && !seen.text.starts_with('【')
    }

    fn is_named(&self, seen: &Seen<'_>) -> bool {
        let long = |s: &&String| s.chars().count() >= NAME_CHARS_MIN;
        self.signatures.iter().filter(long).any(|s| seen.speaks(s))
    }
}

/// What a platform declared about itself and its partners.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Profile {
    own: Company,
    partners: Vec<Company>,
}

impl Profile {
    pub(crate) fn of(declared: &Platform) -> Profile {
        let names = declared
            .signatures
            .iter()
            .cloned()
            .chain([declared.name.clone()]);
        Profile {
            own: Company::new(&declared.known_senders, &declared.domains, names),
            partners: declared
                .declared_partners
                .iter()
                .map(|p| Company::new(&p.senders, &p.domains, [p.name.clone()].into_iter()))
                .collect(),
        }
    }

    /// Whose a contact is, as far as this platform goes.
    pub(crate) fn judge(&self, seen: &Seen<'_>) -> Whose {
        if self.partners.iter().any(|p| p.shows(seen)) {
            return Whose::Partner;
        }
        let own = self.own.shows(seen);
        // Whoever signs as the platform and links elsewhere poses as it.
        if !own && self.own.signs(seen) && self.own.points_elsewhere(seen) {
            return Whose::Impostor;
        }
        let signs = |p: &Company| p.signs(seen) && !p.points_elsewhere(seen);
        if self.partners.iter().any(signs) {
            return Whose::Partner;
        }
        if own || self.own.signs(seen) {
            return if seen.is_transaction() {
                Whose::Transaction
            } else {
                Whose::Own
            };
        }
        let named = self.own.is_named(seen);
        // Recognition garbles links; who speaks both names in a call is the partner.
        let both = named && seen.call;
        if self
            .partners
            .iter()
            .any(|p| p.is_named(seen) && (both || p.may_be_all(seen)))
        {
            return Whose::Partner;
        }
        if named {
            return if self.own.may_be_all(seen) {
                Whose::Own
            } else {
                Whose::Impostor
            };
        }
        Whose::Stranger
    }
}

/// Whose a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Whose {
    Transaction,
    Own,
    Partner,
    /// Speaks in the platform's name and points elsewhere.
    Impostor,
    Stranger,
}

/// A contact as far as it shows whose it is.
pub(crate) struct Seen<'a> {
    from: &'a str,
    text: String,
    call: bool,
    domains: Vec<String>,
    signature: Option<String>,
}

const TRANSACTION_WORDS: [&str; 14] = [
    "验证码",
    "校验码",
    "订单",
    "物流",
    "快递单",
    "取件",
    "预约",
    "your code",
    "verification code",
    "code is",
    "order",
    "delivery",
    "receipt",
    "appointment",
];
const SALES_WORDS: [&str; 10] = [
    "优惠",
    "退订",
    "专享",
    "会员日",
    "coupon",
    "sale",
    "offer",
    " off ",
    "stop to end",
    "unsubscribe",
];

impl<'a> Seen<'a> {
    pub(crate) fn new(from: &'a str, text: &str, call: bool) -> Seen<'a> {
        Seen {
            from: from.trim(),
            domains: domains_in(text),
            signature: signature_in(text),
            text: folded(text).into_iter().collect(),
            call,
        }
    }

    /// The name is in the text; in a transcript it may lack a piece.
    fn speaks(&self, name: &str) -> bool {
        if self.text.contains(name) {
            return true;
        }
        if !self.call {
            return false;
        }
        let chars: Vec<char> = name.chars().collect();
        let text: Vec<char> = self.text.chars().collect();
        let least = chars.len() - if chars.len() > 8 { 2 } else { 1 };
        text.windows(least)
            .any(|w| w[0] == chars[0] || w[0] == chars[1])
            && (0..text.len()).any(|at| {
                let window = &text[at..(at + chars.len()).min(text.len())];
                window.len() >= least && in_order(&chars, window) >= least
            })
    }

    fn is_transaction(&self) -> bool {
        let has = |words: &[&str]| words.iter().any(|w| self.text.contains(w));
        has(&TRANSACTION_WORDS) && !has(&SALES_WORDS)
    }
}

/// How many characters of `name` come in order in `window`, skipping over some of the name.
fn in_order(name: &[char], window: &[char]) -> usize {
    let mut at = 0;
    let mut found = 0;
    for c in window {
        match name[at.min(name.len())..].iter().position(|n| n == c) {
            Some(skip) if skip <= 2 => {
                at += skip + 1;
                found += 1;
            }
            _ => return found,
        }
    }
    found
}

/// A domain as speech recognition leaves it: some characters missing, none added.
fn misheard(heard: &str, own: &str) -> bool {
    heard.len() * 4 >= own.len() * 3 && is_part(heard, own)
}

fn is_part(heard: &str, own: &str) -> bool {
    let mut rest = own.chars();
    heard.chars().all(|c| rest.any(|o| o == c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use honeytoken::Partner;

    fn profile() -> Profile {
        Profile::of(&Platform {
            platform: "p1".parse().unwrap(),
            name: "诚捷生活".into(),
            operator: None,
            sector: None,
            domains: vec!["batong.cn".into()],
            known_senders: vec!["106147525100".into()],
            signatures: vec!["诚捷生活".into()],
            declared_partners: vec![Partner {
                name: "Atlas Benefits".into(),
                domains: vec!["fetonggu.cn".into()],
                senders: vec!["+18269441498".into()],
            }],
        })
    }

    #[test]
    fn one_sender_after_another() {
        for (from, text, call, want) in [
            (
                "106147525100",
                "您的验证码是928141，五分钟内有效",
                false,
                Whose::Transaction,
            ),
            (
                "106147525100",
                "会员专享活动，领取优惠券28元，退订回T",
                false,
                Whose::Own,
            ),
            (
                "+8613000000000",
                "详情www.batong.cn/2859",
                false,
                Whose::Own,
            ),
            (
                "+8613000000000",
                "您好，我是诚生活的客服在我们平台有一张优惠券未使用",
                true,
                Whose::Own,
            ),
            (
                "+8613000000000",
                "您好，我是诚捷生活的客服，点击pay123.top/a",
                false,
                Whose::Impostor,
            ),
            (
                "+8613000000000",
                "【诚捷生活】您好，点击pay123.top/a领取",
                false,
                Whose::Impostor,
            ),
            (
                "+8613000000000",
                "【诚捷生活】您好，点击t.cn/a领取，退订回T",
                false,
                Whose::Own,
            ),
            (
                "106147525100",
                "【诚捷生活】会员专享，详见partner.com/a",
                false,
                Whose::Own,
            ),
            ("+18269441498", "", true, Whose::Partner),
            (
                "+1999",
                "Atlas Benefits: hi, see fetonggu.cn/8e3c",
                false,
                Whose::Partner,
            ),
            ("+8613000000000", "学区准现房送车位", true, Whose::Stranger),
            (
                "+1999",
                "Atlas 诚捷生活会员 Atlas Benefits hi, see f.cn",
                true,
                Whose::Partner,
            ),
            ("", "", true, Whose::Stranger),
        ] {
            assert_eq!(
                profile().judge(&Seen::new(from, text, call)),
                want,
                "{text}"
            );
        }
    }
}
