// Dialogs that send one form each: saying no, letting somebody else sign, asking the sender.

import { excuse, movedOn, post } from "./api.js";
import { byId, isBusy, setBusy, turnOver } from "./dom.js";
import * as draft from "./draft.js";
import { say } from "./words.js";

export function setUpDialogs() {
  const menu = byId("more");
  for (const opener of document.querySelectorAll("[data-opens]")) {
    opener.addEventListener("click", () => open(byId(opener.dataset.opens)));
  }
  menu.addEventListener("click", ({ target }) => {
    if (!target.closest("li")) return;
    if (menu.contains(document.activeElement)) menu.firstElementChild.focus();
    menu.open = false;
  });
  byId("print").addEventListener("click", () => { menu.open = false; print(); });
  addEventListener("click", (event) => {
    for (const one of document.querySelectorAll("details[open]")) if (!one.contains(event.target)) one.open = false;
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    const button = dialog.querySelector(".main");
    dialog.addEventListener("cancel", (event) => { if (isBusy(button)) event.preventDefault(); });
    // A second Escape closes it unasked.
    dialog.addEventListener("close", () => { if (isBusy(button)) dialog.showModal(); });
  }
  addEventListener("keydown", ({ key }) => {
    const shown = key === "Escape" && document.activeElement?.closest("details[open]");
    if (!shown) return;
    shown.open = false;
    shown.querySelector("summary").focus();
  });
}

function open(dialog) {
  const form = dialog.querySelector("form[data-post]");
  form.hidden = false;
  dialog.querySelector("[data-done]")?.toggleAttribute("hidden", true);
  form.onsubmit = (event) => { event.preventDefault(); submit(dialog, form); };
  dialog.querySelector("[data-close]").onclick = () => dialog.close();
  dialog.onclose = () => byId("more").querySelector("summary").focus();
  dialog.showModal();
  form.querySelector("input, textarea").focus();
}

async function submit(dialog, form) {
  const error = form.querySelector(".error");
  const inputs = [...form.querySelectorAll("input, textarea")];
  const wrong = inputs.find((one) => !one.value.trim() || !one.validity.valid);
  for (const one of inputs) one.setAttribute("aria-invalid", String(one === wrong));
  error.textContent = wrong ? say(wrong.value.trim() ? "no_email" : "missing") : "";
  if (wrong) return wrong.focus();
  const button = form.querySelector(".main");
  if (isBusy(button)) return undefined;
  setBusy(button, true);
  const done = dialog.querySelector("[data-done]");
  try {
    if (!done) await draft.hold();
    await post(form.dataset.post, Object.fromEntries(new FormData(form)));
    if (!done) return leave();
    setBusy(button, false);
    form.reset();
    form.hidden = true;
    done.hidden = false;
    done.querySelector("button").focus();
  } catch (problem) {
    if (movedOn(problem)) return leave();
    setBusy(button, false);
    draft.resume();
    error.textContent = excuse(problem);
  }
  return undefined;
}

function leave() {
  draft.drop();
  turnOver();
}

// Pages that were not looked at are not loaded yet.
async function print() {
  const images = [...document.querySelectorAll(".sheet img")];
  for (const image of images) image.loading = "eager";
  await Promise.allSettled(images.map((image) => image.decode()));
  window.print();
}
