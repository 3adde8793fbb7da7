// The way through the fields: what is left, what comes next, the list to jump from.

import { announce, byId, make, vector } from "./dom.js";
import * as draft from "./draft.js";
import { Editor } from "./editor.js";
import { say } from "./words.js";

export class Guide {
  constructor(fields, { onReview }) {
    this.fields = fields;
    this.onReview = onReview;
    this.editor = new Editor({
      onDone: (field) => this.#done(field),
      onBack: (field) => this.open(this.fields.before(field)),
      onClose: () => this.refresh(),
    });
    byId("forward").addEventListener("click", () => this.forward());
    for (const field of fields.all) {
      for (const place of field.places) place.addEventListener("click", () => this.#press(field, place));
    }
    for (const { adopted, type, mark } of fields.all) if (adopted && mark) this.editor.adopt.saved[type] = mark;
    this.rows = this.#list();
  }

  start() {
    document.body.dataset.step = "fields";
    for (const place of document.querySelectorAll("button.field")) place.disabled = false;
    this.refresh();
    this.forward();
  }

  forward() {
    if (!this.editor.leave()) return;
    const next = this.fields.after(this.editor.field);
    if (next) this.open(next);
    else this.#review();
  }

  open(field) {
    if (!this.editor.leave()) return;
    const left = field.required ? this.fields.progress().words : say("optional");
    this.editor.open(field, { left, hasBack: Boolean(this.fields.before(field)) });
    this.refresh();
  }

  refresh() {
    draft.save(this.editor.field);
    const { total, left, words } = this.fields.progress();
    byId("left").textContent = words;
    byId("progress").max = Math.max(total, 1);
    byId("progress").value = total === 0 ? 1 : total - left;
    const ready = left === 0 && !this.fields.after(null);
    byId("forward").textContent = say(ready ? "finish" : "next_field");
    for (const [field, row] of this.rows) {
      row.parentElement.classList.toggle("filled", field.filled);
      row.setAttribute("aria-current", String(field === this.editor.field));
      row.setAttribute("aria-label", `${field.label}, ${field.words}, ${say("place", { page: field.page })}`);
    }
  }

  // Boxes and choices are marked where they stand; everything else opens the editor.
  #press(field, place) {
    if (field.type !== "checkbox" && !field.choice) {
      this.open(field);
      return;
    }
    if (!this.editor.leave()) return;
    this.editor.close({ refocus: false });
    field.visited = true;
    field.press(place);
    this.#keep(field);
  }

  #done(field) {
    this.#keep(field);
    const next = this.fields.after(field);
    if (next) this.open(next);
    else this.#review();
  }

  #keep(field) {
    this.refresh();
    announce(say("saved", { label: field.label, left: this.fields.progress().words }));
  }

  #review() {
    this.editor.close({ refocus: false });
    this.onReview();
  }

  #list() {
    const rows = new Map();
    for (const field of this.fields.all) {
      const check = vector("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" },
        vector("path", { d: "M5 12.500 10 17.500 19.500 7" }));
      const row = make("button", { type: "button" },
        make("span", { className: "dot" }, check),
        make("span", { dir: "auto", textContent: field.label }),
        make("small", { textContent: say("place", { page: field.page }) }));
      row.addEventListener("click", () => this.open(field));
      byId("list").append(make("li", {}, row));
      rows.set(field, row);
    }
    return rows;
  }
}
