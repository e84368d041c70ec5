// Renews the parts of a page that live: when the stream tells of a topic that a part names, the page
// is asked for again and the part is put in place of the old one. The server draws everything.

const PAUSE_MS = 150; // news come in bursts
const parts = () => [...document.querySelectorAll("[data-live][id]")];
const topics = new Set(parts().flatMap((part) => part.dataset.live.split(" ")));
let waiting = false;
let again = false;

async function renew() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") return location.reload();
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts()) {
    const fresh = page.getElementById(part.id);
    const busy = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    if (!fresh || busy || fresh.innerHTML === part.innerHTML) continue;
    const open = [...part.querySelectorAll("details")].map((details) => details.open);
    part.replaceChildren(...fresh.childNodes);
    part.querySelectorAll("details").forEach((details, at) => (details.open = open[at] ?? details.open));
  }
  document.dispatchEvent(new Event("renewed"));
}

function news() {
  if (waiting) return void (again = true);
  waiting = true;
  setTimeout(async () => {
    again = false;
    await renew().catch(() => {});
    waiting = false;
    if (again) news();
  }, PAUSE_MS);
}

if (topics.size) {
  const stream = new EventSource("/stream");
  for (const topic of topics) stream.addEventListener(topic, news);
  // What came before the stream was open, or while it was away, is on the page that is asked for now.
  stream.addEventListener("open", () => {
    document.documentElement.dataset.stream = "open";
    news();
  });
  addEventListener("pagehide", () => stream.close());
}
