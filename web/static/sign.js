// The signing page: consent, fields, review, done.

import { excuse, movedOn, post } from "./api.js";
import { byId, isBusy, onReturn, setBusy, turnOver } from "./dom.js";
import { setUpDialogs } from "./dialogs.js";
import * as draft from "./draft.js";
import { Fields } from "./fields.js";
import { Guide } from "./guide.js";
import { setUpReader } from "./reader.js";
import { Review } from "./review.js";
import { localTimes } from "./times.js";
import { data, say } from "./words.js";

const fields = new Fields();
draft.load(fields.all, () => { guide.refresh(); review.refresh(); });
onReturn(turnOver);

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
setUpDialogs();
localTimes();

const form = byId("consent");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector(".main");
  if (isBusy(button)) return;
  const error = byId("agree-error");
  const agree = byId("agree");
  agree.setAttribute("aria-invalid", String(!agree.checked));
  error.textContent = agree.checked ? "" : say("agree_first");
  if (!agree.checked) {
    agree.focus();
    return;
  }
  setBusy(button, true);
  try {
    await seen;
    if (!("given" in form.dataset)) await post("/x/consent", { locale: data.locale });
    form.dataset.given = "";
    draft.resume();
    guide.start();
  } catch (problem) {
    if (movedOn(problem)) turnOver();
    else error.textContent = excuse(problem);
  } finally {
    setBusy(button, false);
  }
});
