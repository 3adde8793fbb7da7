// Making a signature or initials: use again, draw, type or upload.

import { excuse, post } from "./api.js";
import { byId } from "./dom.js";
import { written } from "./hand.js";
import { picture } from "./marks.js";
import { Pad } from "./pad.js";
import { say } from "./words.js";

const WAYS = ["again", "draw", "type", "upload"];
const LARGEST = 8 * 1024 * 1024;

export class Adopt {
  constructor({ onError }) {
    this.onError = onError;
    this.saved = {}; // last mark by field type
    this.way = null;
    this.warned = false;
    const parts = (name) => Object.fromEntries(WAYS.map((way) => [way, byId(`${name}-${way}`)]));
    this.tabs = parts("tab");
    this.panels = parts("panel");
    this.typed = byId("typed");
    this.looks = [...byId("looks").querySelectorAll("input")];
    for (const one of this.looks) one.addEventListener("change", () => this.#sayWhatIsMissing());
    this.pad = new Pad(byId("pad"), () => this.#drew());
    byId("undo").addEventListener("click", () => this.pad.undo());
    byId("clear").addEventListener("click", () => this.pad.show());
    this.typed.addEventListener("input", () => {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.#showTyped(), 150);
    });
    byId("upload").addEventListener("change", (event) => this.#take(event.target.files[0]));
    // The same file may be chosen again.
    byId("upload").addEventListener("click", ({ target }) => { target.value = ""; });
    for (const way of WAYS) {
      this.tabs[way].addEventListener("click", () => this.choose(way));
      this.tabs[way].addEventListener("keydown", (event) => this.#walk(event, way));
    }
  }

  // Gets ready for a field and returns what should have the focus.
  open(field) {
    this.field = field;
    this.warned = false;
    const { dataset } = this.typed;
    byId("typed-label").textContent = field.type === "initials" ? dataset.forInitials : dataset.forSignature;
    const typedBefore = field.mark?.kind === "typed" ? field.mark.text : null;
    this.typed.value = typedBefore ?? (field.type === "initials" ? dataset.initials : dataset.name);
    this.typed.setAttribute("autocomplete", field.type === "initials" ? "off" : "name");
    const look = this.looks.find((one) => one.value === field.mark?.look);
    if (look) look.checked = true;
    this.pad.show(field.mark?.kind === "drawn" ? field.mark : undefined);
    this.#upload(field.mark?.kind === "upload" ? field.mark : null);
    const known = this.saved[field.type];
    this.tabs.again.hidden = !known || field.filled;
    if (known) byId("again").replaceChildren(picture(known, field.type, 260, 64));
    return this.choose(this.#firstWay(field, known));
  }

  #firstWay(field, known) {
    if (known && !field.filled) return "again";
    const kinds = { drawn: "draw", typed: "type", upload: "upload" };
    if (field.mark) return kinds[field.mark.kind];
    return this.way && this.way !== "again" ? this.way : this.#natural();
  }

  // Fingers and pens draw well; mice and keyboards do not.
  #natural() {
    return matchMedia("(pointer: coarse)").matches && this.pad.usable ? "draw" : "type";
  }

  choose(way) {
    this.way = way;
    for (const one of WAYS) {
      const on = one === way;
      this.tabs[one].setAttribute("aria-selected", String(on));
      this.tabs[one].tabIndex = on ? 0 : -1;
      this.panels[one].hidden = !on;
    }
    this.onError("");
    if (way === "draw" && !this.pad.usable) {
      this.choose("type");
      this.onError(say("no_canvas"));
    }
    if (way === "draw") this.pad.redraw();
    if (way === "type") this.#showTyped();
    return way === "type" ? this.typed : this.tabs[this.way];
  }

  // Returns the mark, or null after saying what is missing.
  take() {
    const mark = {
      again: () => this.saved[this.field.type],
      draw: () => this.pad.mark(),
      type: () => (this.typed.value.trim() ? this.#written(this.#look) : null),
      upload: () => this.uploaded,
    }[this.way]();
    if (!mark) {
      this.onError(say("missing_signature"));
      return null;
    }
    if (this.way === "draw" && this.pad.tooSimple && !this.warned) {
      this.warned = true;
      this.onError(say("too_simple"));
      return null;
    }
    this.saved[this.field.type] = mark;
    return mark;
  }

  #drew() {
    this.warned = false;
    byId("undo").disabled = this.pad.empty;
    byId("clear").disabled = this.pad.empty;
    if (!this.pad.empty) this.onError("");
  }

  get #look() { return this.looks.find((one) => one.checked).value; }

  #written(look) { return { kind: "typed", text: this.typed.value.trim(), look }; }

  // The name in every look. What was shown stays until the new is there.
  async #showTyped() {
    const text = this.typed.value.trim();
    await written(text);
    if (text !== this.typed.value.trim()) return;
    for (const { value, parentElement } of this.looks) {
      const made = picture(this.#written(value), "signature", 260, 48);
      parentElement.querySelector(".shown").replaceChildren(...(made ? [made] : []));
    }
    this.#sayWhatIsMissing();
  }

  async #sayWhatIsMissing() {
    const answer = await written(this.typed.value.trim());
    const { shown_in: shown, missing } = answer?.looks[this.#look] ?? { missing: "" };
    const name = this.looks.find((one) => one.value === shown)?.dataset.name;
    const letters = [...missing].slice(0, 8).join("");
    byId("look-note").textContent = missing && say(shown ? "look_lacks" : "look_none", { letters, name });
  }

  #upload(mark) {
    const shown = byId("upload-shown");
    this.uploaded = mark;
    shown.hidden = !mark;
    shown.replaceChildren(picture(mark, this.field.type, 260, 64) ?? "");
  }

  async #take(file) {
    const { field } = this;
    this.#upload(null);
    if (!file) return;
    if (/\.(heic|heif)$/i.test(file.name) || /hei[cf]/.test(file.type)) return this.onError(say("no_heic"));
    if (file.size > LARGEST) return this.onError(say("too_large"));
    this.onError("");
    try {
      // The server's cleaned picture is shown, because that is what will stand in the PDF.
      const cleaned = await post("/x/picture", { data: await base64(file) });
      const mark = { kind: "upload", data: await base64(await cleaned.blob()) };
      if (field === this.field) this.#upload(mark);
    } catch (error) {
      this.onError(excuse(error));
    }
  }

  // Arrow keys move between tabs (ARIA Authoring Practices, tabs with automatic activation).
  #walk(event, way) {
    const shown = WAYS.filter((one) => !this.tabs[one].hidden);
    const at = shown.indexOf(way);
    const to = {
      ArrowRight: shown[(at + 1) % shown.length], ArrowLeft: shown.at(at - 1),
      Home: shown[0], End: shown.at(-1),
    }[event.key];
    if (!to) return;
    event.preventDefault();
    this.choose(to);
    this.tabs[this.way].focus();
  }
}

async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
