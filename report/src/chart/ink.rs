//! What a mark means, and its colour on white paper.

use attribution::Cause;
use plotters::style::RGBColor;

macro_rules! inks {
    ($($(#[$doc:meta])* $ink:ident = $class:literal, $red:literal, $green:literal, $blue:literal;)*) => {
        /// What a mark means. On white paper each has at least 3:1 contrast, those of letters 4.5:1.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Ink { $($(#[$doc])* $ink,)* }

        impl Ink {
            const ALL: &'static [Ink] = &[$(Ink::$ink),*];

            /// Its class in a page's style sheet.
            pub const fn class(self) -> &'static str {
                match self { $(Ink::$ink => $class,)* }
            }

            /// Red, green and blue on white paper.
            pub const fn rgb(self) -> (u8, u8, u8) {
                match self { $(Ink::$ink => ($red, $green, $blue),)* }
            }
        }
    };
}

inks! {
    /// Letters and axes.
    Text = "ink-text", 27, 31, 36;
    /// Less important letters.
    Muted = "ink-muted", 87, 96, 106;
    /// Lines of a grid.
    Grid = "ink-grid", 216, 222, 228;
    /// The paper itself, between two marks.
    Paper = "ink-paper", 255, 255, 255;
    /// A time in which a number rested before it was given away.
    Soak = "ink-soak", 182, 196, 214;
    /// A time in which a number was proven alive.
    Alive = "ink-alive", 120, 153, 186;
    /// When a number was given away.
    Registered = "ink-registered", 20, 60, 110;
    /// A leak contact.
    Leak = "ink-leak", 179, 38, 30;
    /// The platform's own advertising.
    FirstParty = "ink-first-party", 139, 90, 0;
    /// A declared partner.
    Partner = "ink-partner", 122, 62, 157;
    /// A transaction.
    Transactional = "ink-transactional", 17, 110, 80;
    /// Background.
    Background = "ink-background", 110, 119, 129;
    /// A previous owner's.
    PreviousOwner = "ink-previous-owner", 0, 105, 130;
    /// Nothing can be said.
    Unknown = "ink-unknown", 140, 149, 159;
}

impl Ink {
    /// The ink of a cause.
    pub const fn of(cause: Cause) -> Ink {
        match cause {
            Cause::Transactional => Ink::Transactional,
            Cause::FirstParty => Ink::FirstParty,
            Cause::DisclosedPartner => Ink::Partner,
            Cause::Leak => Ink::Leak,
            Cause::Background => Ink::Background,
            Cause::PreviousOwner => Ink::PreviousOwner,
            Cause::Unknown => Ink::Unknown,
        }
    }

    pub(super) const fn colour(self) -> RGBColor {
        let (red, green, blue) = self.rgb();
        RGBColor(red, green, blue)
    }

    /// The ink of this colour; letters' where it is none of ours.
    pub(super) fn from_rgb(rgb: (u8, u8, u8)) -> Ink {
        let found = Ink::ALL.iter().find(|ink| ink.rgb() == rgb);
        found.copied().unwrap_or(Ink::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast with white by WCAG 2.2.
    fn contrast(ink: Ink) -> f64 {
        let (red, green, blue) = ink.rgb();
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                libm::pow((c + 0.055) / 1.055, 2.4)
            }
        };
        let light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        1.05 / (light + 0.05)
    }

    #[test]
    fn inks_are_seen_on_white_paper_and_no_two_are_alike() {
        for (at, ink) in Ink::ALL.iter().enumerate() {
            let faint = matches!(ink, Ink::Grid | Ink::Paper | Ink::Soak | Ink::Alive);
            let letters = matches!(ink, Ink::Text | Ink::Muted | Ink::Leak);
            let wanted = if letters { 4.5 } else { 3.0 };
            assert!(
                faint || contrast(*ink) >= wanted,
                "{ink:?} {}",
                contrast(*ink)
            );
            assert!(Ink::ALL[..at].iter().all(|other| other.rgb() != ink.rgb()));
        }
    }
}
