//! A verdict in a sentence.

use attribution::{Cause, Class};
use honeytoken::Language;

use super::Case;
use super::tell::percent;

/// What is said of a platform, and what is not.
pub(super) fn lead(case: &Case, lang: Language) -> String {
    let (name, v) = (case.name(), &case.verdict);
    let (hit, all, days) = (v.canaries_hit, v.canaries, v.exposure_days);
    let n = |cause| v.contacts.get(&cause).copied().unwrap_or(0);
    let leaks = n(Cause::Leak);
    let sure = percent(v.probability);
    match v.class {
        Class::Resold => tell!(
            lang,
            "只给过{name}的 {all} 个号码中，有 {hit} 个收到它未声明的第三方的联系，共 {leaks} 次，且来自多个互不相干的来源或持续不断：号码已被传出并转手（概率 {sure}）。这不说明经由哪条途径、是否故意。",
            "Of {all} phone numbers that only {name} had been given, {hit} were reached by third parties that it had not declared, in {leaks} contacts, by several independent callers or on and on: the numbers were passed on and resold (probability {sure}). By which way, and whether on purpose, this does not show."
        ),
        Class::Leaked => tell!(
            lang,
            "只给过{name}的 {all} 个号码中，有 {hit} 个收到它未声明的第三方的联系，共 {leaks} 次，超出背景：号码已被传出（概率 {sure}）。这不说明经由哪条途径、是否故意。",
            "Of {all} phone numbers that only {name} had been given, {hit} were reached by third parties that it had not declared, in {leaks} contacts, beyond background: the numbers were passed on (probability {sure}). By which way, and whether on purpose, this does not show."
        ),
        Class::Disclosed => {
            let partners = n(Cause::DisclosedPartner);
            tell!(
                lang,
                "{name}的号码收到它已声明的合作方的 {partners} 次联系；没有超出背景的其他第三方联系。",
                "Partners that {name} had declared contacted its numbers {partners} times; nothing by other third parties goes beyond background."
            )
        }
        Class::FirstParty => {
            let own = n(Cause::FirstParty);
            tell!(
                lang,
                "{name}自己向这些号码营销 {own} 次；没有超出背景的第三方联系。",
                "{name} itself advertised to these numbers {own} times; nothing by third parties goes beyond background."
            )
        }
        Class::Quiet => tell!(
            lang,
            "在累计 {days:.0} 号码·天的观察中，{name}的 {all} 个号码没有超出背景的联系。这不证明没有泄露：少量或尚未使用的泄露看起来一样。",
            "In {days:.0} number-days of watching, nothing beyond background reached the {all} numbers of {name}. That does not prove that nothing left: a leak that is small, or not used yet, would look the same."
        ),
        Class::Insufficient => tell!(
            lang,
            "对{name}的观察（{all} 个号码，{days:.0} 号码·天）还不足以下结论。",
            "{name} has not been watched long enough to say ({all} numbers, {days:.0} number-days)."
        ),
    }
}
