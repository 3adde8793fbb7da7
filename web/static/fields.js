// The signer's fields: what the server put on the pages, and what was entered so far.

import { make } from "./dom.js";
import { isAdopted, picture } from "./marks.js";
import { data, say } from "./words.js";

class Field {
  constructor(element) {
    const { id, type, label, page, max, width, height } = element.dataset;
    Object.assign(this, { element, id, type, label, page: Number(page) });
    this.required = "required" in element.dataset;
    this.tall = "tall" in element.dataset;
    this.longest = max ? Number(max) : null;
    this.width = Number(width);
    this.height = Number(height);
    this.visited = false;
    this.mark = this.#preset(element.dataset.value);
    this.show();
  }

  #preset(value) {
    if (this.type === "date") return { kind: "typed", text: value || today() };
    if (this.type === "text" && value) return { kind: "typed", text: value };
    return null;
  }

  get filled() {
    if (!this.mark) return false;
    return this.mark.kind === "ticked" ? this.mark.on : this.mark.kind !== "typed" || this.mark.text !== "";
  }

  get adopted() { return isAdopted(this.type); }

  set(mark) {
    this.mark = mark;
    this.show();
  }

  // What a screen reader says for the value.
  get words() {
    if (this.type === "checkbox") return say(this.filled ? "checked" : "unchecked");
    if (!this.filled) return say("empty");
    return this.mark.kind === "typed" ? this.mark.text : "✓";
  }

  show() {
    const { element } = this;
    element.querySelector(".made")?.remove();
    const made = picture(this.mark, this.type, this.width, this.height);
    if (made) element.append(made);
    element.classList.toggle("filled", this.filled);
    if (this.type === "checkbox") element.setAttribute("aria-checked", String(this.filled));
    const need = say(this.required ? "required" : "optional");
    element.setAttribute("aria-label", this.type === "checkbox"
      ? `${this.label}, ${need}`
      : say("field_state", { label: this.label, need, value: this.words }));
  }

  // The mark as it is shown outside the page.
  sample() {
    if (this.type === "checkbox" || (this.mark?.kind === "typed" && !this.adopted)) {
      return make("span", { dir: "auto", textContent: this.words });
    }
    return picture(this.mark, this.type, 150, 40) ?? make("span", { textContent: say("empty") });
  }
}

// The signer's day as the PDF will have it (ISO 8601): by the server's clock, in the signer's zone.
export function today() {
  const now = new Date(Date.parse(data.now) + performance.now());
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export class Fields {
  constructor() {
    this.all = [...document.querySelectorAll("button.field")].map((element) => new Field(element));
    this.#showFixed();
  }

  #showFixed() {
    for (const element of document.querySelectorAll(".field.fixed")) {
      const text = "today" in element.dataset ? today() : element.dataset.value;
      const style = getComputedStyle(element);
      const size = (name) => Number(style.getPropertyValue(name));
      const made = picture({ kind: "typed", text }, element.dataset.type, size("--fw"), size("--fh"));
      if (made) element.append(made);
      element.append(make("span", { className: "unseen", textContent: text }));
    }
  }

  get required() { return this.all.filter((field) => field.required); }
  get missing() { return this.required.filter((field) => !field.filled); }

  progress() {
    const total = this.required.length;
    const left = this.missing.length;
    return { total, left, words: left === 0 ? say("all_done") : say("left", { n: left, total }) };
  }

  // The next field that still wants something, looking onwards from one and then from the start.
  after(field) {
    const start = field ? this.all.indexOf(field) + 1 : 0;
    const order = [...this.all.slice(start), ...this.all.slice(0, start)];
    return order.find((one) => !one.filled && (one.required || !one.visited)) ?? null;
  }

  before(field) { return this.all[this.all.indexOf(field) - 1] ?? null; }

  marks() {
    const entries = this.all.filter((field) => field.filled).map((field) => [field.id, field.mark]);
    return Object.fromEntries(entries);
  }
}
