// Checks receipts and evidence bundles here, in the browser, without asking anybody: written after
// docs/bundle-format.md and docs/log-format.md. SHA-256 is here, since browsers give theirs to safe
// connections alone; Ed25519 is WebCrypto's, and where that lacks it, it is said that nothing was checked.
// Not checked here: the VRF under subjects, chains of time-stamps and witnesses, judging again.

const BUNDLE_BYTES_MAX = 256 * 1024 * 1024; // a larger one is for the program
const FILES_MAX = 10_000;
const PAUSE_EVERY = 20_000; // leaves, so that the page stays alive
const FORMAT = "canaryline-bundle-v1";
const MANIFEST = ["format", "origin", "vkey", "entries", "platform", "preset", "whole_log", "judgement", "made_at", "program", "program_sha256", "files"];

class Bad extends Error {
  constructor(check, what) {
    super(what);
    this.check = check;
  }
}
const need = (holds, check, what) => {
  if (!holds) throw new Bad(check, what);
};

// --- bytes ---------------------------------------------------------------------------------------

const utf8 = new TextEncoder();
const bytes = (text) => utf8.encode(text);
const hex = (data) => Array.from(data, (b) => b.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

function text(data, check) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new Bad(check, "not UTF-8");
  }
}

// Base64 in its one spelling: standard with padding, or URL-safe without.
function base64(words, check, url = false) {
  const shape = url ? /^[A-Za-z0-9_-]*$/ : /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  need(typeof words === "string" && shape.test(words) && (!url || words.length % 4 !== 1), check, "base64 is not canonical");
  const data = Uint8Array.from(atob(words.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  need(encode(data, url) === words, check, "base64 is not canonical");
  return data;
}

function encode(data, url = false) {
  const words = btoa(String.fromCharCode(...data));
  return url ? words.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") : words;
}

function order(a, b) {
  const [x, y] = [bytes(a), bytes(b)];
  const at = x.findIndex((byte, n) => byte !== y[n]);
  return at < 0 ? x.length - y.length : at >= y.length ? 1 : x[at] - y[at];
}

// --- SHA-256 (FIPS 180-4) --------------------------------------------------------------------------

const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((p) => n % p)) PRIMES.push(n);
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const K = Int32Array.from(PRIMES, (p) => fraction(Math.cbrt(p)));
const START = PRIMES.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const W = new Int32Array(64);
const turn = (x, by) => (x >>> by) | (x << (32 - by));

function block(state, view, at) {
  for (let n = 0; n < 16; n += 1) W[n] = view.getInt32(at + 4 * n);
  for (let n = 16; n < 64; n += 1) {
    const [x, y] = [W[n - 15], W[n - 2]];
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    W[n] = (W[n - 16] + s0 + W[n - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let n = 0; n < 64; n += 1) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[n] + W[n]) | 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, n) => (state[n] = (state[n] + word) | 0));
}

export function sha256(...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = parts.length === 1 ? parts[0] : new Uint8Array(length);
  if (parts.length > 1) parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  const state = Int32Array.from(START);
  const full = length - (length % 64);
  const view = new DataView(whole.buffer, whole.byteOffset, length);
  for (let at = 0; at < full; at += 64) block(state, view, at);
  const rest = length - full;
  const tail = new Uint8Array(rest < 56 ? 64 : 128);
  tail.set(whole.subarray(full));
  tail[rest] = 0x80;
  const end = new DataView(tail.buffer);
  end.setUint32(tail.length - 8, Math.floor(length / 2 ** 29));
  end.setUint32(tail.length - 4, length * 8);
  for (let at = 0; at < tail.length; at += 64) block(state, end, at);
  const digest = new Uint8Array(32);
  state.forEach((word, n) => new DataView(digest.buffer).setInt32(4 * n, word));
  return digest;
}

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

// --- a bundle's archive ----------------------------------------------------------------------------

const CRC = Int32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
const crc32 = (data) => ~data.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), -1) >>> 0;

// What stands in both headers of a file.
function about(name, data) {
  const head = new DataView(new ArrayBuffer(26));
  head.setUint8(0, 20);
  head.setUint16(8, 0x21, true);
  head.setUint32(10, crc32(data), true);
  head.setUint32(14, data.length, true);
  head.setUint32(18, data.length, true);
  head.setUint16(22, name.length, true);
  return new Uint8Array(head.buffer);
}

