//! A verifiable random function: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381.
//!
//! It turns a number into the subject under which all its entries are filed. Who holds the key
//! can prove which subject a number has; nobody can give one number two subjects, and nobody
//! without the key learns a number from its subject.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use curve25519_dalek::traits::IsIdentity;
use ring::digest::{Context, SHA512};
use zeroize::Zeroize as _;

/// The suite's number, first byte of every hash (RFC 9381 section 5.5).
const SUITE: u8 = 0x03;
/// Length of a challenge in bytes.
const CHALLENGE_BYTES: usize = 16;

/// A proof: Gamma (32 bytes) ‖ c (16) ‖ s (32).
pub type Proof = [u8; 80];
/// What the function gives for an input.
pub type Output = [u8; 64];

/// A proof that does not hold, or a public key or proof that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("VRF proof does not hold for this key and input")]
pub struct VrfError;

/// The secret key.
pub struct VrfKey {
    secret: Scalar,
    /// Second half of the expanded seed, from which nonces are made (RFC 8032 section 5.1.6).
    prefix: [u8; 32],
    public: CompressedEdwardsY,
}

impl Drop for VrfKey {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.prefix.zeroize();
    }
}

impl VrfKey {
    /// The key that a 32-byte seed stands for (RFC 8032 section 5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> VrfKey {
        let mut expanded = sha512(&[seed]);
        let (mut low, mut prefix) = ([0; 32], [0; 32]);
        low.copy_from_slice(&expanded[..32]);
        prefix.copy_from_slice(&expanded[32..]);
        let secret = Scalar::from_bytes_mod_order(clamp_integer(low));
        expanded.zeroize();
        low.zeroize();
        VrfKey {
            secret,
            prefix,
            public: EdwardsPoint::mul_base(&secret).compress(),
        }
    }

    /// The public key, as it stands in the genesis entry.
    pub fn public(&self) -> [u8; 32] {
        self.public.to_bytes()
    }

    /// The output for an input, without the proof; half the work of [`VrfKey::prove`].
    pub fn output(&self, input: &[u8]) -> Output {
        output(&(encode_to_curve(&self.public, input) * self.secret))
    }

    /// The output for an input and the proof of it (RFC 9381 section 5.1).
    pub fn prove(&self, input: &[u8]) -> (Output, Proof) {
        let h = encode_to_curve(&self.public, input);
        let gamma = h * self.secret;
        let nonce = sha512(&[&self.prefix, h.compress().as_bytes()]);
        let k = Scalar::from_bytes_mod_order_wide(&nonce);
        let c = challenge([
            &self.public,
            &h.compress(),
            &gamma.compress(),
            &EdwardsPoint::mul_base(&k).compress(),
            &(h * k).compress(),
        ]);
        let s = k + scalar(&c) * self.secret;
        let mut proof = [0; 80];
        proof[..32].copy_from_slice(gamma.compress().as_bytes());
        proof[32..48].copy_from_slice(&c);
        proof[48..].copy_from_slice(s.as_bytes());
        (output(&gamma), proof)
    }
}

/// Checks a proof and gives the output it proves (RFC 9381 section 5.3, with key validation).
///
/// # Errors
/// The proof does not hold.
pub fn verify(public: &[u8; 32], input: &[u8], proof: &Proof) -> Result<Output, VrfError> {
    let (gamma, c, s) = (part(proof, 0)?, &proof[32..48], part(proof, 48)?);
    let c: [u8; CHALLENGE_BYTES] = c.try_into().map_err(|_| VrfError)?;
    let y = point(public)?;
    let gamma = point(&gamma)?;
    let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s)).ok_or(VrfError)?;
    if y.is_small_order() {
        return Err(VrfError);
    }
    let public = CompressedEdwardsY(*public);
    let h = encode_to_curve(&public, input);
    let negative = -scalar(&c);
    let u = EdwardsPoint::vartime_double_scalar_mul_basepoint(&negative, &y, &s);
    let v = h * s + gamma * negative;
    let expected = challenge([
        &public,
        &h.compress(),
        &gamma.compress(),
        &u.compress(),
        &v.compress(),
    ]);
    if expected == c {
        Ok(output(&gamma))
    } else {
        Err(VrfError)
    }
}

