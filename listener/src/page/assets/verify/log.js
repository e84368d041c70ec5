// --- the tree (RFC 6962) ---------------------------------------------------------------------------

const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);
const node = (left, right) => sha256(ONE, left, right);
const leafHash = (leaf) => sha256(ZERO, leaf);

class Tree {
  peaks = [];
  size = 0;
  push(hash) {
    this.size += 1;
    for (let size = this.size; size % 2 === 0; size /= 2) hash = node(this.peaks.pop(), hash);
    this.peaks.push(hash);
  }
  root() {
    return this.size === 0 ? sha256(new Uint8Array()) : this.peaks.reduceRight((right, left) => node(left, right));
  }
}

// RFC 9162, section 2.1.3.2.
function included(leaf, index, size, proof, root) {
  need(index < size, "receipt", "entry lies beyond the checkpoint");
  let [at, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    need(last > 0, "receipt", "proof is too long");
    if (at % 2 === 1 || at === last) {
      hash = node(sibling, hash);
      while (at % 2 === 0 && at > 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else hash = node(hash, sibling);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  need(last === 0, "receipt", "proof is too short");
  need(same(hash, root), "receipt", "proof leads to another root than the one that was signed");
}

// --- signed notes ----------------------------------------------------------------------------------

function verifierKey(vkey, check) {
  const [, name, id, key] = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
  need(name, check, "key is malformed");
  const data = base64(key, check);
  need(data.length === 33 && data[0] === 1, check, "key is not of a log");
  need(hex(sha256(bytes(name), bytes("\n"), data)).slice(0, 8) === id, check, "key's id is not its own");
  return { name, id, public: data.subarray(1) };
}

// Whether this browser can check signatures at all; the key is the one of RFC 8032, test 1.
export async function canSign() {
  try {
    const key = Uint8Array.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".match(/../g), (b) => parseInt(b, 16));
    await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

// The text of a note that this key signed and nobody else; with `more`, others may have signed too.
async function note(words, key, check, { more = false, signed = true } = {}) {
  const at = words.lastIndexOf("\n\n");
  need(at >= 0 && words.endsWith("\n"), check, "note is malformed");
  const body = words.slice(0, at + 1);
  need(!/[\x00-\x09\x0b-\x1f]/.test(body), check, "note holds control characters");
  const lines = words.slice(at + 2, -1).split("\n");
  need(more || lines.length === 1, check, "note has other signatures than the log's");
  const own = lines.map((line) => line.split(" ")).filter(([dash, name]) => dash === "—" && name === key.name);
  need(own.length === 1 && own[0].length === 3, check, `note is not signed by ${key.name}`);
  const blob = base64(own[0][2], check);
  need(blob.length === 68 && hex(blob.subarray(0, 4)) === key.id, check, "note is signed by another key");
  if (signed) {
    const imported = await crypto.subtle.importKey("raw", key.public, "Ed25519", false, ["verify"]);
    need(await crypto.subtle.verify("Ed25519", imported, blob.subarray(4), bytes(body)), check, "signature does not fit");
  }
  return body;
}

function checkpoint(body, check) {
  const [, origin, size, root] = /^([^\n]+)\n(0|[1-9][0-9]{0,14})\n([^\n]+)\n$/.exec(body) ?? [];
  need(origin, check, "checkpoint is malformed");
  const hash = base64(root, check);
  need(hash.length === 32, check, "checkpoint is malformed");
  return { origin, size: Number(size), root: hash };
}

// --- a receipt (C2SP tlog-proof) -------------------------------------------------------------------

/** Checks that a leaf is in the log; what the checkpoint says, and whether its signature was checked. */
export async function verifyReceipt({ leaf, receipt }, vkey) {
  const check = "receipt";
  const at = receipt.indexOf("\n\n");
  const [header, ...lines] = receipt.slice(0, Math.max(at, 0)).split("\n");
  need(header === "c2sp.org/tlog-proof@v1", check, "receipt is malformed");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const [, index] = /^index (0|[1-9][0-9]{0,14})$/.exec(lines.shift() ?? "") ?? [];
  need(index !== undefined && lines.length <= 64, check, "receipt is malformed");
  const proof = lines.map((line) => base64(line, check));
  need(proof.every((hash) => hash.length === 32), check, "receipt is malformed");
  const signed = await canSign();
  const body = await note(receipt.slice(at + 2), verifierKey(vkey, check), check, { more: true, signed });
  const log = checkpoint(body, check);
  included(leafHash(bytes(leaf)), Number(index), log.size, proof, log.root);
  return { index: Number(index), size: log.size, origin: log.origin, root: encode(log.root), signed };
}

