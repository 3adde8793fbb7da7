// The signing page: consent, fields, review, done.

import { excuse, movedOn, post } from "./api.js";
import { byId, turnOver } from "./dom.js";
import { setUpDecline } from "./decline.js";
import * as draft from "./draft.js";
import { Fields } from "./fields.js";
import { Guide } from "./guide.js";
import { setUpReader } from "./reader.js";
import { Review } from "./review.js";
import { localTimes } from "./times.js";
import { say } from "./words.js";

const fields = new Fields();
const kept = draft.load();
for (const field of fields.all) if (kept[field.id]) field.set(kept[field.id]);

// Mail scanners open links, and some run scripts; a person moves, types or scrolls.
const seen = new Promise((done) => {
  const look = () => done(post("/x/viewed").catch(() => {}));
  for (const sign of ["click", "keydown", "pointerdown", "pointermove", "scroll"]) {
    addEventListener(sign, look, { once: true, capture: true, passive: true });
  }
});
const guide = new Guide(fields, { onReview: () => review.open() });
const review = new Review(fields, { onChange: (field) => guide.open(field) });
setUpReader();
setUpDecline();
localTimes();

const form = byId("consent");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const error = byId("agree-error");
  const agree = byId("agree");
  agree.setAttribute("aria-invalid", String(!agree.checked));
  error.textContent = agree.checked ? "" : say("agree_first");
  if (!agree.checked) {
    agree.focus();
    return;
  }
  const button = form.querySelector(".main");
  button.setAttribute("aria-busy", "true");
  try {
    await seen;
    if (!("given" in form.dataset)) await post("/x/consent", { locale: document.documentElement.lang });
    form.dataset.given = "";
    guide.start();
  } catch (problem) {
    if (movedOn(problem)) turnOver();
    else error.textContent = excuse(problem);
  } finally {
    button.removeAttribute("aria-busy");
  }
});
