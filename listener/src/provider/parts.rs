//! Long messages in parts, as their headers count them.

use honeytoken::Part;

/// Concatenation with a reference of 8 bits, and of 16 (3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8).
const SHORT_REFERENCE: u8 = 0x00;
const LONG_REFERENCE: u8 = 0x08;
/// The most parts of a message: their number has 8 bits.
const PARTS_MAX: i64 = 255;

/// A part of a message of several; none where the numbers do not fit each other.
pub(super) fn part(reference: &str, number: i64, total: i64) -> Option<Part> {
    let several = (2..=PARTS_MAX).contains(&total) && (1..=total).contains(&number);
    several.then(|| Part {
        reference: reference.to_owned(),
        number: u32::try_from(number).unwrap_or_default(),
        total: u32::try_from(total).unwrap_or_default(),
    })
}

/// What a user data header in hex, its length first, says about parts.
pub(super) fn of_header(hex: &str) -> Option<Part> {
    let header = super::mac::unhex(hex)?;
    let (length, mut elements) = header.split_first()?;
    elements = elements.get(..usize::from(*length))?;
    while let [kind, length, rest @ ..] = elements {
        let (value, others) = rest.split_at_checked(usize::from(*length))?;
        match (*kind, value) {
            (SHORT_REFERENCE, [reference, total, number]) => {
                return part(&reference.to_string(), (*number).into(), (*total).into());
            }
            (LONG_REFERENCE, [high, low, total, number]) => {
                let reference = u16::from_be_bytes([*high, *low]).to_string();
                return part(&reference, (*number).into(), (*total).into());
            }
            _ => elements = others,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(hex: &str) -> Option<(String, u32, u32)> {
        of_header(hex).map(|part| (part.reference, part.number, part.total))
    }

    #[test]
    fn both_kinds_of_reference() {
        assert_eq!(read("050003CC0201"), Some(("204".to_owned(), 1, 2)));
        assert_eq!(read("06080400CC0302"), Some(("204".to_owned(), 2, 3)));
        assert_eq!(read("0b05040b8423f0000312020a"), None, "part ten of two");
        assert_eq!(read("0b05040b8423f0000312 0a02"), None);
        assert_eq!(
            read("0b05040b8423f00003120a02"),
            Some(("18".to_owned(), 2, 10))
        );
    }

    #[test]
    fn headers_that_are_none() {
        for hex in [
            "",
            "0",
            "zz",
            "05",
            "050003CC02",
            "05000FCC0201",
            "0500030000",
            "060504C34FC34F",
        ] {
            assert_eq!(read(hex), None, "{hex}");
        }
    }
}
