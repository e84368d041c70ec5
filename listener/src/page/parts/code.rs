//! The one-time code in a verification message: what whoever registers a decoy waits for.

/// Digits of a code; beyond that it is a number to call or an order.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=8;
/// Words beside a code.
const WORDS: [&str; 16] = [
    "验证码",
    "校验码",
    "动态码",
    "确认码",
    "激活码",
    "驗證碼",
    "密码",
    "码",
    "code",
    "otp",
    "passcode",
    "pin",
    "password",
    "verif",
    "token",
    "login",
];

/// The code that a message brings, if it brings one: the run of digits nearest to a word for it.
pub(in crate::page) fn code_in(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    // Lower case may be of another length; then places would not fit.
    let places = if lower.len() == text.len() {
        lower.as_str()
    } else {
        text
    };
    let words: Vec<usize> = WORDS
        .iter()
        .flat_map(|word| places.match_indices(word).map(|(at, _)| at))
        .collect();
    let distance = |at: usize| words.iter().map(|word| word.abs_diff(at)).min();
    let nearest = runs(text).filter_map(|(at, run)| Some((distance(at)?, run)));
    nearest
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, run)| run)
}

/// Runs of digits that may be codes, with where they begin. `123-456` and `123 456` are one.
fn runs(text: &str) -> impl Iterator<Item = (usize, String)> {
    let is_part =
        |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ' | '+' | '.' | '/' | ':' | '¥' | '$');
    let mut found = Vec::new();
    let mut rest = 0;
    for piece in text.split(|c| !is_part(c)) {
        let at = text
            .get(rest..)
            .and_then(|t| t.find(piece))
            .map_or(rest, |at| rest + at);
        rest = at + piece.len();
        let trimmed = piece.trim_matches([' ', '-', '.', ':']);
        let foreign = trimmed.contains(['+', '.', '/', ':', '¥', '$']);
        let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
        let groups = trimmed.split([' ', '-']).count();
        let whole = groups == 1 || (groups == 2 && digits.len() == 6);
        if whole && !foreign && DIGITS.contains(&digits.len()) {
            found.push((at, digits));
        } else if !foreign {
            // Several numbers side by side: each for itself.
            let parts = trimmed
                .split([' ', '-'])
                .filter(|p| DIGITS.contains(&p.len()));
            found.extend(
                parts
                    .filter(|p| groups > 1 && !p.is_empty())
                    .map(|p| (at, p.to_owned())),
            );
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn codes_are_found_where_people_see_them() {
        let cases = [
            ("【某某】您的验证码是 482913，5分钟内有效。", Some("482913")),
            (
                "482913（登录验证码）。工作人员不会索取，切勿转发。",
                Some("482913"),
            ),
            (
                "Your Acme code is 123-456. Call 1-415-555-0133 for help.",
                Some("123456"),
            ),
            ("G-204817 is your Google verification code.", Some("204817")),
            ("Use OTP 0042 to log in before 2026-11-24.", Some("0042")),
            (
                "Your verification code: 7731 valid until 18:30",
                Some("7731"),
            ),
            ("您有一笔 5000 元贷款额度待领取，回T退订", None),
            ("Call +14155550133 now", None),
            ("", None),
        ];
        for (text, code) in cases {
            assert_eq!(code_in(text).as_deref(), code, "{text}");
        }
    }
}
