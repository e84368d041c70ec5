// What pages can do beyond plain HTML: copy, send at once, ask before what cannot be undone.

for (const form of document.querySelectorAll('form[data-send="at-once"]')) form.requestSubmit();

const reveal = (root) => {
  for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
};
reveal(document);
document.addEventListener("renewed", () => reveal(document));

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (!button) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // Over plain HTTP there is no clipboard; what is selected can still be copied by hand.
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling ?? button);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  }
  button.textContent = button.dataset.done;
  setTimeout(() => (button.textContent = label), 1500);
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.ask;
  if (question && !confirm(question)) event.preventDefault();
});

// A file that is chosen is put into the text beside it, so that forms are plain text.
for (const input of document.querySelectorAll("input[type=file][data-into]")) {
  input.closest("[hidden]")?.removeAttribute("hidden");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (file) document.getElementById(input.dataset.into).value = await file.text();
  });
}

// Files that stay with whoever chose them: what they are is put into the text beside.
for (const input of document.querySelectorAll("input[type=file][data-digests]")) {
  if (!crypto.subtle) continue; // not over plain HTTP from elsewhere
  input.closest("[hidden]")?.removeAttribute("hidden");
  input.addEventListener("change", async () => {
    const rows = [...input.files].map(async (file) => {
      const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return `${hex} ${file.size} ${file.name}`;
    });
    document.getElementById(input.dataset.digests).value = (await Promise.all(rows)).join("\n");
  });
}
