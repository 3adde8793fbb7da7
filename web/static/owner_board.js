// The pages with the fields on them: shown, zoomed, and moved by mouse and touch.

import { byId, make } from "./dom.js";
import { data, say } from "./words.js";
import { sizes } from "./owner_model.js";
import { snapped, snappedCorner } from "./owner_snap.js";

const HUES = 6;
const SLACK = 4; // pixels that a press may wander before it is a drag
const zooms = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const sheets = [...document.querySelectorAll(".leaf-sheet")];

export class Board {
  armed = "";
  #shown = new Map();
  #drawn = new Map();
  #zoom = 1;
  #drag = null;

  constructor(model, { open, place, resized }) {
    Object.assign(this, { model, open, place, resized });
    model.addEventListener("change", () => this.show());
    model.addEventListener("choose", () => this.#mark());
    this.#loadLazily();
    for (const sheet of sheets) sheet.addEventListener("pointerdown", (event) => this.#press(event, sheet));
    byId("board").addEventListener("focusout", () => queueMicrotask(() => this.#sort()));
    addEventListener("resize", () => this.zoom(this.#zoom));
    this.zoom(1);
    this.show();
    this.#sort();
  }

  element(id) { return this.#shown.get(id); }

  zoom(to) {
    this.#zoom = to;
    const widest = Math.max(...this.model.pages.map((page) => page.width));
    const room = byId("board").clientWidth - 2;
    const fit = Math.min(room / widest, 1.5);
    byId("board").style.setProperty("--pt", `${fit * to}px`);
    byId("zoom").textContent = `${Math.round(to * 100)} %`;
    byId("smaller").disabled = to === zooms[0];
    byId("larger").disabled = to === zooms.at(-1);
  }

  zoomBy(steps) {
    const at = zooms.indexOf(this.#zoom) + steps;
    this.zoom(zooms[Math.min(Math.max(at, 0), zooms.length - 1)]);
  }

  show() {
    const gone = new Set(this.#shown.keys());
    for (const field of this.model.fields) {
      gone.delete(field.id);
      if (this.#drawn.get(field.id) === field) continue;
      this.#drawn.set(field.id, field);
      const element = this.#shown.get(field.id) ?? this.#make(field);
      const sheet = sheets[this.model.pageNumber(field) - 1];
      if (element.parentElement !== sheet) sheet.append(element);
      this.#draw(element, field);
    }
    for (const id of gone) {
      this.#shown.get(id).remove();
      this.#shown.delete(id);
      this.#drawn.delete(id);
    }
    byId("count").textContent = say("owner_count", { n: this.model.fields.length });
    this.#mark();
  }

  #make(field) {
    const element = make(
      "button",
      { type: "button", className: "place" },
      make("span", { className: "place-who", ariaHidden: "true" }),
      make("span", { className: "place-what", ariaHidden: "true" }),
      make("span", { className: "grip", ariaHidden: "true" }),
    );
    element.dataset.id = field.id;
    element.addEventListener("focus", () => this.model.choose(field.id));
    element.addEventListener("click", () => { if (!this.#drag) this.open(field.id); });
    this.#shown.set(field.id, element);
    return element;
  }

  #draw(element, field) {
    for (const side of ["x", "y", "width", "height"]) element.style.setProperty(`--${side}`, field[side]);
    const index = this.model.signers.findIndex((one) => one.id === field.signer);
    const who = this.model.signers[index]?.name ?? "";
    element.dataset.hue = Math.max(index, 0) % HUES;
    element.classList.toggle("optional", !field.required);
    const none = say("owner_no_label");
    const [number, kind] = element.children;
    number.textContent = index + 1;
    kind.textContent = field.label || data.types[field.type];
    element.ariaLabel = say("owner_field", {
      type: data.types[field.type],
      name: who,
      label: field.label || none,
      need: field.required ? say("required") : say("optional"),
      page: this.model.pageNumber(field),
      x: Math.round(field.x),
      y: Math.round(field.y),
    });
  }

  #mark() {
    for (const [id, element] of this.#shown) {
      if (id === this.model.chosen) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
  }

  // Tab goes from field to field as a person reads. Not while one of them has the focus: what
  // is moved in the page would lose it.
  #sort() {
    if (byId("board").contains(document.activeElement)) return;
    for (const field of this.model.ordered()) {
      const element = this.#shown.get(field.id);
      element.parentElement.append(element);
    }
  }

  #point(event, sheet) {
    const box = sheet.getBoundingClientRect();
    const page = this.model.pages[sheets.indexOf(sheet)];
    const scale = page.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale, scale };
  }

  #press(event, sheet) {
    if (event.button !== 0 || this.#drag) return;
    const element = event.target.closest(".place");
    const from = this.#point(event, sheet);
    const page = this.model.pages[sheets.indexOf(sheet)];
    if (!element && !this.armed) {
      this.model.choose("");
      return;
    }
    let field;
    if (element) {
      field = this.model.get(element.dataset.id);
    } else {
      event.preventDefault();
      const [width, height] = sizes[this.armed];
      const at = { file: page.file, page: page.page, x: from.x - width / 2, y: from.y - height / 2, width, height };
      field = this.place(at);
    }
    const target = this.#shown.get(field.id);
    target.focus({ preventScroll: true });
    const pulls = !element ? "none" : event.target.classList.contains("grip") ? "corner" : "box";
    if (pulls === "none") return;
    this.#follow(event, { field, target, sheet, from, pulls });
  }

  #follow(event, { field, target, sheet, from, pulls }) {
    const others = this.model.fields.filter((one) => one.id !== field.id && one.file === field.file && one.page === field.page);
    const start = { x: event.clientX, y: event.clientY };
    let now = field;
    let moving = false;
    const controller = new AbortController();
    const on = (name, act) => target.addEventListener(name, act, { signal: controller.signal });
    target.setPointerCapture(event.pointerId);
    on("pointermove", (step) => {
      if (step.pointerId !== event.pointerId) return;
      moving ||= Math.hypot(step.clientX - start.x, step.clientY - start.y) > SLACK;
      if (!moving) return;
      this.#drag = true;
      const to = this.#point(step, sheet);
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const wanted = pulls === "box"
        ? { ...field, x: field.x + dx, y: field.y + dy }
        : { ...field, width: Math.max(field.width + dx, 1), height: Math.max(field.height + dy, 1) };
      const near = step.altKey ? 0 : SLACK * to.scale;
      const { box, lines } = (pulls === "box" ? snapped : snappedCorner)(wanted, others, near);
      now = this.model.kept(box);
      this.#draw(target, now);
      this.#guide(sheet, lines);
    });
    const end = (keep) => () => {
      controller.abort();
      this.#guide(sheet, []);
      if (moving && keep) this.model.alter(field.id, now);
      else this.#draw(target, field);
      if (moving) this.resized(field.id);
      setTimeout(() => { this.#drag = null; }); // the click that ends a drag opens nothing
    };
    on("pointerup", end(true));
    on("pointercancel", end(false));
    on("keydown", (key) => { if (key.key === "Escape") end(false)(); });
  }

  #guide(sheet, lines) {
    for (const old of sheet.querySelectorAll(".guide")) old.remove();
    for (const { axis, at } of lines) {
      const line = make("span", { className: `guide guide-${axis}` });
      line.style.setProperty("--at", at);
      sheet.append(line);
    }
  }

  #loadLazily() {
    const watcher = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        target.src = target.dataset.src;
        watcher.unobserve(target);
      }
    }, { rootMargin: "100% 0%" });
    for (const picture of document.querySelectorAll(".leaf-sheet img")) watcher.observe(picture);
  }

  // The middle of what can be seen: where a field goes that is added without pointing.
  middle() {
    const visible = sheets.map((sheet) => {
      const box = sheet.getBoundingClientRect();
      return { sheet, box, top: Math.max(box.top, 0), bottom: Math.min(box.bottom, innerHeight) };
    });
    const { sheet, box, top, bottom } = visible.reduce((a, b) => (b.bottom - b.top > a.bottom - a.top ? b : a));
    const page = this.model.pages[sheets.indexOf(sheet)];
    const middle = bottom > top ? (top + bottom) / 2 - box.top : box.height / 2;
    return { page, x: page.width / 2, y: (middle * page.width) / box.width };
  }
}
