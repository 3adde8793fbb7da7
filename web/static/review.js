// The last look before signing, and the signing itself.

import { excuse, movedOn, post } from "./api.js";
import { byId, make, turnOver } from "./dom.js";
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
    this.dialog.addEventListener("cancel", (event) => { if (this.busy) event.preventDefault(); });
  }

  open() {
    byId("review-error").textContent = "";
    byId("answers").replaceChildren(...this.fields.all.map((field) => this.#row(field)));
    byId("answers").hidden = this.fields.all.length === 0;
    this.dialog.showModal();
    byId("review-title").focus();
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
    if (this.busy) return;
    this.#setBusy(true);
    const error = byId("review-error");
    error.textContent = "";
    try {
      await draft.hold();
      const answer = await post("/x/sign", { marks: this.fields.marks() }, {
        onRetry: () => { error.textContent = say("retrying"); },
      });
      tellParent(await answer.json());
      draft.drop();
      turnOver();
    } catch (problem) {
      this.#setBusy(false);
      draft.resume();
      if (movedOn(problem)) turnOver();
      else error.textContent = excuse(problem);
    }
  }

  #setBusy(busy) {
    this.busy = busy;
    this.button.setAttribute("aria-busy", String(busy));
    this.button.textContent = say(busy ? "signing" : "sign_and_finish");
  }
}