fn part(proof: &Proof, start: usize) -> Result<[u8; 32], VrfError> {
    proof
        .get(start..start + 32)
        .and_then(|b| b.try_into().ok())
        .ok_or(VrfError)
}

/// A point from its one canonical encoding.
fn point(bytes: &[u8; 32]) -> Result<EdwardsPoint, VrfError> {
    let point = CompressedEdwardsY(*bytes).decompress().ok_or(VrfError)?;
    if point.compress().as_bytes() == bytes {
        Ok(point)
    } else {
        Err(VrfError)
    }
}

/// Try-and-increment (RFC 9381 section 5.4.1.1): half of all counters hit a point.
fn encode_to_curve(public: &CompressedEdwardsY, input: &[u8]) -> EdwardsPoint {
    let mut counter = 0u8;
    loop {
        let hash = sha512(&[&[SUITE, 0x01], public.as_bytes(), input, &[counter, 0x00]]);
        let mut candidate = [0; 32];
        candidate.copy_from_slice(&hash[..32]);
        if let Ok(found) = point(&candidate).map(|p| p.mul_by_cofactor())
            && !found.is_identity()
        {
            return found;
        }
        // All 256 counters miss with probability 2^-256; wrapping beats a panic.
        counter = counter.wrapping_add(1);
    }
}

fn challenge(points: [&CompressedEdwardsY; 5]) -> [u8; CHALLENGE_BYTES] {
    let [a, b, c, d, e] = points.map(CompressedEdwardsY::as_bytes);
    let hash = sha512(&[&[SUITE, 0x02], a, b, c, d, e, &[0x00]]);
    let mut challenge = [0; CHALLENGE_BYTES];
    challenge.copy_from_slice(&hash[..CHALLENGE_BYTES]);
    challenge
}

fn scalar(challenge: &[u8; CHALLENGE_BYTES]) -> Scalar {
    let mut wide = [0; 32];
    wide[..CHALLENGE_BYTES].copy_from_slice(challenge);
    Scalar::from_bytes_mod_order(wide)
}

fn output(gamma: &EdwardsPoint) -> Output {
    sha512(&[
        &[SUITE, 0x03],
        gamma.mul_by_cofactor().compress().as_bytes(),
        &[0x00],
    ])
}

fn sha512(parts: &[&[u8]]) -> [u8; 64] {
    let mut context = Context::new(&SHA512);
    parts.iter().for_each(|part| context.update(part));
    let mut hash = [0; 64];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::hash::{from_hex, to_hex};

    /// RFC 9381 appendix B.3, examples 16 to 18: seed, public key, input, proof, output.
    const RFC_9381: [[&str; 5]; 3] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f26f8a57ccaed74ee1b190bed1f479d9727d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805",
            "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed5933bf0864a62558b3ed7f2fea45c92a465301b3bbf5e3e54ddf2d935be3b67926da3ef39226bbc355bdc9850112c8f4b02",
            "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf8096bb474e53895c362d8628ee9f9ea3c0e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e",
            "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c452118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f",
        ],
    ];

    fn array<const N: usize>(hex: &str) -> [u8; N] {
        from_hex(hex).unwrap().try_into().unwrap()
    }

    #[test]
    fn agrees_with_the_rfc() {
        for [seed, public, input, proof, output] in RFC_9381 {
            let (key, input) = (VrfKey::from_seed(&array(seed)), from_hex(input).unwrap());
            assert_eq!(to_hex(&key.public()), public);
            let (beta, pi) = key.prove(&input);
            assert_eq!(to_hex(&pi), proof);
            assert_eq!(to_hex(&beta), output);
            assert_eq!(key.output(&input), beta);
            assert_eq!(verify(&array(public), &input, &array(proof)), Ok(beta));
        }
    }

    #[test]
    fn refuses_every_flipped_bit_and_another_input() {
        let [_, public, input, proof, _] = RFC_9381[2];
        let (public, input, proof): ([u8; 32], _, Proof) =
            (array(public), from_hex(input).unwrap(), array(proof));
        for bit in 0..proof.len() * 8 {
            let mut bad = proof;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verify(&public, &input, &bad), Err(VrfError), "bit {bit}");
        }
        assert_eq!(verify(&public, b"other", &proof), Err(VrfError));
        assert_eq!(verify(&[0; 32], &input, &proof), Err(VrfError));
    }
}
