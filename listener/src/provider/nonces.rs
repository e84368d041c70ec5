//! Numbers used once, remembered.

use std::collections::{HashMap, VecDeque};

use ring::digest;

use super::{Rejection, Verified};

/// How many are remembered; the oldest is forgotten first. Far more than one connection receives
/// in the minutes for which a signature counts.
const NONCES_MAX: usize = 10_000;

/// The nonces that one connection's provider has signed, each with a digest of the body it came
/// with. Only for providers whose signature does not cover the body: a copied signature under
/// another body is a forgery, under the same body a repeat.
///
/// Kept in memory alone: after a restart, signatures that are still young enough count once more.
#[derive(Default)]
pub struct Nonces {
    bodies: HashMap<Box<str>, [u8; digest::SHA256_OUTPUT_LEN]>,
    order: VecDeque<Box<str>>,
}

impl Nonces {
    /// Remembers the request's nonce, if its provider signs one and nothing stronger.
    ///
    /// # Errors
    /// When the nonce came before with another body.
    pub fn admit(&mut self, verified: &Verified<'_>) -> Result<(), Rejection> {
        let Some(nonce) = verified.nonce() else {
            return Ok(());
        };
        let mut body = [0; digest::SHA256_OUTPUT_LEN];
        body.copy_from_slice(digest::digest(&digest::SHA256, verified.request.body).as_ref());
        match self.bodies.get(nonce) {
            Some(known) if *known == body => Ok(()),
            Some(_) => Err(Rejection::Replayed),
            None => {
                self.remember(nonce, body);
                Ok(())
            }
        }
    }

    fn remember(&mut self, nonce: &str, body: [u8; digest::SHA256_OUTPUT_LEN]) {
        if self.order.len() == NONCES_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.bodies.remove(&oldest);
        }
        self.order.push_back(nonce.into());
        self.bodies.insert(nonce.into(), body);
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
