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