// The files, if the archive is in the one form that a bundle has: what follows from the files is compared
// with what is there, so that no program can see other files.
function unpack(zip) {
  need(zip.length <= BUNDLE_BYTES_MAX, "archive", "too large for a browser; use canaryline verify");
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  const expect = (at, part) => {
    need(same(zip.subarray(at, at + part.length), part), "archive", "not in the one form that a bundle has");
    return at + part.length;
  };
  const [files, directory] = [new Map(), []];
  let [at, last] = [0, ""];
  while (at + 30 <= zip.length && view.getUint32(at) === 0x504b0304) {
    const [size, length] = [view.getUint32(at + 22, true), view.getUint16(at + 26, true)];
    const raw = zip.subarray(at + 30, at + 30 + length);
    const name = String.fromCharCode(...raw);
    const plain = /^[A-Za-z0-9._/-]{1,200}$/.test(name) && name.split("/").every((part) => part && part[0] !== ".");
    need(plain && files.size < FILES_MAX && name > last, "archive", "a name is not plain, or out of order");
    const data = zip.subarray(at + 30 + length, at + 30 + length + size);
    need(data.length === size, "archive", "cut");
    const head = about(name, data);
    directory.push({ name: raw, head, at });
    at = expect(at, Uint8Array.of(0x50, 0x4b, 3, 4)) + 26;
    expect(at - 26, head);
    at += length + size;
    files.set(name, data);
    last = name;
  }
  need(files.size > 0, "archive", "no zip file of ours");
  const begin = at;
  for (const { name, head, at: where } of directory) {
    const end = new DataView(new ArrayBuffer(14));
    end.setUint32(10, where, true);
    at = expect(at, Uint8Array.of(0x50, 0x4b, 1, 2, 20, 0));
    at = expect(at, head);
    at = expect(at, new Uint8Array(end.buffer));
    at = expect(at, name);
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x504b0506);
  end.setUint16(8, files.size, true);
  end.setUint16(10, files.size, true);
  end.setUint32(12, at - begin, true);
  end.setUint32(16, begin, true);
  need(expect(at, new Uint8Array(end.buffer)) === zip.length, "archive", "something follows its end");
  return files;
}

function textOf(files, name, check) {
  need(files.has(name), check, `${name} is missing`);
  return text(files.get(name), check);
}

// JSON in its one form.
function canonical(words, check) {
  let value;
  try {
    value = JSON.parse(words);
  } catch {
    throw new Bad(check, "no JSON");
  }
  need(JSON.stringify(value) === words, check, "JSON is not in its one form");
  return value;
}

