//! The language of a text, as a BCP 47 tag: by its script, and among Latin ones by a linear model.

use whichlang::{Lang, detect_language};

use super::{TEXT_CHARS_MAX, is_han};

/// Fewer Latin letters, or words, tell no language.
const LATIN_LETTERS_MIN: usize = 12;
const LATIN_WORDS_MIN: usize = 3;
/// Fewer letters of any other script tell nothing.
const LETTERS_MIN: usize = 2;

/// Frequent characters that are written so in one way of writing Chinese only.
const SIMPLIFIED: &str = "们这为来时个国说后对会过发学经动进种关点现开实长问样还见题机电车东书门间话头让应边业办觉请认识买卖钱银电脑网络账号验证码贷领订单优惠费资该谢马红绿飞鱼龙齐爱务员区厂广产严标题继续级结给统约传价众优伤伪侧额订阅详询节亲营团报销热线积";
const TRADITIONAL: &str = "們這為來時個國說後對會過發學經動進種關點現開實長問樣還見題機電車東書門間話頭讓應邊業辦覺請認識買賣錢銀電腦網絡帳號驗證碼貸領訂單優惠費資該謝馬紅綠飛魚龍齊愛務員區廠廣產嚴標題繼續級結給統約傳價眾優傷偽側額訂閱詳詢節親營團報銷熱線積";

/// No language can be told.
pub(crate) const UNDETERMINED: &str = "und";

/// Letters of a text by script.
#[derive(Default)]
struct Scripts {
    han: usize,
    kana: usize,
    latin: usize,
    words: usize,
    others: [usize; 7],
}

/// Scripts that one language stands for: first and last character, and its tag.
const OTHERS: [(char, char, &str); 7] = [
    ('\u{0370}', '\u{03ff}', "el"),
    ('\u{0400}', '\u{04ff}', "ru"),
    ('\u{0590}', '\u{05ff}', "he"),
    ('\u{0600}', '\u{06ff}', "ar"),
    ('\u{0900}', '\u{097f}', "hi"),
    ('\u{0e00}', '\u{0e7f}', "th"),
    ('\u{ac00}', '\u{d7af}', "ko"),
];

impl Scripts {
    fn of(text: &str) -> Scripts {
        let mut found = Scripts::default();
        let mut before = ' ';
        for c in text.chars().take(TEXT_CHARS_MAX) {
            found.count(c, before);
            before = c;
        }
        found
    }

    fn count(&mut self, c: char, before: char) {
        match c {
            c if is_han(c) => self.han += 1,
            '\u{3040}'..='\u{30ff}' => self.kana += 1,
            c if c.is_alphabetic() && c < '\u{0250}' => {
                self.latin += 1;
                self.words += usize::from(!before.is_alphanumeric());
            }
            c => {
                let script = OTHERS.iter().position(|s| (s.0..=s.1).contains(&c));
                if let Some(count) = script.and_then(|at| self.others.get_mut(at)) {
                    *count += usize::from(c.is_alphabetic());
                }
            }
        }
    }
}

/// The language of a text: `zh-Hans`, `zh-Hant`, `zh` where every character is written alike in both,
/// `en`, …; `und` where too little is said.
pub(crate) fn language(text: &str) -> &'static str {
    let scripts = Scripts::of(text);
    let east = scripts.han + scripts.kana;
    let (script, most) = OTHERS
        .iter()
        .zip(scripts.others)
        .max_by_key(|s| s.1)
        .map_or((UNDETERMINED, 0), |(s, n)| (s.2, n));
    // A Han character says as much as a short word.
    if east >= LETTERS_MIN && east * 3 >= scripts.latin && east >= most {
        return if scripts.kana * 8 > scripts.han {
            "ja"
        } else {
            chinese(text)
        };
    }
    if most >= LETTERS_MIN && most >= scripts.latin {
        return among_neighbours(script, text);
    }
    if scripts.latin >= LATIN_LETTERS_MIN && scripts.words >= LATIN_WORDS_MIN {
        return latin(text);
    }
    UNDETERMINED
}

fn chinese(text: &str) -> &'static str {
    let (mut simplified, mut traditional) = (0, 0);
    for c in text.chars().take(TEXT_CHARS_MAX) {
        let (s, t) = (SIMPLIFIED.contains(c), TRADITIONAL.contains(c));
        simplified += usize::from(s && !t);
        traditional += usize::from(t && !s);
    }
    match simplified.cmp(&traditional) {
        std::cmp::Ordering::Greater => "zh-Hans",
        std::cmp::Ordering::Less => "zh-Hant",
        std::cmp::Ordering::Equal => "zh",
    }
}

/// Languages that share a script, by letters that only one of them has.
fn among_neighbours(tag: &'static str, text: &str) -> &'static str {
    match tag {
        "ru" if text.contains(['і', 'ї', 'є', 'ґ']) => "uk",
        "ar" if text.contains(['پ', 'چ', 'ژ', 'گ']) => "fa",
        tag => tag,
    }
}

fn latin(text: &str) -> &'static str {
    let start: String = text.chars().take(TEXT_CHARS_MAX).collect();
    match detect_language(&start) {
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
        Lang::Eng => "en",
        _ => UNDETERMINED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_script_and_by_words() {
        for (text, want) in [
            ("您的验证码是928141，五分钟内有效，请勿告诉他人", "zh-Hans"),
            ("您的驗證碼是928141，請勿告訴他人，詳情請電", "zh-Hant"),
            ("三人行", "zh"),
            ("お荷物のお届けにあがりましたが不在の為持ち帰りました", "ja"),
            ("고객님 택배가 보류되었습니다 확인 바랍니다", "ko"),
            ("Ваш заказ ожидает оплаты, перейдите по ссылке", "ru"),
            ("Ваше замовлення очікує, їх статус є тут", "uk"),
            ("تم تعليق حسابك يرجى التحقق من المعلومات", "ar"),
            (
                "Your parcel is held at the depot because of an unpaid fee",
                "en",
            ),
            (
                "Su paquete está retenido en el almacén por falta de pago",
                "es",
            ),
            (
                "Votre colis est retenu au dépôt, veuillez payer les frais",
                "fr",
            ),
            (
                "Ihr Paket wird wegen offener Gebühren im Depot zurückgehalten",
                "de",
            ),
            ("登录 www.example.com 领取您的优惠 app download", "zh-Hans"),
            ("ok", UNDETERMINED),
            ("928141", UNDETERMINED),
            ("", UNDETERMINED),
        ] {
            assert_eq!(language(text), want, "{text}");
        }
    }

    #[test]
    fn any_characters_have_a_language_or_none() {
        for start in (0..0x2_0000_u32).step_by(97) {
            let text: String = (start..start + 60).filter_map(char::from_u32).collect();
            assert!(language(&text).len() >= 2);
        }
    }
}
