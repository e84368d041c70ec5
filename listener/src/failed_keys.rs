//! A brake on guessing keys.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use honeytoken::Timestamp;

/// Failed keys that one address may present in a minute; more are answered 429.
pub(crate) const FAILURES_PER_MINUTE_MAX: u32 = 20;
/// Addresses remembered; at the limit all are forgotten, so that memory stays bounded.
const ADDRESSES_MAX: usize = 10_000;
const WINDOW_S: i64 = 60;

/// Failures by address in the current minute. IPv6 counts by /64, which one household holds.
#[derive(Debug, Default)]
pub(crate) struct FailedKeys(Mutex<HashMap<IpAddr, (i64, u32)>>);

impl FailedKeys {
    /// Notes a failure; false once the address has had too many.
    pub(crate) fn note(&self, address: IpAddr, now: Timestamp) -> bool {
        let minute = now.as_unix_s().div_euclid(WINDOW_S);
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= ADDRESSES_MAX {
            failures.clear();
        }
        let slot = failures.entry(household(address)).or_insert((minute, 0));
        if slot.0 != minute {
            *slot = (minute, 0);
        }
        slot.1 = slot.1.saturating_add(1);
        slot.1 <= FAILURES_PER_MINUTE_MAX
    }
}

fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            let prefix = u128::from(six) & !u128::from(u64::MAX);
            IpAddr::V6(prefix.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_for_a_minute_and_an_address() {
        let brake = FailedKeys::default();
        let now = Timestamp::from_unix_s(1_800_000_000);
        let here: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..FAILURES_PER_MINUTE_MAX {
            assert!(brake.note(here, now));
        }
        assert!(!brake.note(here, now));
        assert!(brake.note("192.0.2.2".parse().unwrap(), now));
        assert!(brake.note(here, now.plus_s(60)));
    }

    #[test]
    fn a_household_of_ipv6_is_one() {
        let a: IpAddr = "2001:db8::1".parse().unwrap();
        let b: IpAddr = "2001:db8::ffff:1".parse().unwrap();
        assert_eq!(household(a), household(b));
    }
}
