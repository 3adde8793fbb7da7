// Hands a device from one signer to the next. Nothing of the last one stays to be seen: their page is
// replaced and not left behind, and its address is worth nothing once their turn is over.

import { onReturn } from "./dom.js";

const KEY = "sygn:device";
const desk = document.getElementById("desk");
const parts = [...desk.querySelectorAll("[data-step]")];

async function ask(step, body = {}) {
  const answer = await fetch(`/in-person/${step}`, {
    method: "POST",
    cache: "no-store",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Device": localStorage.getItem(KEY) ?? "" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { status: answer.status });
  return answer.json();
}

function show(step) {
  for (const part of parts) part.hidden = part.dataset.step !== step;
  const [shown] = parts.filter((part) => !part.hidden);
  const heading = shown.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
  return shown;
}

const fill = (part, selector, text) => {
  for (const place of part.querySelectorAll(selector)) place.textContent = text;
};

function me({ id, name }) {
  const button = document.getElementById("me").content.cloneNode(true).firstElementChild;
  fill(button, ".who", name);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const { turn } = await ask("begin", { signer: id });
      location.replace(`/x?t=${turn}`);
    } catch {
      await look();
    }
  });
  return button;
}

async function look() {
  try {
    const now = await ask("look");
    if (now.next.length === 0) {
      show(now.completed ? "done" : "ended");
      return;
    }
    const part = show(now.next.length === 1 ? "one" : "several");
    fill(part, ".what", now.title);
    fill(part, ".who", now.next[0].name);
    part.querySelector(".thanks").hidden = now.signed === 0;
    part.querySelector(".choice").replaceChildren(...now.next.map(me));
  } catch (error) {
    show(error.status ? "locked" : "failed");
  }
}

async function start() {
  const ticket = new URLSearchParams(location.search).get("t");
  if (ticket) {
    history.replaceState(null, "", location.pathname);
    try {
      localStorage.setItem(KEY, (await ask("open", { ticket })).device);
    } catch { /* it was used before: by this device, or by another, which the next call tells */ }
  }
  await look();
}

document.getElementById("again").addEventListener("click", look);
onReturn(look);
if ("open" in desk.dataset) start();
else show("locked");
