// Checks receipts and evidence bundles here, in the browser, without asking anybody: written after
// docs/bundle-format.md and docs/log-format.md. SHA-256 is here, since browsers give theirs to safe
// connections alone; Ed25519 is WebCrypto's, and where that lacks it, it is said that nothing was checked.
// Not checked here: the VRF under subjects, chains of time-stamps and witnesses, providers' signatures,
// judging again.

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

