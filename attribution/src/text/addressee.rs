//! Whom a text addresses by name, whoever that is.
//!
//! A guess by shape: a piece of the text between stops that is nothing but a name. What is no name
//! but looks like one is soon heard on many numbers, which the caller notices.

use super::{digest, folded, is_han};

/// The hundred commonest surnames, borne by six in seven of the people of China.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭\
吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎\
易常武乔贺赖龚文";
/// What follows a name without a stop between.
const TITLES: [&str; 7] = ["您好", "您的", "先生", "女士", "小姐", "家长", "同学"];
/// What may stand before one.
const GREETINGS: [&str; 10] = [
    "hi", "hello", "dear", "hey", "mr", "mrs", "ms", "customer", "reminder", "for",
];
/// The most that one text is believed to address.
const ADDRESSEES_MAX: usize = 2;

/// Digests of the names that a text addresses, in the order of the text.
pub(crate) fn addressees(text: &str) -> Vec<u64> {
    let mut found = Vec::new();
    let chars: Vec<char> = text.chars().take(super::TEXT_CHARS_MAX).collect();
    let stop = |c: &char| !(c.is_alphabetic() || *c == ' ' || *c == '\'');
    let mut at = 0;
    for piece in chars.split(stop) {
        let end = at + piece.len();
        // Before a colon stands whoever speaks.
        let speaker = matches!(chars.get(end), Some(':' | '：' | '】'));
        if !speaker && found.len() < ADDRESSEES_MAX {
            found.extend(han_name(piece).or_else(|| latin_name(piece)));
        }
        at = end + 1;
    }
    found
}

/// Two or three characters that begin with a surname, alone or before a title.
fn han_name(piece: &[char]) -> Option<u64> {
    let text: String = piece.iter().filter(|c| **c != ' ').collect();
    let name = TITLES
        .iter()
        .find_map(|t| text.find(t).map(|end| &text[..end]))
        .unwrap_or(&text);
    let chars: Vec<char> = name.chars().collect();
    let shaped = (2..=3).contains(&chars.len()) && chars.iter().all(|c| is_han(*c));
    (shaped && SURNAMES.contains(chars[0])).then(|| super::digest_chars(17, &chars))
}

/// Two or three words with capital letters, after a greeting or alone.
fn latin_name(piece: &[char]) -> Option<u64> {
    let text: String = piece.iter().collect();
    let is_greeting = |w: &&str| GREETINGS.contains(&w.to_ascii_lowercase().as_str());
    let words: Vec<&str> = text.split_whitespace().skip_while(is_greeting).collect();
    let capital = |w: &&str| w.len() > 1 && w.starts_with(|c: char| c.is_ascii_uppercase());
    let shaped = (2..=3).contains(&words.len()) && words.iter().all(capital);
    shaped.then(|| {
        let name: String = folded(&words.join(" ")).into_iter().collect();
        digest(18, name.bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_their_shape() {
        for (text, count) in [
            ("【中和信用】吴苒红，您有一张优惠券今日到期", 1),
            ("【小雅金服】何雨祺您好，您的会员积分即将过期", 1),
            ("River Health:  Wren Eastlake, your parcel arrives today", 1),
            ("Blue Digital: Dear customer David Martin, your bill", 1),
            ("【银信证券】您好，首存送8400彩金天天返水", 0),
            ("温馨提示，孩子升学冲刺班名师一对一免费试听", 0),
            ("Sunset Solutions: class starts tomorrow", 0),
            ("Good news, you won a gift card", 0),
            ("", 0),
        ] {
            assert_eq!(addressees(text).len(), count, "{text}");
        }
    }

    #[test]
    fn the_same_name_is_the_same_whoever_writes() {
        let one = addressees("【中和信用】吴苒红，您有一张优惠券今日到期");
        assert_eq!(one, addressees("旺天财富，吴苒红您好"));
        let two = addressees("hi Wren Eastlake, your parcel");
        assert_eq!(two, addressees("Reminder WREN EASTLAKE. Call us"));
    }
}
