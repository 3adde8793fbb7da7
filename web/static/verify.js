// Has the chosen file judged by the server, and shows what it says.

const part = (id) => document.getElementById(id);
const headings = [...document.querySelectorAll("[data-status]")];

const tries = 10;
let earlier = new AbortController();

// Without this, choosing the same file once more would not be a change.
part("file").addEventListener("click", () => {
  part("file").value = "";
});

part("file").addEventListener("change", async () => {
  const [file] = part("file").files;
  if (!file) return;
  earlier.abort();
  earlier = new AbortController();
  const { signal } = earlier;
  part("named").textContent = file.name;
  show("busy", {});
  try {
    const verdict = await judged(file, signal);
    if (!signal.aborted) show(verdict.status, verdict);
  } catch {
    if (!signal.aborted) show("failed", {});
  }
});

// The server judges one file at a time, and goes on with one that nobody waits for any more.
async function judged(file, signal) {
  const headers = {
    "Content-Type": "application/pdf",
    Accept: "application/json",
    "Accept-Language": document.documentElement.lang,
  };
  for (let left = tries; ; left -= 1) {
    const answer = await fetch("/verify", { method: "POST", headers, body: file, signal });
    if (answer.ok) return answer.json();
    if (answer.status !== 429 || left === 1) throw new Error(String(answer.status));
    await new Promise((done) => { setTimeout(done, 1000); });
  }
}

function show(status, { reasons = [], changes = [], events = [], sha256 = "" }) {
  part("verdict").hidden = false;
  for (const one of headings) one.hidden = one.dataset.status !== status;
  part("reasons").replaceChildren(...[...reasons, ...changes.map((one) => one.text)].map(item));
  part("events").replaceChildren(...events.map((one) => item(told(one))));
  part("history").hidden = events.length === 0;
  part("sha256").textContent = sha256;
  part("sha256").parentElement.hidden = !sha256;
}

function told({ at, text, who }) {
  const when = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
  return `${when}: ${text} (${who})`;
}

function item(words) {
  const line = document.createElement("li");
  line.dir = "auto";
  line.textContent = words;
  return line;
}
