//! The parties of a call or message, as providers write them.

use honeytoken::Sender;

/// A party, unless it is absent or empty.
pub(super) fn party(text: Option<&str>) -> Option<Sender> {
    text.filter(|text| !text.is_empty()).map(Sender::new)
}

/// A party of a provider that writes international numbers without `+`: eight or more digits are
/// one; fewer are a short code.
pub(super) fn party_without_plus(text: Option<&str>) -> Option<Sender> {
    let text = text.filter(|text| !text.is_empty())?;
    let number = text.len() >= NUMBER_DIGITS_MIN && text.bytes().all(|b| b.is_ascii_digit());
    Some(if number {
        Sender::new(&format!("+{text}"))
    } else {
        Sender::new(text)
    })
}

/// A party as Chinese providers write it: eleven digits that begin with 1 are a mobile number of
/// +86; all else stays as it is.
pub(super) fn party_in_china(text: Option<&str>) -> Option<Sender> {
    let text = text.filter(|text| !text.is_empty())?;
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let mobile = digits && text.starts_with('1') && text.len() == MOBILE_DIGITS_IN_CHINA;
    Some(if mobile {
        Sender::new(&format!("+86{text}"))
    } else {
        Sender::new(text)
    })
}

/// Length of a Chinese mobile number without its country code.
const MOBILE_DIGITS_IN_CHINA: usize = 11;

/// The fewest digits that are taken for an international number without its `+`.
const NUMBER_DIGITS_MIN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_plus() {
        let read = |text| party_without_plus(Some(text)).map(|p| p.as_str().to_owned());
        assert_eq!(read("14155550132").as_deref(), Some("+14155550132"));
        assert_eq!(read("10086").as_deref(), Some("10086"));
        assert_eq!(read("Amazon").as_deref(), Some("Amazon"));
        assert_eq!(read("+8613800138000").as_deref(), Some("+8613800138000"));
        assert_eq!(read(""), None);
    }

    #[test]
    fn numbers_in_china() {
        let read = |text| party_in_china(Some(text)).map(|p| p.as_str().to_owned());
        assert_eq!(read("13800138000").as_deref(), Some("+8613800138000"));
        assert_eq!(read("106900001234").as_deref(), Some("106900001234"));
        assert_eq!(read("02112345678").as_deref(), Some("02112345678"));
        assert_eq!(read("95588").as_deref(), Some("95588"));
    }
}
