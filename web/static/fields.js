// The signer's fields: what the server put on the pages, and what was entered so far.

import { make } from "./dom.js";
import { isAdopted, picture } from "./marks.js";
import { data, say } from "./words.js";

const ON = { kind: "ticked", on: true };
const OFF = { kind: "ticked", on: false };

// One thing to fill in. It stands in one place, or, as a choice, in several: then its mark is
// { kind: "chosen", id } and names one of them.
class Field {
  constructor(places) {
    const [element] = places;
    const { id, type, label, group, page, max, width, height, least, most, decimals, options } = element.dataset;
    Object.assign(this, { places, first: element, id, type, page: Number(page), least, most, decimals });
    this.label = group ?? label;
    this.options = JSON.parse(options ?? "[]");
    this.required = places.some((one) => "required" in one.dataset);
    this.tall = "tall" in element.dataset;
    this.longest = max ? Number(max) : null;
    this.width = Number(width);
    this.height = Number(height);
    this.visited = false;
    this.preset = this.#preset(element.dataset.value);
    this.set(this.preset);
  }

  #preset(value) {
    if (this.choice) {
      const chosen = this.places.find((one) => one.dataset.value);
      return chosen ? { kind: "chosen", id: chosen.dataset.id } : null;
    }
    if (this.type === "checkbox") return value ? ON : null;
    const text = value || (this.type === "date" ? today() : "");
    return text ? { kind: "typed", text } : null;
  }

  get choice() { return this.type === "radio"; }
  get adopted() { return isAdopted(this.type); }
  get chosen() { return this.places.find((one) => one.dataset.id === this.mark?.id); }
  get element() { return this.chosen ?? this.first; }

  get filled() {
    if (!this.mark) return false;
    if (this.choice) return Boolean(this.chosen);
    return this.mark.kind === "ticked" ? this.mark.on : this.mark.kind !== "typed" || this.mark.text !== "";
  }

  set(mark) {
    this.mark = mark;
    this.show();
  }

  // What pressing it does where it stands: a box is turned over, a place of a choice is chosen.
  press(element) {
    if (this.choice) {
      const again = element === this.chosen && !this.required;
      this.set(again ? null : { kind: "chosen", id: element.dataset.id });
    } else {
      this.set(this.filled ? OFF : ON);
    }
  }

  // What is handed in, by id. What was there at the start and was taken away is handed in as empty.
  get marks() {
    if (!this.filled && !this.preset) return [];
    if (this.choice) return this.places.map((one) => [one.dataset.id, one === this.chosen ? ON : OFF]);
    return [[this.id, this.filled ? this.mark : this.type === "checkbox" ? OFF : { kind: "typed", text: "" }]];
  }

  // What a screen reader says for the value.
  get words() {
    if (this.type === "checkbox") return say(this.filled ? "checked" : "unchecked");
    if (!this.filled) return say("empty");
    if (this.choice) return this.chosen.dataset.label;
    return this.mark.kind === "typed" ? this.mark.text : "✓";
  }

  show() {
    for (const element of this.places) this.#showIn(element);
  }

  #showIn(element) {
    const { choice, type, label, filled } = this;
    const here = choice ? element === this.chosen : filled;
    element.querySelector(".made")?.remove();
    const made = picture(choice ? here && ON : this.mark, type, Number(element.dataset.width), Number(element.dataset.height));
    if (made) element.append(made);
    element.classList.toggle("filled", here);
    if (type === "checkbox") element.setAttribute("aria-checked", String(here));
    if (choice) element.setAttribute("aria-pressed", String(here));
    const need = say(this.required ? "required" : "optional");
    const name = choice ? `${label}: ${element.dataset.label}` : label;
    element.setAttribute("aria-label", choice || type === "checkbox"
      ? `${name}, ${need}`
      : say("field_state", { label, need, value: this.words }));
  }

  // The mark as it is shown outside the page.
  sample() {
    if (this.choice || this.type === "checkbox" || (this.mark?.kind === "typed" && !this.adopted)) {
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
    const places = new Map();
    for (const element of document.querySelectorAll("button.field")) {
      const key = element.dataset.group === undefined ? element : `group ${element.dataset.group}`;
      places.set(key, [...(places.get(key) ?? []), element]);
    }
    this.all = [...places.values()].map((one) => new Field(one));
    this.#showFixed();
  }

  #showFixed() {
    for (const element of document.querySelectorAll(".field.fixed")) {
      const { today: isToday, type, value } = element.dataset;
      const box = type === "checkbox" || type === "radio";
      const text = isToday === undefined ? value : today();
      const style = getComputedStyle(element);
      const size = (name) => Number(style.getPropertyValue(name));
      const made = picture(box ? text && ON : { kind: "typed", text }, type, size("--fw"), size("--fh"));
      if (made) element.append(made);
      element.append(make("span", { className: "unseen", textContent: box && text ? say("checked") : text }));
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

  marks() { return Object.fromEntries(this.all.flatMap((field) => field.marks)); }
}
