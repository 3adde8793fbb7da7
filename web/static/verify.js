// Has the chosen file judged by the server, and shows what it says.

const part = (id) => document.getElementById(id);
const headings = [...document.querySelectorAll("[data-status]")];

part("file").addEventListener("change", async () => {
  const [file] = part("file").files;
  if (!file) return;
  show("busy", {});
  try {
    const headers = {
      "Content-Type": "application/pdf",
      Accept: "application/json",
      "Accept-Language": document.documentElement.lang,
    };
    const answer = await fetch("/verify", { method: "POST", headers, body: file });
    if (!answer.ok) throw new Error(String(answer.status));
    const verdict = await answer.json();
    show(verdict.status, verdict);
  } catch {
    show("failed", {});
  }
});

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
