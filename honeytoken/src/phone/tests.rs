use proptest::prelude::*;

use super::*;

#[test]
fn one_reason_per_refusal() {
    for (text, want) in [
        ("", PhoneNumberError::Empty),
        ("14155550132", PhoneNumberError::NoPlus),
        ("+1415555x132", PhoneNumberError::NotADigit(8)),
        ("+3367a829916", PhoneNumberError::NotADigit(5)),
        ("+04155550132", PhoneNumberError::LeadingZero),
        ("+10086", PhoneNumberError::TooShort(5)),
        ("+1234567890123456", PhoneNumberError::TooLong(16)),
    ] {
        assert_eq!(text.parse::<PhoneNumber>(), Err(want), "{text}");
    }
}

#[test]
fn national_forms_become_e164() {
    for (text, region, want) in [
        ("138 0013 8000", "CN", "+8613800138000"),
        ("010-12321000", "CN", "+861012321000"),
        ("(415) 555-0132", "us", "+14155550132"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("0086 138 0013 8000", "GB", "+8613800138000"),
        ("+44 (20) 7946-0018", "US", "+442079460018"),
    ] {
        assert_eq!(
            PhoneNumber::parse_national(text, region).unwrap().as_str(),
            want
        );
    }
}

#[test]
fn a_region_must_exist() {
    let error = PhoneNumber::parse_national("123456789", "XX").unwrap_err();
    assert_eq!(error, PhoneNumberError::UnknownRegion("XX".into()));
}

#[test]
fn unassigned_numbers_are_numbers() {
    let fiction: PhoneNumber = "+19995550132".parse().unwrap();
    assert!(!fiction.is_assigned());
    let chinese: PhoneNumber = "+8613800138000".parse().unwrap();
    assert!(chinese.is_assigned());
    assert_eq!(chinese.country().unwrap().to_string(), "CN");
}

#[test]
fn debug_hides_the_middle() {
    let number: PhoneNumber = "+8613800138000".parse().unwrap();
    assert_eq!(format!("{number:?}"), "+86…00");
}

proptest! {
    #[test]
    fn what_prints_parses_to_itself(text in "\\+[1-9][0-9]{6,14}") {
        let number: PhoneNumber = text.parse().unwrap();
        prop_assert_eq!(number.as_str(), text.as_str());
        let json = serde_json::to_string(&number).unwrap();
        prop_assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
    }

    #[test]
    fn any_text_is_judged_without_panic(text in ".{0,40}", region in "[A-Z]{2}") {
        let _ = text.parse::<PhoneNumber>();
        let _ = PhoneNumber::parse_national(&text, &region);
    }
}
