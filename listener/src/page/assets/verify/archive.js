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

