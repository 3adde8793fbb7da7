// The panel that edits one field: a sheet from below on small screens, beside the field on large.

import { Adopt } from "./adopt.js";
import { byId, make } from "./dom.js";
import { read, remark } from "./entry.js";
import { localNumber } from "./numbers.js";
import { say } from "./words.js";

const wide = matchMedia("(min-width: 62rem)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Editor {
  // `onDone(field)` after a field was filled, `onBack(field)`, `onClose()`.
  constructor(handlers) {
    this.handlers = handlers;
    this.panel = byId("editor");
    this.home = this.panel.parentElement;
    this.field = null;
    this.adopt = new Adopt({ onError: (text) => this.complain(text) });
    this.panel.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId("editor-close").addEventListener("click", () => this.close());
    byId("editor-back").addEventListener("click", () => handlers.onBack(this.field));
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); this.close(); }
    });
    for (const id of ["line", "lines", "day", "box", "choice", "places"]) {
      byId(id).addEventListener("input", () => this.#preview());
    }
    wide.addEventListener("change", () => { if (this.field) this.#place(); });
    this.#followKeyboard();
  }

  open(field, { left, hasBack }) {
    if (this.field && this.field !== field) this.#leave();
    this.field = field;
    this.before = field.mark;
    this.spot = field.element; // a choice moves on to another while it is edited
    field.visited = true;
    this.spot.classList.add("current");
    document.body.classList.add("editing");
    byId("editor-title").textContent = field.label;
    byId("editor-left").textContent = left;
    byId("editor-back").hidden = !hasBack;
    this.complain("");
    const focus = this.#fill(field);
    this.panel.hidden = false;
    this.#place();
    if (field.adopted) this.adopt.pad.redraw();
    this.#label();
    focus.focus({ preventScroll: true });
    if (focus.select && !field.adopted) focus.select();
  }

  // Before one goes elsewhere: what was entered is kept, and what is wrong is insisted on. Returns
  // whether one may go.
  leave() {
    const { field } = this;
    if (!field || field.mark === this.before) return true;
    const wrong = !field.adopted && field.mark?.kind === "typed" && read(field, this.#input).wrong;
    if (wrong) this.#insist(wrong);
    else this.before = field.mark;
    return !wrong;
  }

  // Without `leave` what was entered is taken back.
  close({ refocus = true } = {}) {
    if (!this.field) return;
    this.field.set(this.before);
    this.#leave();
    this.panel.hidden = true;
    this.home.append(this.panel);
    document.body.classList.remove("editing");
    if (refocus) this.spot.focus({ preventScroll: true });
    this.handlers.onClose();
  }

  complain(text) { byId("editor-error").textContent = text; }

  #leave() {
    this.spot.classList.remove("current");
    this.spot.closest(".page").classList.remove("near");
    this.field = null;
  }

  // The control that holds the value, for all but signatures.
  get #input() {
    const { type, tall } = this.field;
    const id = { date: "day", checkbox: "box", select: "choice", radio: "places" }[type];
    return byId(id ?? (tall && type === "text" ? "lines" : "line"));
  }

  // Shows the part for this kind of field and returns the control to focus.
  #fill(field) {
    const shown = field.adopted ? "adopt" : { number: "text", email: "text" }[field.type] ?? field.type;
    for (const part of this.panel.querySelectorAll(".part")) part.hidden = part.dataset.part !== shown;
    if (field.adopted) return this.adopt.open(field);
    const input = this.#input;
    if (field.type === "checkbox") {
      byId("box-label").textContent = field.label;
      input.checked = field.filled;
      return input;
    }
    if (field.choice) return this.#offer(field, input);
    if (field.type === "select") {
      input.replaceChildren(...["", ...field.options].map((one) => new Option(one || say("choose"), one)));
    }
    if (shown === "text") {
      for (const id of ["line", "lines"]) byId(id).hidden = id !== input.id;
      input.maxLength = field.longest ?? 4000;
      Object.assign(byId("line"), {
        type: field.type === "email" ? "email" : "text",
        inputMode: { number: "decimal", email: "email" }[field.type] ?? "",
        autocomplete: field.type === "email" ? "email" : "on",
      });
    }
    input.setAttribute("aria-label", field.label);
    const text = field.mark?.text ?? "";
    input.value = field.type === "number" ? localNumber(text) : text;
    this.#count();
    return input;
  }

  // The places of a choice, as a list of radio buttons.
  #offer(field, list) {
    byId("places-legend").textContent = field.label;
    const offer = (value, label) => make("label", { className: "tick" },
      make("input", { type: "radio", name: "place", value, checked: value === (field.mark?.id ?? "") }),
      make("span", { dir: "auto", textContent: label }));
    const none = field.required ? [] : [offer("", say("no_choice"))];
    list.replaceChildren(byId("places-legend"), ...field.places.map(({ dataset }) => offer(dataset.id, dataset.label)), ...none);
    return list.querySelector("input:checked") ?? list.querySelector("input");
  }

  #entered() {
    const { type, adopted } = this.field;
    if (adopted) return this.adopt.take();
    if (type === "checkbox") return { kind: "ticked", on: this.#input.checked };
    if (type === "radio") {
      const id = this.#input.querySelector("input:checked")?.value;
      return id ? { kind: "chosen", id } : null;
    }
    const { text } = read(this.field, this.#input);
    return text ? { kind: "typed", text } : null;
  }

  // What is typed appears on the page at once.
  #preview() {
    this.complain("");
    this.field.set(this.#entered());
    this.#count();
    this.#label();
  }

  #count() {
    byId("length").textContent = remark(this.field, this.#input);
  }

  #label() {
    const { adopted, filled, required } = this.field;
    byId("editor-next").textContent = say(adopted ? "use" : required || filled ? "next" : "skip");
  }

  #submit() {
    const { field } = this;
    const mark = this.#entered();
    const empty = !mark || (mark.kind === "ticked" && !mark.on);
    if (field.adopted && empty) return;
    if (field.required && empty) return this.#insist(say("missing"));
    field.set(mark);
    if (this.leave()) this.handlers.onDone(field);
  }

  #insist(text) {
    this.complain(text);
    const input = this.#input;
    (input.querySelector("input") ?? input).focus();
  }

  #place() {
    const element = this.spot;
    const { style } = this.panel;
    const behavior = still.matches ? "auto" : "smooth";
    if (!wide.matches) {
      style.removeProperty("left");
      style.removeProperty("top");
      if (this.panel.parentElement !== this.home) this.home.append(this.panel);
      this.#comeNearer();
      // The field stays in sight above the sheet.
      const room = (window.visualViewport?.height ?? innerHeight) - this.panel.offsetHeight;
      const box = element.getBoundingClientRect();
      scrollBy({ top: box.top + box.height / 2 - Math.max(room * 0.55, 40), behavior });
      return;
    }
    element.closest(".page").classList.remove("near");
    const sheet = element.parentElement;
    // Behind its field in the document, so that the keyboard gets there by walking on.
    element.after(this.panel);
    const paper = sheet.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const most = Math.max(paper.width - this.panel.offsetWidth - 12, 12);
    style.left = `${Math.min(Math.max(box.left - paper.left, 12), most)}px`;
    style.top = `${box.bottom - paper.top + 12}px`;
    const middle = (box.top + this.panel.getBoundingClientRect().bottom) / 2;
    scrollBy({ top: middle - innerHeight / 2, behavior });
  }

  // Enlarges the page about the field. A field at an edge grows from that edge, so that all of it
  // stays on the screen.
  #comeNearer() {
    const { spot: element, field: { width, height } } = this;
    const page = element.closest(".page");
    const of = (name) => Number(getComputedStyle(element).getPropertyValue(name));
    const edge = (start, size, whole) => `${Math.min(Math.max((100 * start) / Math.max(whole - size, 1), 0), 100)}%`;
    page.style.setProperty("--near", String(Math.min(1.8, Math.max(1, (0.96 * of("--w")) / width))));
    page.style.setProperty("--near-x", edge(of("--x"), width, of("--w")));
    page.style.setProperty("--near-y", edge(of("--y"), height, of("--h")));
    page.classList.add("near");
  }

  // iOS lays its keyboard over the page; the sheet is lifted by what it covers.
  #followKeyboard() {
    const view = window.visualViewport;
    if (!view) return;
    const lift = () => {
      const covered = wide.matches || view.scale > 1.05 ? 0 : Math.max(0, innerHeight - view.height - view.offsetTop);
      this.panel.style.setProperty("--keyboard", `${Math.round(covered)}px`);
    };
    view.addEventListener("resize", lift);
    view.addEventListener("scroll", lift);
  }
}