function linesOf(files, name, check) {
  const words = textOf(files, name, check);
  need(words === "" || words.endsWith("\n"), check, `${name} ends within a line`);
  return words.split("\n").slice(0, -1).map((line) => canonical(line, check));
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
function keysAre(value, required, optional = []) {
  if (!isObject(value)) return false;
  const keys = Object.keys(value);
  return required.every((key) => keys.includes(key)) && keys.every((key) => required.includes(key) || optional.includes(key));
}

async function readManifest(files, vkey, signed) {
  const check = "manifest";
  const words = textOf(files, "manifest.json", check);
  need(words.endsWith("\n"), check, "malformed");
  const manifest = canonical(words.slice(0, -1), check);
  need(isObject(manifest) && JSON.stringify(Object.keys(manifest)) === JSON.stringify(MANIFEST) && manifest.format === FORMAT, check, "malformed");
  const others = [...files].filter(([name]) => name !== "manifest.json" && name !== "manifest.sig");
  const digests = others.map(([name, data]) => ({ name, bytes: data.length, sha256: hex(sha256(data)) }));
  need(JSON.stringify(manifest.files) === JSON.stringify(digests), check, "files are not those that it names");
  need(!vkey || vkey === manifest.vkey, check, "signed by another key than the one that you gave");
  const key = verifierKey(manifest.vkey, check);
  need(key.name === manifest.origin, check, "the key bears another name than the log");
  const statement = `${FORMAT}\n${manifest.origin}\n${encode(sha256(files.get("manifest.json")))}\n`;
  const body = await note(textOf(files, "manifest.sig", check), key, check, { signed });
  need(body === statement, check, "the signature is about another manifest");
  return { manifest, key };
}

// --- leaves and entries ----------------------------------------------------------------------------

const LEAF = /^\{"v":1,"hour":"(\d{4}-\d\d-\d\dT\d\dZ)","subject":"([\w-]{22})","fields":"([\w-]{43})"\}$/;
const isHour = (hour) => {
  const at = new Date(`${hour.slice(0, 13)}:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(hour.slice(0, 13));
};

async function readLeaves(words, sizes) {
  const check = "checkpoint";
  need(words.endsWith("\n"), check, "leaves end within a line");
  const [tree, leaves, roots] = [new Tree(), [], new Map([[0, sha256(new Uint8Array())]])];
  for (const line of words.split("\n").slice(0, -1)) {
    const [, hour, subject, fields] = LEAF.exec(line) ?? [];
    need(hour && isHour(hour), check, `leaf ${leaves.length} is not in its one form`);
    base64(subject, check, true);
    need(leaves.length === 0 || leaves.at(-1).hour <= hour, check, "a leaf is older than the one before");
    leaves.push({ hour, subject, root: base64(fields, check, true) });
    tree.push(leafHash(bytes(line)));
    if (sizes.has(tree.size)) roots.set(tree.size, tree.root());
    if (tree.size % PAUSE_EVERY === 0) await new Promise((done) => setTimeout(done));
  }
  return { leaves, roots };
}

function micros(words, check) {
  const [, whole, part] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(words) ?? [];
  const at = new Date(`${whole}Z`);
  need(whole && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(whole), check, "a time is not RFC 3339 in UTC");
  return at.getTime() * 1000 + Number((part ?? "0").padEnd(6, "0"));
}

const FIELD = bytes("canaryline/field/v1\n");
const LF = bytes("\n");

function fieldsRoot(fields) {
  const check = "entries";
  need(Array.isArray(fields), check, "fields are none");
  const tree = new Tree();
  let last;
  for (const field of fields) {
    const name = field?.name;
    const ascends = typeof name === "string" && !name.includes("\n") && (last === undefined || order(last, name) < 0);
    need(ascends, check, "fields are out of order");
    last = name;
    const label = bytes(name);
    let digest;
    if (keysAre(field, ["name", "digest"])) digest = base64(field.digest, check, true);
    else {
      need(keysAre(field, ["name", "salt", "value"]) && typeof field.value === "string", check, "a field is neither open nor closed");
      const salt = base64(field.salt, check, true);
      need(salt.length === 16, check, "a salt is not 16 bytes");
      digest = sha256(FIELD, label, LF, salt, bytes(field.value));
    }
    need(digest.length === 32, check, "a digest is not 32 bytes");
    tree.push(leafHash(Uint8Array.of(...label, ...LF, ...digest)));
  }
  return tree.root();
}

function opened(fields, index) {
  try {
    return Object.fromEntries(fields.filter((f) => "value" in f).map((f) => [f.name, JSON.parse(f.value)]));
  } catch {
    throw new Bad("entries", `entry ${index} holds no JSON`);
  }
}

function readEntries(files, leaves) {
  const check = "entries";
  const entries = new Map();
  let [before, last] = [-1, 0];
  for (const line of linesOf(files, "entries.jsonl", check)) {
    need(keysAre(line, ["index"], ["fields"]) && Number.isSafeInteger(line.index), check, "malformed line");
    const index = line.index;
    need(before < index && index < leaves.length, check, `entry ${index} is out of order, or beyond the log`);
    before = index;
    const { hour, subject, root } = leaves[index];
    let values = null;
    if ("fields" in line) {
      need(same(fieldsRoot(line.fields), root), check, `fields of entry ${index} are not those that were recorded`);
      values = opened(line.fields, index);
      need(typeof values.kind === "string", check, `kind of entry ${index} is not open`);
      const at = micros(values.at, check);
      need(`${values.at.slice(0, 13)}Z` === hour && at >= last, check, `time of entry ${index} does not fit its leaf`);
      last = at;
    }
    entries.set(index, { subject, values });
  }
  const kinds = [...entries.values()].map((e) => e.values);
  const erased = new Set(kinds.filter((v) => v?.kind === "erasure").map((v) => v.erased));
  for (const [index, { values }] of entries)
    need(values || erased.has(index), check, `entry ${index} has no fields, and no erasure of it is recorded`);
  return entries;
}

const NUMBER_IN = { line_added: "number", line_retired: "number", honeytoken_issued: "number", coverage: "number", contact: "to", repeat: "to" };

function readSubjects(files, entries, leaves, manifest) {
  const check = "complete";
  const genesis = [...entries.values()].map((e) => e.values).filter((v) => v?.kind === "genesis");
  need(genesis.length && entries.get(0)?.values === genesis[0] && genesis.at(-1).origin === manifest.origin, check, "the log's beginning is not open, or of another log");
  const subjects = new Map();
  let last = "";
  for (const line of linesOf(files, "subjects.jsonl", check)) {
    const whole = keysAre(line, ["subject", "kind"], ["input", "proof"]) && line.subject > last;
    need(whole, check, "subjects are malformed or out of order");
    last = line.subject;
    need(base64(last, check, true).length === 16 && "input" in line === "proof" in line, check, "a subject is malformed");
    if ("input" in line) {
      const fits = typeof line.input === "string" && line.input.split(":")[0] === line.kind;
      need(fits && base64(line.proof, check, true).length === 80, check, `subject ${last} is not what it says`);
    }
    subjects.set(last, line.input);
  }
  const own = [...entries.values()].map((e) => e.values).filter((v) => v?.kind === "honeytoken_issued" && v.platform === manifest.platform);
  const tokens = own.filter((v) => "honeytoken" in v).map((v) => `honeytoken:${v.honeytoken}`);
  const inputs = new Set(subjects.values());
  for (const wanted of ["log:", `platform:${manifest.platform}`, ...tokens]) need(inputs.has(wanted), check, `subject ${wanted} is not given`);
  leaves.forEach(({ subject }, index) =>
    need(subjects.has(subject) === entries.has(index), check, `entry ${index} is left out, or of a subject that is not given`));
  need(!manifest.whole_log || entries.size === leaves.length, check, "not the whole log");
  const named = new Map([...subjects].filter(([, input]) => input).map(([subject, input]) => [input, subject]));
  for (const [index, { subject, values }] of entries) {
    const number = values?.[NUMBER_IN[values.kind]];
    const expected = typeof number === "string" ? named.get(`number:${number}`) : undefined;
    need(expected === undefined || expected === subject, check, `entry ${index} is filed under another number than it names`);
  }
  return subjects;
}

// --- the verdict -----------------------------------------------------------------------------------

const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

function recompute(j) {
  const check = "verdict";
  const total = Object.values(j.factors).reduce((sum, x) => sum + x, 0);
  const prior = Math.min(Math.max(j.policy.prior, 1e-6), 1 - 1e-6);
  need(j.frozen || Math.abs(total - j.log_e) <= 1e-9 * Math.max(Math.abs(total), 1), check, "log_e does not follow");
  const odds = -(Math.log(prior / (1 - prior)) + j.log_e);
  need(near(1 / (1 + Math.exp(odds)), j.probability), check, "probability does not follow");
  const logs = j.all_log_e;
  need(logs.every((x, n) => n === 0 || logs[n - 1] >= x) && logs.includes(j.log_e), check, "all_log_e does not follow");
  let least = 1;
  const levels = logs.map((log, n) => (j.watched / (n + 1)) * Math.exp(-Math.min(log, 700)));
  for (let n = levels.length - 1; n >= 0; n -= 1) levels[n] = least = Math.min(least, levels[n]);
  need(near(levels[logs.indexOf(j.log_e)], j.fdr), check, "fdr does not follow");
  const counted = {};
  for (const cause of Object.values(j.causes ?? {})) counted[cause] = (counted[cause] ?? 0) + 1;
  const causes = new Set([...Object.keys(counted), ...Object.keys(j.contacts)]);
  need([...causes].every((cause) => counted[cause] === j.contacts[cause]), check, "contacts do not follow");
  const began = (j.buyers_began ?? []).map((at) => Math.floor(micros(at, check) / 1e6));
  if (j.flagged_at) {
    const long = began.length >= 3 && Math.floor((Math.max(...began) - Math.min(...began)) / 86400) >= 30;
    return j.resold_before || long ? "resold" : "leaked";
  }
  if ((counted.disclosed_partner ?? 0) > 0) return "disclosed";
  if ((counted.first_party ?? 0) > 1) return "first_party";
  return j.exposure_days < 45 ? "insufficient" : "quiet";
}

function readVerdict(entries, manifest) {
  const check = "verdict";
  const index = manifest.judgement;
  const judgement = entries.get(index)?.values;
  need(judgement?.kind === "judgement", check, `entry ${index} is no open judgement`);
  need(judgement.platform === manifest.platform && judgement.entries <= index, check, "the judgement is another's");
  need(recompute(judgement) === judgement.class, check, "class does not follow");
  const placed = [...entries].filter(([, { values: v }]) => v?.kind === "honeytoken_issued" && v.platform === manifest.platform);
  need(placed.filter(([i]) => i < judgement.entries).length === judgement.canaries, check, "it counts other numbers than the bundle holds");
  const subjects = new Set(placed.map(([, { subject }]) => subject));
  for (const cited of Object.keys(judgement.causes ?? {})) {
    const of = entries.get(Number(cited));
    const told = of && (!of.values || ["contact", "repeat", "attachment"].includes(of.values.kind));
    need(told && subjects.has(of.subject) && Number(cited) < judgement.entries, check, `it counts entry ${cited}, which is no contact`);
  }
  need(judgement.evidence.every((i) => String(i) in (judgement.causes ?? {})), check, "it cites what it does not count");
  return judgement;
}

// --- all of it -------------------------------------------------------------------------------------

async function run(zip, { vkey, against }, said) {
  const files = unpack(zip);
  said("archive", "holds", { en: `${files.size} files`, zh: `${files.size} 个文件` });
  const signed = await canSign();
  const { manifest, key } = await readManifest(files, vkey, signed);
  const whose = vkey
    ? { en: `signed by the key that you gave: ${vkey}`, zh: `由您给出的密钥签名：${vkey}` }
    : { en: `by the key in this bundle: ${manifest.vkey}; give the key, got another way, to know whose log this is`, zh: `由包内自带的密钥签名：${manifest.vkey}；请给出另行取得的密钥，才能知道这是谁的日志` };
  const unsigned = { en: "digests hold; this browser cannot check Ed25519 signatures here: use canaryline verify", zh: "摘要一致；此浏览器在此处无法核验 Ed25519 签名，请用 canaryline verify" };
  said("manifest", signed ? "holds" : "not_shown", signed ? whose : unsigned, manifest);
  const head = checkpoint(await note(textOf(files, "checkpoint", "checkpoint"), key, "checkpoint", { signed }), "checkpoint");
  need(head.origin === manifest.origin && head.size === manifest.entries, "checkpoint", "not the one that the manifest names");
  const seen = (against ?? []).map((words) => checkpoint(words.slice(0, words.indexOf("\n\n") + 1), "against"));
  const sizes = new Set([head.size, ...seen.map((c) => c.size)]);
  const { leaves, roots } = await readLeaves(textOf(files, "leaves.jsonl", "checkpoint"), sizes);
  need(leaves.length === head.size && same(roots.get(head.size), head.root), "checkpoint", "leaves are not those that were signed");
  said("checkpoint", signed ? "holds" : "not_shown", { en: `${head.size} entries of ${head.origin}`, zh: `${head.origin} 的 ${head.size} 个条目` });
  for (const { size, root } of seen)
    need(roots.has(size) && same(roots.get(size), root), "against", "the log does not continue a checkpoint that was seen earlier");
  if (seen.length) said("against", "holds", { en: `${seen.length} checkpoints seen earlier`, zh: `先前看到的 ${seen.length} 个检查点` });
  const entries = readEntries(files, leaves);
  said("entries", "holds", { en: `${entries.size} entries disclosed`, zh: `公开了 ${entries.size} 个条目` });
  const subjects = readSubjects(files, entries, leaves, manifest);
  said("complete", "holds", { en: `${subjects.size} subjects; that each is what it says (VRF) is not checked here`, zh: `${subjects.size} 个主体；此处不核验主体名称（VRF）` });
  const anchors = [...files.keys()].filter((name) => name.endsWith(".tsr") || name.endsWith(".cosigned")).length;
  said("anchors", "not_shown", { en: `${anchors} here; not checked in a browser: use canaryline verify`, zh: `共 ${anchors} 个；浏览器不核验，请用 canaryline verify` });
  const judgement = readVerdict(entries, manifest);
  const sure = judgement.probability.toFixed(4);
  said("verdict", "holds", { en: `${judgement.class}, probability ${sure}, computed again`, zh: `${judgement.class}，概率 ${sure}，已重新计算` });
}

/** Checks a bundle's bytes: each check with how it came out; the first that fails is the last. */
export async function verifyBundle(zip, given = {}) {
  const result = { intact: true, about: null, checks: [] };
  const said = (check, outcome, detail, about) => {
    result.checks.push({ check, outcome, detail });
    result.about = about ?? result.about;
  };
  try {
    await run(zip, given, said);
  } catch (error) {
    const what = error instanceof Bad ? error.message : `not as the format says: ${error.message}`;
    const check = error instanceof Bad ? error.check : ["manifest", "checkpoint", "entries", "complete", "verdict"].find((c) => !result.checks.some((done) => done.check === c)) ?? "archive";
    result.intact = false;
    said(check, "fails", { en: what, zh: what });
  }
  return result;
}
