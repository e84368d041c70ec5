//! The Merkle tree of RFC 6962 section 2.1 (the same as RFC 9162 section 2.1.1) over SHA-256.
//!
//! [`Frontier`] grows a tree and knows its root with memory for one hash per level;
//! [`inclusion`] and [`consistency`] make proofs from any store of perfect subtrees
//! ([`Nodes`]); [`verify_inclusion`] and [`verify_consistency`] check them with nothing at hand.

use super::Hash;

/// SHA-256(0x00 ‖ leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash::of(&[&[0x00], leaf])
}

/// SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut node = [0x01; 1 + 2 * Hash::BYTES];
    node[1..=Hash::BYTES].copy_from_slice(&left.0);
    node[1 + Hash::BYTES..].copy_from_slice(&right.0);
    Hash::of(&[&node])
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// The right edge of a growing tree: the roots of its perfect subtrees, largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One for each set bit of `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash and tells `made` of each perfect subtree this completes, the leaf
    /// itself (height 0) first: its height, its place among those of that height, its root.
    pub fn push(&mut self, leaf: Hash, mut made: impl FnMut(u32, u64, Hash)) {
        let (mut node, mut place) = (leaf, self.size);
        made(0, place, node);
        for height in 1..=self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            node = node_hash(&left, &node);
            place >>= 1;
            made(height, place, node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Hash {
        let right_to_left = self.peaks.iter().rev().copied();
        right_to_left
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }
}

/// The root over leaf hashes, in order.
pub fn root(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut tree = Frontier::new();
    leaves
        .into_iter()
        .for_each(|leaf| tree.push(leaf, |_, _, _| ()));
    tree.root()
}

/// Where proofs find the roots of perfect subtrees.
pub trait Nodes {
    /// What can go wrong when one is looked up.
    type Error;

    /// The root of the perfect subtree over the leaves
    /// `place << height .. (place + 1) << height`, all of which are in the tree.
    fn node(&self, height: u32, place: u64) -> Result<Hash, Self::Error>;
}

/// The largest power of two below `n`, which is at least 2.
fn split(n: u64) -> u64 {
    1 << (u64::BITS - 1 - (n - 1).leading_zeros())
}

/// The root over the leaves `start..end`; `start` is a multiple of the power of two at or above
/// `end - start`, as it is wherever the recursion of the RFC leads.
fn range<N: Nodes>(nodes: &N, start: u64, end: u64) -> Result<Hash, N::Error> {
    let n = end - start;
    if n.is_power_of_two() {
        let height = n.trailing_zeros();
        return nodes.node(height, start >> height);
    }
    let middle = start + split(n);
    Ok(node_hash(
        &range(nodes, start, middle)?,
        &range(nodes, middle, end)?,
    ))
}

/// The root of the first `size` leaves.
///
/// # Errors
/// Those of `nodes`.
pub fn root_at<N: Nodes>(nodes: &N, size: u64) -> Result<Hash, N::Error> {
    if size == 0 {
        Ok(empty_root())
    } else {
        range(nodes, 0, size)
    }
}

/// The inclusion proof of leaf `index` in the tree of the first `size` leaves, from the leaf up
/// (RFC 9162 section 2.1.3.1). Empty when `index` is not below `size`.
///
/// # Errors
/// Those of `nodes`.
pub fn inclusion<N: Nodes>(nodes: &N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let (mut start, mut end, mut proof) = (0, size, Vec::new());
    if index >= size {
        return Ok(proof);
    }
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `old` leaves is a prefix of the tree of `new` leaves
/// (RFC 9162 section 2.1.4.1). Empty for `old` 0, `old == new` and `old > new`.
///
/// # Errors
/// Those of `nodes`.
pub fn consistency<N: Nodes>(nodes: &N, old: u64, new: u64) -> Result<Vec<Hash>, N::Error> {
    let mut proof = Vec::new();
    if old == 0 || old >= new {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, new);
    // Down to the subtree that ends where the old tree ends.
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    // The verifier has that subtree's root already if it is the whole old tree.
    if start != 0 {
        proof.push(range(nodes, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The question makes no sense.
    #[error("proof is asked about a place outside the tree")]
    Outside,
    /// Too many or too few hashes.
    #[error("proof has the wrong number of hashes for this tree")]
    Length,
    /// The hashes do not lead to the root.
    #[error("proof leads to another root")]
    Root,
}

/// Checks that `leaf` is leaf `index` of the tree with `size` leaves and root `root`
/// (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// Why it does not hold.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Outside);
    }
    let (mut at, mut last, mut node) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            node = node_hash(sibling, &node);
            let up = if at & 1 == 0 { at.trailing_zeros() } else { 0 };
            (at, last) = (at >> up, last >> up);
        } else {
            node = node_hash(&node, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    match (last == 0, node == root) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}

/// Checks that the tree of `old` leaves with root `old_root` is a prefix of the tree of `new`
/// leaves with root `new_root` (RFC 9162 section 2.1.4.2).
///
/// # Errors
/// Why it does not hold.
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Outside);
    }
    if old == 0 || old == new {
        let same = if old == 0 {
            old_root == empty_root()
        } else {
            old_root == new_root
        };
        return match (proof.is_empty(), same) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    let mut path = proof.iter();
    let up = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> up, (new - 1) >> up);
    let first = if at == 0 {
        old_root
    } else {
        *path.next().ok_or(ProofError::Length)?
    };
    let (mut from_old, mut from_new) = (first, first);
    for sibling in path {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            from_old = node_hash(sibling, &from_old);
            from_new = node_hash(sibling, &from_new);
            let up = if at & 1 == 0 { at.trailing_zeros() } else { 0 };
            (at, last) = (at >> up, last >> up);
        } else {
            from_new = node_hash(&from_new, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    match (last == 0, from_old == old_root && from_new == new_root) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}
