//! Decoys', owners' and companies' names, in the two languages of the worlds.

use super::chance::Chance;

/// The language that a number's callers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    Chinese,
    English,
}

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
    "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕",
];
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建文斌宇浩然子轩雨欣佳怡梦琪思远嘉俊哲\
                     博瑞晨曦若彤语嫣梓涵诗韵沐辰景行知夏清扬疏桐望舒怀瑾承泽煜祺珩笙琛翎砚榕沅苒";
const COMMON_GIVEN: [&str; 12] = [
    "伟", "芳", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰",
];
const FIRST: [&str; 48] = [
    "James", "Mary", "Robert", "Linda", "Michael", "Susan", "David", "Karen", "Paul", "Nancy",
    "Mark", "Lisa", "Steven", "Betty", "Kevin", "Sandra", "Brian", "Ashley", "George", "Donna",
    "Edward", "Carol", "Ronald", "Ruth", "Anthony", "Sharon", "Laura", "Jason", "Amy", "Ryan",
    "Anna", "Jacob", "Gary", "Emma", "Eric", "Helen", "Stephen", "Diane", "Larry", "Julie",
    "Justin", "Joyce", "Scott", "Megan", "Brandon", "Cheryl", "Benjamin", "Hannah",
];
const LAST_HEADS: [&str; 32] = [
    "Ash", "Birt", "Crad", "Dun", "Elm", "Far", "Gar", "Hal", "Ing", "Jar", "Kel", "Lang", "Mar",
    "Nor", "Oak", "Pem", "Quin", "Rad", "Sel", "Thorn", "Under", "Ver", "Wal", "Yar", "Bram",
    "Cald", "Dray", "East", "Fen", "Glan", "Holl", "Ker",
];
const LAST_TAILS: [&str; 20] = [
    "down", "well", "dock", "more", "hurst", "row", "wick", "stead", "ram", "vis", "ley", "ton",
    "shaw", "by", "croft", "field", "brook", "worth", "man", "ford",
];
const COMMON_LAST: [&str; 10] = [
    "Smith", "Johnson", "Brown", "Davis", "Miller", "Wilson", "Moore", "Taylor", "White", "Lewis",
];
const BRAND_HEADS: &str = "安博诚达恩飞丰富冠海航和恒宏华汇吉佳嘉捷金锦京景聚君凯康朗乐联隆美民铭宁鹏普启瑞森尚圣盛顺泰\
                           腾天通万旺维祥欣信兴旭轩雅阳易益银盈永优裕元远悦云泽展正志中众卓";
const BRAND_TAILS: [&str; 16] = [
    "科技", "商城", "教育", "金服", "证券", "置业", "健康", "优选", "网络", "速递", "生活", "财富",
    "保险", "信用", "严选", "旅行",
];
const BRAND_FIRST: [&str; 30] = [
    "Anchor", "Beacon", "Canyon", "Delta", "Echo", "Falcon", "Granite", "Harbor", "Island",
    "Juniper", "Keystone", "Liberty", "Maple", "Northern", "Orchard", "Pioneer", "Quartz", "River",
    "Summit", "Timber", "Union", "Valley", "Willow", "Zenith", "Atlas", "Blue", "Crown", "Dover",
    "Prime", "Metro",
];
const BRAND_LAST: [&str; 20] = [
    "Benefits",
    "Supply",
    "Media",
    "Homes",
    "Financial",
    "Digital",
    "Health",
    "Wellness",
    "Partners",
    "Services",
    "Direct",
    "Center",
    "Insurance",
    "Trust",
    "Motors",
    "Funding",
    "Systems",
    "Group",
    "Advisors",
    "Market",
];
const SYLLABLES: [&str; 36] = [
    "ba", "bo", "chi", "da", "fe", "ga", "gu", "ha", "ke", "ko", "la", "li", "lo", "ma", "mi",
    "na", "ni", "po", "ra", "ro", "sa", "su", "ta", "te", "tong", "vo", "wen", "xin", "ya", "yo",
    "za", "zu", "lan", "ku", "shi", "ren",
];
const CLEAN_ENDS: [&str; 4] = ["com", "cn", "net", "org"];
const CHEAP_ENDS: [&str; 10] = [
    "top", "vip", "club", "icu", "shop", "xyz", "cc", "info", "site", "online",
];

fn han(chance: &mut Chance, alphabet: &str) -> char {
    let count = alphabet.chars().filter(|c| !c.is_whitespace()).count();
    let at = chance.below(count);
    alphabet
        .chars()
        .filter(|c| !c.is_whitespace())
        .nth(at)
        .unwrap_or('安')
}

/// A person's name; `common` ones are borne by many.
pub(crate) fn person(chance: &mut Chance, tongue: Tongue, common: bool) -> String {
    match (tongue, common) {
        (Tongue::Chinese, false) => {
            let surname = *chance.pick(&SURNAMES);
            format!("{surname}{}{}", han(chance, GIVEN), han(chance, GIVEN))
        }
        (Tongue::Chinese, true) => {
            let surname = SURNAMES[chance.below(8)];
            format!("{surname}{}", chance.pick(&COMMON_GIVEN))
        }
        (Tongue::English, false) => {
            let (head, tail) = (*chance.pick(&LAST_HEADS), *chance.pick(&LAST_TAILS));
            format!("{} {head}{tail}", chance.pick(&FIRST))
        }
        (Tongue::English, true) => {
            format!("{} {}", FIRST[chance.below(12)], chance.pick(&COMMON_LAST))
        }
    }
}

/// A company's name.
pub(crate) fn brand(chance: &mut Chance, tongue: Tongue) -> String {
    match tongue {
        Tongue::Chinese => {
            let tail = *chance.pick(&BRAND_TAILS);
            format!(
                "{}{}{tail}",
                han(chance, BRAND_HEADS),
                han(chance, BRAND_HEADS)
            )
        }
        Tongue::English => format!("{} {}", chance.pick(&BRAND_FIRST), chance.pick(&BRAND_LAST)),
    }
}

/// A domain; cheap ones end as throw-away domains do.
pub(crate) fn domain(chance: &mut Chance, cheap: bool) -> String {
    let syllables = 2 + chance.below(3);
    let mut name: String = (0..syllables).map(|_| *chance.pick(&SYLLABLES)).collect();
    if cheap {
        name.push_str(&chance.digits(3));
    }
    let end = if cheap {
        *chance.pick(&CHEAP_ENDS)
    } else {
        *chance.pick(&CLEAN_ENDS)
    };
    format!("{name}.{end}")
}

/// A subscriber's number, as callers show it.
pub(crate) fn caller(chance: &mut Chance, tongue: Tongue) -> String {
    match tongue {
        Tongue::Chinese => format!("+861{}{}", 3 + chance.below(7), chance.digits(9)),
        Tongue::English => {
            format!(
                "+1{}{}{}{}",
                2 + chance.below(8),
                chance.digits(2),
                2 + chance.below(8),
                chance.digits(6)
            )
        }
    }
}

/// A business sender of messages: a 106 port, or a short code.
pub(crate) fn business_sender(chance: &mut Chance, tongue: Tongue) -> String {
    match tongue {
        Tongue::Chinese => format!("106{}", chance.digits(9)),
        Tongue::English => format!("{}{}", 2 + chance.below(8), chance.digits(4)),
    }
}
