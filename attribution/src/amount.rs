//! Large and small amounts as people read them, the same in sentences, charts and pages.

/// From here on, as a power of ten, an amount is told by its power alone.
const POWER_MAX: f64 = 9.0;

/// A factor, of which the decimal logarithm is given: `×1.86`, `÷22`, `×13,000`, `×10^12`.
pub fn times(power: f64) -> String {
    let sign = if power < 0.0 { '÷' } else { '×' };
    let size = libm::pow(10.0, power.abs().min(POWER_MAX));
    match power.abs() {
        p if p < 1.0 => format!("{sign}{size:.2}"),
        p if p < 2.0 => format!("{sign}{size:.0}"),
        p if p < POWER_MAX => format!("{sign}{}", grouped(two_figures(size))),
        p => format!("{sign}10^{p:.0}"),
    }
}

/// An e-value, of which the natural logarithm is given, never as more than it is: `0.4`, `8,431`,
/// `10^12`.
pub fn e_value(log: f64) -> String {
    let power = libm::floor(log / std::f64::consts::LN_10);
    match power {
        p if p >= POWER_MAX => format!("10^{p:.0}"),
        p if p >= 1.0 => grouped(libm::exp(log) as u64),
        _ => format!("{:.1}", libm::floor(libm::exp(log) * 10.0) / 10.0),
    }
}

/// A whole number in groups of three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// To the two figures that tell.
fn two_figures(size: f64) -> u64 {
    let unit = libm::pow(10.0, libm::floor(libm::log10(size)) - 1.0);
    (libm::round(size / unit) * unit) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_told_to_the_figures_that_tell() {
        let cases = [
            (0.0, "×1.00"),
            (0.3, "×2.00"),
            (-1.35, "÷22"),
            (2.0, "×100"),
            (4.12, "×13,000"),
            (-6.0, "÷1,000,000"),
            (12.4, "×10^12"),
        ];
        for (power, told) in cases {
            assert_eq!(times(power), told);
        }
    }

    #[test]
    fn no_e_value_is_told_as_more_than_it_is() {
        let log = |value: f64| libm::log(value);
        let cases = [
            (0.49, "0.4"),
            (8_431.9, "8,431"),
            (2_006_697.5, "2,006,697"),
            (9.9e12, "10^12"),
        ];
        for (value, told) in cases {
            assert_eq!(e_value(log(value)), told);
        }
    }
}
