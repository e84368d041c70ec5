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

