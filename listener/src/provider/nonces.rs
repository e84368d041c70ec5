//! Numbers used once, remembered.

use std::collections::{HashMap, VecDeque};

use honeytoken::Nonce;

use super::Rejection;

/// How many are remembered; the oldest is forgotten first, since by then it is on the record. Far
/// more than can be on their way to the disk at once.
const NONCES_MAX: usize = 10_000;
/// The most bodies under one number, where its provider signs several with it.
const BODIES_MAX: usize = 64;

/// The nonces that one connection's provider has signed, each with digests of the bodies it came
/// with. Only for providers whose signature does not cover the body: a copied signature under
/// another body is a forgery, under the same body a repeat.
///
/// This is the memory of requests on their way to the disk. What was recorded is looked up in the
/// log's index, so that neither a restart nor a long time opens a window.
#[derive(Default)]
pub struct Nonces {
    bodies: HashMap<Box<str>, Vec<Box<str>>>,
    order: VecDeque<Box<str>>,
}

impl Nonces {
    /// Remembers a nonce and the body that it came with. `recorded` says whether the log knows the
    /// nonce with other bodies only; `shared`, whether its provider may still sign other bodies
    /// with it.
    ///
    /// # Errors
    /// When the nonce came before with another body, and may not come with this one.
    pub fn admit(&mut self, nonce: &Nonce, recorded: bool, shared: bool) -> Result<(), Rejection> {
        let bodies = self.bodies.get(nonce.sha256.as_str());
        if bodies.is_some_and(|bodies| bodies.iter().any(|b| **b == *nonce.body_sha256)) {
            return Ok(());
        }
        let others = bodies.map_or(0, Vec::len);
        let new = others == 0 && !recorded;
        match new || (shared && others < BODIES_MAX) {
            true => {
                self.remember(nonce);
                Ok(())
            }
            false => Err(Rejection::Replayed),
        }
    }

    fn remember(&mut self, nonce: &Nonce) {
        let body = Box::from(nonce.body_sha256.as_str());
        if let Some(bodies) = self.bodies.get_mut(nonce.sha256.as_str()) {
            bodies.push(body);
            return;
        }
        if self.order.len() == NONCES_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.bodies.remove(&oldest);
        }
        self.order.push_back(nonce.sha256.as_str().into());
        self.bodies.insert(nonce.sha256.as_str().into(), vec![body]);
    }
}

/// Nonces are kept to themselves.
impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nonces")
            .field("remembered", &self.order.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(number: usize, body: usize) -> Nonce {
        Nonce {
            sha256: number.to_string(),
            body_sha256: body.to_string(),
        }
    }

    #[test]
    fn one_body_for_each_number() {
        let mut nonces = Nonces::default();
        assert_eq!(nonces.admit(&nonce(1, 1), false, false), Ok(()));
        assert_eq!(nonces.admit(&nonce(1, 1), false, false), Ok(()), "a repeat");
        assert_eq!(
            nonces.admit(&nonce(1, 2), false, false),
            Err(Rejection::Replayed)
        );
        assert_eq!(
            nonces.admit(&nonce(2, 2), true, false),
            Err(Rejection::Replayed)
        );
    }

    #[test]
    fn several_bodies_while_the_provider_may_sign_them_with_it() {
        let mut nonces = Nonces::default();
        for body in 0..BODIES_MAX {
            assert_eq!(nonces.admit(&nonce(1, body), body > 0, true), Ok(()));
        }
        assert_eq!(
            nonces.admit(&nonce(1, 999), true, true),
            Err(Rejection::Replayed)
        );
        assert_eq!(
            nonces.admit(&nonce(1, 0), true, false),
            Ok(()),
            "a late repeat"
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut nonces = Nonces::default();
        for number in 0..=NONCES_MAX {
            assert_eq!(nonces.admit(&nonce(number, 1), false, false), Ok(()));
        }
        assert_eq!(
            (nonces.order.len(), nonces.bodies.len()),
            (NONCES_MAX, NONCES_MAX)
        );
    }
}
