//! Names as they come across: misheard by a recogniser, or written in Latin letters.

use super::chance::Chance;

/// Han characters of the names in these worlds that sound alike, tones apart, and their syllable
/// (Hanyu Pinyin).
const SOUNDS: [(&str, &str); 48] = [
    ("wang", "王旺汪望"),
    ("li", "李丽黎利"),
    ("zhang", "张章彰"),
    ("liu", "刘柳留"),
    ("chen", "陈晨辰沉"),
    ("yang", "杨洋阳扬"),
    ("zhao", "赵照兆"),
    ("huang", "黄皇煌"),
    ("zhou", "周洲舟"),
    ("wu", "吴武伍"),
    ("xu", "徐许旭"),
    ("sun", "孙荪"),
    ("hu", "胡湖虎"),
    ("zhu", "朱珠竹"),
    ("gao", "高皋"),
    ("lin", "林琳霖"),
    ("he", "何贺和珩"),
    ("guo", "郭国果"),
    ("ma", "马玛"),
    ("luo", "罗洛骆"),
    ("liang", "梁良亮"),
    ("song", "宋颂松"),
    ("zheng", "郑正政"),
    ("xie", "谢解"),
    ("han", "韩涵瀚"),
    ("tang", "唐棠汤"),
    ("feng", "冯丰峰"),
    ("yu", "于宇雨语瑜"),
    ("dong", "董东冬"),
    ("xiao", "萧肖晓"),
    ("cheng", "程成承诚"),
    ("cao", "曹操"),
    ("yuan", "袁元沅苑"),
    ("deng", "邓登"),
    ("fu", "傅付富"),
    ("shen", "沈申"),
    ("zeng", "曾增"),
    ("peng", "彭朋鹏"),
    ("lü", "吕绿"),
    ("wei", "伟玮巍"),
    ("min", "敏民闽"),
    ("jing", "静景菁"),
    ("hao", "浩皓昊"),
    ("xuan", "轩萱宣"),
    ("si", "思丝斯"),
    ("qi", "琪祺棋"),
    ("bo", "博波勃"),
    ("rui", "瑞睿蕊"),
];

fn sound(c: char) -> Option<&'static (&'static str, &'static str)> {
    SOUNDS.iter().find(|s| s.1.contains(c))
}

/// A name that was not taken down as it is written.
pub(super) fn misheard(chance: &mut Chance, name: &str) -> String {
    if name.is_ascii() {
        return respelt(chance, name);
    }
    match chance.hits(0.3) {
        true => romanised(name).unwrap_or_else(|| homophone(chance, name)),
        false => homophone(chance, name),
    }
}

/// The first character that has one is put down as another of the same sound.
fn homophone(chance: &mut Chance, name: &str) -> String {
    let mut done = false;
    name.chars()
        .map(|c| match sound(c) {
            Some((_, alike)) if !done => {
                done = true;
                let others: Vec<char> = alike.chars().filter(|o| *o != c).collect();
                *chance.pick(&others)
            }
            _ => c,
        })
        .collect()
}

/// In Latin letters, if every character's sound is known.
fn romanised(name: &str) -> Option<String> {
    let syllables: Option<Vec<&str>> = name.chars().map(|c| sound(c).map(|s| s.0)).collect();
    let syllables = syllables?;
    let (family, given) = syllables.split_first()?;
    Some(format!("{family} {}", given.concat()))
}

/// The last name with another vowel.
fn respelt(chance: &mut Chance, name: &str) -> String {
    const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
    let places: Vec<usize> = name
        .char_indices()
        .filter(|(_, c)| VOWELS.contains(c))
        .map(|c| c.0)
        .collect();
    let Some(&at) = places.last() else {
        return name.to_owned();
    };
    let was = name[at..].chars().next().unwrap_or('a');
    let others: Vec<char> = VOWELS.into_iter().filter(|v| *v != was).collect();
    let mut name = name.to_owned();
    name.replace_range(at..=at, &chance.pick(&others).to_string());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_across_otherwise_but_alike() {
        let mut chance = Chance::new(1, 0);
        for name in ["王浩轩", "Nora Ashdown", "李思琪"] {
            for _ in 0..20 {
                let heard = misheard(&mut chance, name);
                assert_ne!(heard, name);
                assert!(heard.is_ascii() || heard.chars().count() == name.chars().count());
            }
        }
        assert_eq!(romanised("王浩轩").as_deref(), Some("wang haoxuan"));
    }
}
