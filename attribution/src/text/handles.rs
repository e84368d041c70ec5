//! What a caller can be recognised by: links, signatures, call-back numbers, chat ids, templates.

use super::{TEMPLATE_WEIGHT_MIN, digest, digest_chars, folded, is_han, weight};

/// Domains that many share, shorteners and great services: a link to them says nothing about who
/// wrote it.
const SHORTENERS: [&str; 30] = [
    "t.cn",
    "url.cn",
    "dwz.cn",
    "suo.im",
    "u.to",
    "bit.ly",
    "goo.gl",
    "t.co",
    "tinyurl.com",
    "is.gd",
    "ow.ly",
    "cutt.ly",
    "rb.gy",
    "w.url.cn",
    "t.ly",
    "rebrand.ly",
    "wa.me",
    "t.me",
    "line.me",
    "qq.com",
    "weibo.com",
    "baidu.com",
    "taobao.com",
    "google.com",
    "youtube.com",
    "facebook.com",
    "amazon.com",
    "apple.com",
    "gmail.com",
    "shrtco.de",
];
/// Endings under which a name has one label more.
const SECOND_LEVEL: [&str; 7] = [
    "com.cn", "net.cn", "org.cn", "co.uk", "org.uk", "com.hk", "com.au",
];
/// Handles of one text; what lists more is no message.
pub(crate) const HANDLES_MAX: usize = 16;
const DOMAIN_BYTES_MAX: usize = 80;
const SIGNATURE_CHARS_MAX: usize = 20;
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 9..=13;
const CHAT_WORDS: [&str; 6] = ["微信", "wechat", "vx", "qq", "telegram", "whatsapp"];
const CHAT_CHARS: std::ops::RangeInclusive<usize> = 5..=24;

/// The handles of one text, as digests.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Handles {
    /// Links, signatures, call-back numbers and chat ids: any one of them in common links.
    pub(crate) strong: Vec<u64>,
    /// The text with amounts and links taken out, if it is long enough to be nobody else's.
    pub(crate) template: Option<u64>,
    /// The characters that likeness is measured over.
    pub(crate) body: Vec<char>,
    /// Whose name it is signed with, or begins with: another one speaks for another caller.
    pub(crate) signature: Option<u64>,
}

/// All handles of a text.
pub(crate) fn handles(text: &str) -> Handles {
    let chars = folded(text);
    let mut strong: Vec<u64> = domains(&chars)
        .iter()
        .filter(|d| !is_shared(d))
        .map(|d| digest(1, d.bytes()))
        .collect();
    strong.extend(signature(&chars).map(|s| digest_chars(2, s)));
    strong.extend(phones(&chars).iter().map(|p| digest(3, p.bytes())));
    strong.extend(chat(&chars).map(|c| digest(4, c.bytes())));
    strong.truncate(HANDLES_MAX);
    let (template, body) = masked(&chars);
    let long = weight(&template) >= TEMPLATE_WEIGHT_MIN;
    Handles {
        strong,
        template: long.then(|| digest_chars(5, &template)),
        body,
        signature: signature_of(&chars).map(|s| digest(21, s.bytes())),
    }
}

/// The registrable domains that a text links to.
pub(crate) fn domains_in(text: &str) -> Vec<String> {
    domains(&folded(text))
}

/// The numbers that a text asks to call back, as digits: what its writer says of himself, to be kept
/// apart from the caller id, which the network says.
pub fn call_back_numbers(text: &str) -> Vec<String> {
    let mut numbers = phones(&folded(text));
    numbers.sort();
    numbers.dedup();
    numbers
}

/// The signature 【…】 that a text bears, or the brand before its first colon.
pub(crate) fn signature_in(text: &str) -> Option<String> {
    signature_of(&folded(text))
}

fn signature_of(chars: &[char]) -> Option<String> {
    if let Some(s) = signature(chars) {
        return Some(s.iter().collect());
    }
    let head = chars.iter().take(40).position(|c| *c == ':')?;
    let brand: String = chars[..head].iter().collect();
    (!brand.contains("http")).then(|| brand.trim().to_owned())
}

/// Whether many use the domain.
pub(crate) fn is_shared(domain: &str) -> bool {
    SHORTENERS.contains(&domain)
}

fn signature(chars: &[char]) -> Option<&[char]> {
    let open = chars.iter().position(|c| *c == '【')?;
    let close = open + chars[open..].iter().position(|c| *c == '】')?;
    let inner = &chars[open + 1..close];
    (!inner.is_empty() && inner.len() <= SIGNATURE_CHARS_MAX).then_some(inner)
}

/// Runs of characters that can stand in a host name or a handle.
fn ascii_runs(chars: &[char]) -> impl Iterator<Item = (usize, &[char])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let start = at + chars[at..].iter().position(part)?;
        let end = chars[start..]
            .iter()
            .position(|c| !part(c))
            .map_or(chars.len(), |n| start + n);
        at = end;
        Some((start, &chars[start..end]))
    })
}

fn domains(chars: &[char]) -> Vec<String> {
    let mut found: Vec<String> = ascii_runs(chars)
        .filter_map(|(_, run)| domain(run))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn domain(run: &[char]) -> Option<String> {
    if run.len() > DOMAIN_BYTES_MAX {
        return None;
    }
    let run: String = run.iter().collect();
    let labels: Vec<&str> = run.trim_matches(['.', '-', '_']).split('.').collect();
    let end = labels.last()?;
    let ending = (2..=8).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphabetic());
    if labels.len() < 2 || !ending || labels.iter().any(|l| l.is_empty()) {
        return None;
    }
    let two = labels[labels.len() - 2..].join(".");
    let keep = if SECOND_LEVEL.contains(&two.as_str()) {
        3
    } else {
        2
    };
    (labels.len() >= keep).then(|| labels[labels.len() - keep..].join("."))
}

