//! Times as people of a place write them, without a table of zones: forms ask for local time.

use honeytoken::Timestamp;

use super::words::Lang;

/// Seconds in an hour.
const HOUR_S: i64 = 3600;

/// A place whose clock follows a rule that is short enough to be written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// UTC, where the place is not known.
    Utc,
    /// China: UTC+8 all year.
    China,
    /// The United Kingdom: UTC, and an hour more in summer.
    London,
    /// France: UTC+1, and an hour more in summer.
    Paris,
}

/// A moment on a place's clock.
pub(super) struct Local {
    /// `2026-11-20 16:00:00`.
    text: String,
    /// Hours before UTC.
    offset_h: i64,
}

impl Zone {
    pub(super) fn at(self, at: Timestamp) -> Local {
        let offset_h = match self {
            Zone::Utc => 0,
            Zone::China => 8,
            Zone::London => i64::from(is_summer(at)),
            Zone::Paris => 1 + i64::from(is_summer(at)),
        };
        let text = at.plus_s(offset_h * HOUR_S).to_string().replace('T', " ");
        let text = text.get(..19).unwrap_or(&text).to_owned();
        Local { text, offset_h }
    }
}

impl Local {
    /// `2026-11-20`.
    pub(super) fn date(&self) -> &str {
        self.text.get(..10).unwrap_or_default()
    }

    /// `11/20/2026`, as United States forms want it.
    pub(super) fn us_date(&self) -> String {
        let mut parts = self.date().split('-');
        let [year, month, day] = [(); 3].map(|()| parts.next().unwrap_or_default());
        format!("{month}/{day}/{year}")
    }

    /// `20/11/2026`, as European forms want it.
    pub(super) fn european_date(&self) -> String {
        let mut parts = self.date().split('-');
        let [year, month, day] = [(); 3].map(|()| parts.next().unwrap_or_default());
        format!("{day}/{month}/{year}")
    }

    /// As letters in this language have it.
    pub(super) fn date_in(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh | Lang::En => self.date().to_owned(),
            Lang::Fr => self.european_date(),
        }
    }

    /// `16:00`.
    pub(super) fn time(&self) -> &str {
        self.text.get(11..16).unwrap_or_default()
    }

    /// `2026-11-20 16:00:00 (UTC+08:00)`.
    pub(super) fn whole(&self) -> String {
        format!("{} ({})", self.text, self.zone())
    }

    /// `UTC+08:00`.
    pub(super) fn zone(&self) -> String {
        match self.offset_h {
            0 => "UTC".to_owned(),
            hours => format!("UTC+{hours:02}:00"),
        }
    }
}

/// European summer time: from the last Sunday of March to that of October, at 01:00 UTC (Directive
/// 2000/84/EC; the United Kingdom keeps the same days).
fn is_summer(at: Timestamp) -> bool {
    let text = at.to_string();
    let year: i64 = text.get(..4).and_then(|y| y.parse().ok()).unwrap_or(1970);
    let change = |month: &str| {
        let last: Option<Timestamp> = format!("{year}-{month}-31T01:00:00Z").parse().ok();
        let last = last.unwrap_or(Timestamp::EPOCH);
        // Day 0, 1970-01-01, was a Thursday; Sunday is 0.
        let weekday = (last.as_unix_days() + 4).rem_euclid(7);
        last.plus_s(-weekday * 24 * HOUR_S)
    };
    (change("03")..change("10")).contains(&at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_begins_and_ends_on_the_last_sunday() {
        for (at, london, paris) in [
            ("2026-03-29T00:59:59Z", "00:59", "01:59"),
            ("2026-03-29T01:00:00Z", "02:00", "03:00"),
            ("2026-10-25T00:59:59Z", "01:59", "02:59"),
            ("2026-10-25T01:00:00Z", "01:00", "02:00"),
            ("2027-07-01T12:00:00Z", "13:00", "14:00"),
        ] {
            let moment: Timestamp = at.parse().unwrap();
            assert_eq!(Zone::London.at(moment).time(), london, "{at}");
            assert_eq!(Zone::Paris.at(moment).time(), paris, "{at}");
        }
    }

    #[test]
    fn a_moment_is_written_as_each_place_writes_it() {
        let moment: Timestamp = "2026-11-20T18:30:05.25Z".parse().unwrap();
        assert_eq!(
            Zone::China.at(moment).whole(),
            "2026-11-21 02:30:05 (UTC+08:00)"
        );
        assert_eq!(Zone::Utc.at(moment).us_date(), "11/20/2026");
        assert_eq!(Zone::Paris.at(moment).european_date(), "20/11/2026");
        assert_eq!(Zone::Utc.at(moment).whole(), "2026-11-20 18:30:05 (UTC)");
    }
}
