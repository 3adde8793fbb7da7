// The last look before signing, and the signing itself.

import { excuse, movedOn, post } from "./api.js";
import { byId, isBusy, make, setBusy, turnOver } from "./dom.js";
import * as draft from "./draft.js";
import { tellParent } from "./embed.js";
import { say } from "./words.js";

export class Review {
  constructor(fields, { onChange }) {
    this.fields = fields;
    this.onChange = onChange;
    this.dialog = byId("review");
    this.button = byId("finish");
    this.button.addEventListener("click", () => this.#finish());
  }

  open() {
    this.shown = null;
    this.refresh();
    byId("review-error").textContent = "";
    this.dialog.showModal();
    byId("review-title").focus();
  }

  // Nobody signs what was not shown: what another page of this signer brought in is shown first.
  refresh() {
    const now = JSON.stringify(this.fields.marks());
    if (now === this.shown) return;
    this.shown = now;
    byId("review-error").textContent = say("merged");
    const answers = byId("answers");
    if (answers.contains(document.activeElement)) byId("review-title").focus();
    answers.replaceChildren(...this.fields.all.map((field) => this.#row(field)));
    answers.hidden = this.fields.all.length === 0;
  }

  #row(field) {
    const change = make("button", { type: "button", className: "quiet", textContent: say("change") });
    change.setAttribute("aria-label", say("change_of", { label: field.label }));
    change.addEventListener("click", () => { this.dialog.close(); this.onChange(field); });
    return make("div", {},
      make("dt", { dir: "auto", textContent: field.label }),
      make("dd", {}, field.sample(), ...(field.adopted && field.filled ? [make("span", { className: "unseen", textContent: field.words })] : [])),
      make("dd", {}, change));
  }

  async #finish() {
    if (isBusy(this.button)) return;
    this.#setBusy(true);
    const error = byId("review-error");
    error.textContent = "";
    const { shown } = this;
    try {
      await draft.hold();
      if (shown !== this.shown) return this.#goOn();
      const answer = await post("/x/sign", { marks: this.fields.marks() }, {
        onRetry: () => { error.textContent = say("retrying"); },
      });
      tellParent(await answer.json());
      draft.drop();
      turnOver();
    } catch (problem) {
      this.#goOn();
      if (movedOn(problem)) turnOver();
      else error.textContent = excuse(problem);
    }
    return undefined;
  }

  #goOn() {
    this.#setBusy(false);
    draft.resume();
  }

  #setBusy(busy) {
    setBusy(this.button, busy);
    this.button.textContent = say(busy ? "signing" : "sign_and_finish");
  }
}