/// Call-back numbers: runs of digits that are long enough, separators taken out.
fn phones(chars: &[char]) -> Vec<String> {
    let mut found = Vec::new();
    let mut run = String::new();
    for (i, c) in chars.iter().chain(std::iter::once(&'$')).enumerate() {
        let between = matches!(c, '-' | ' ')
            && i > 0
            && chars[i - 1].is_ascii_digit()
            && chars.get(i + 1).is_some_and(char::is_ascii_digit);
        if c.is_ascii_digit() {
            run.push(*c);
        } else if !between {
            if PHONE_DIGITS.contains(&run.len()) {
                found.push(run.clone());
            }
            run.clear();
        }
    }
    found
}

fn chat(chars: &[char]) -> Option<String> {
    let text: String = chars.iter().collect();
    let after = CHAT_WORDS
        .iter()
        .find_map(|w| text.find(w).map(|at| &text[at + w.len()..]))?;
    let id: String = after
        .trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && !is_han(c))
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        .collect();
    CHAT_CHARS.contains(&id.len()).then_some(id)
}

/// The text without what varies. First for equality: links and amounts stand for themselves, no
/// space or punctuation. Then for likeness: hosts stay, since they tell campaigns apart.
fn masked(chars: &[char]) -> (Vec<char>, Vec<char>) {
    let (mut template, mut body) = (
        Vec::with_capacity(chars.len()),
        Vec::with_capacity(chars.len()),
    );
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c.is_ascii_alphanumeric() {
            let word = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
            let end = chars[at..]
                .iter()
                .position(|c| !word(c))
                .map_or(chars.len(), |n| at + n);
            mask_run(&chars[at..end], &mut template, &mut body);
            at = end;
        } else {
            if c.is_alphabetic() {
                template.push(c);
                body.push(c);
            } else if c == ' ' {
                body.push(c);
            }
            at += 1;
        }
    }
    (template, body)
}

fn mask_run(run: &[char], template: &mut Vec<char>, body: &mut Vec<char>) {
    let host_end = run.iter().position(|c| *c == '/').unwrap_or(run.len());
    if domain(&run[..host_end]).is_some() {
        template.push('\u{1}');
        body.extend(&run[..host_end]);
        return;
    }
    let digits = run.iter().filter(|c| c.is_ascii_digit()).count();
    let letters = run.iter().filter(|c| c.is_ascii_alphabetic());
    template.extend(letters.clone());
    if digits > 0 {
        template.push('#');
    }
    if digits >= *PHONE_DIGITS.start() {
        body.extend(run);
    } else {
        body.extend(letters);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(a: &str, b: &str) -> bool {
        let (a, b) = (handles(a), handles(b));
        a.strong.iter().any(|h| b.strong.contains(h))
    }

    #[test]
    fn domains_are_registrable_ones() {
        for (text, want) in [
            ("点击mife703.icu/2d046查看", vec!["mife703.icu"]),
            (
                "see https://www.pay.example.co.uk/x?y",
                vec!["example.co.uk"],
            ),
            ("ＨＴＴＰ：//ABC.COM", vec!["abc.com"]),
            ("price is 3.50 today. Thanks", vec![]),
            ("end of it.Then", vec!["it.then"]),
        ] {
            assert_eq!(domains_in(text), want, "{text}");
        }
    }

    #[test]
    fn one_handle_in_common_links() {
        assert!(shared("加微信daguhao50，如已办理", "微信：daguhao50"));
        assert!(shared("【小易证券】你好", "【小易证券】别的"));
        assert!(shared("速回电 170-6868-7689", "电话17068687689，退订"));
        assert!(!shared("http://t.cn/abc", "http://t.cn/abd"));
        assert!(!shared("验证码是928141", "验证码是928141"));
    }

    #[test]
    fn numbers_to_call_back() {
        let text = "您的快递异常，请速回电 170-6868-7689 或 17068687689，验证码 482913";
        assert_eq!(call_back_numbers(text), ["17068687689"]);
        assert_eq!(
            call_back_numbers("call ＋1 415 555 0199 now"),
            ["14155550199"]
        );
        assert_eq!(call_back_numbers("no number"), Vec::<String>::new());
    }

    #[test]
    fn templates_ignore_amounts_and_links() {
        let a = handles("首存送2600彩金天天返水，立即登录lomi646.top/dcefd办理，拒收请回复R");
        let b = handles("首存送55彩金天天返水，立即登录date948.top/51e9e办理，拒收请回复R");
        assert_eq!(a.template, b.template);
        assert!(a.template.is_some());
        assert_eq!(handles("喂你好").template, None);
    }

    #[test]
    fn signatures_in_both_styles() {
        assert_eq!(
            signature_in("【乐达教育】您的验证码").as_deref(),
            Some("乐达教育")
        );
        assert_eq!(
            signature_in("Blue Wellness: hi Amy").as_deref(),
            Some("blue wellness")
        );
        assert_eq!(signature_in("no brand here"), None);
    }
}
