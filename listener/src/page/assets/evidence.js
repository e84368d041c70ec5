// The evidence page: what is dropped in or asked for is checked here, by verify.js.

const root = document.getElementById("verify");
const words = JSON.parse(root.dataset.words);
const { verifyBundle, verifyReceipt } = await import(root.dataset.module);
const zh = document.documentElement.lang.startsWith("zh");
const MARKS = { holds: "✓", not_shown: "–", fails: "✗" };
for (const form of root.querySelectorAll("[hidden]")) form.hidden = false;

const field = (id) => document.getElementById(id).value.trim();

function line(outcome, title, detail) {
  const item = document.createElement("li");
  item.className = `found found-${outcome}`;
  const mark = document.createElement("span");
  mark.className = "shape";
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = MARKS[outcome];
  const said = document.createElement("p");
  const head = document.createElement("strong");
  head.textContent = `${words.outcomes[outcome]}: ${title}`;
  const more = document.createElement("span");
  more.className = "hint";
  more.textContent = detail;
  said.append(head, document.createElement("br"), more);
  item.append(mark, said);
  return item;
}

function show(into, sum, items) {
  const head = document.createElement("p");
  head.className = `notice${sum.good ? "" : " alarm"}`;
  head.textContent = sum.text;
  const list = document.createElement("ul");
  list.className = "plain";
  list.append(...items);
  into.replaceChildren(head, list);
  into.dataset.done = String(sum.good);
}

async function checkBundle(file) {
  const into = document.getElementById("bundle-found");
  into.textContent = words.busy;
  delete into.dataset.done;
  const against = field("against") ? [`${field("against")}\n`] : [];
  const result = await verifyBundle(new Uint8Array(await file.arrayBuffer()), { vkey: field("vkey"), against });
  const items = result.checks.map(({ check, outcome, detail }) => line(outcome, words.checks[check] ?? check, zh ? detail.zh : detail.en));
  show(into, { good: result.intact, text: result.intact ? words.intact : words.broken }, items);
}

const zone = document.getElementById("drop");
const input = document.getElementById("bundle");
// The same file may be chosen again.
input.addEventListener("click", () => (input.value = ""));
input.addEventListener("change", () => input.files[0] && checkBundle(input.files[0]));
for (const kind of ["dragenter", "dragover"])
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (file) checkBundle(file);
});

document.getElementById("receipt").addEventListener("submit", async (event) => {
  event.preventDefault();
  const into = document.getElementById("receipt-found");
  delete into.dataset.done;
  into.textContent = words.busy;
  try {
    const answer = await fetch(`/evidence/receipts/${encodeURIComponent(field("entry"))}`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    const given = await answer.json();
    if (String(given.index) !== field("entry")) throw new Error(words.broken);
    const found = await verifyReceipt(given, field("receipt-vkey") || given.vkey);
    if (found.index !== given.index) throw new Error(words.broken);
    const detail = `${found.origin} · ${found.size} · ${found.root} · SHA-256, RFC 6962${found.signed ? ", Ed25519" : ""}`;
    const items = [line("holds", words.included, detail), line(found.signed ? "holds" : "not_shown", words.signed, given.vkey)];
    show(into, { good: true, text: words.included }, items);
  } catch (error) {
    show(into, { good: false, text: words.broken }, [line("fails", words.included, zh ? `未能证明该条目在日志中（${error.message}）` : error.message)]);
  }
});
