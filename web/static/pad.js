// A pad to draw on. Strokes are kept in units of the pad (10,000 across), never in pixels: they
// survive turning the phone, and the server stamps them as curves.

import { curves } from "./marks.js";

const UNITS = 10000;
const THIN = 38;
const THICK = 130;
const NEAR = 12; // units; closer points add size and no shape

export class Pad {
  constructor(host, onChange) {
    this.host = host;
    this.canvas = host.querySelector("canvas");
    this.onChange = onChange;
    this.strokes = [];
    this.height = 4000;
    this.pen = null;
    this.context = null;
    try { this.context = this.canvas.getContext("2d"); } catch { /* blocked: `usable` says so */ }
    this.canvas.addEventListener("pointerdown", (event) => this.#start(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.canvas.addEventListener(end, (event) => this.#end(event));
    }
    new ResizeObserver(() => this.redraw()).observe(host);
  }

  get usable() { return this.context !== null; }
  get empty() { return this.strokes.length === 0; }

  // Returns the drawing as a mark, or null.
  mark() {
    return this.empty ? null : { kind: "drawn", height: this.height, strokes: this.strokes };
  }

  // A dot or one straight dash is more often a slip than a signature.
  get tooSimple() {
    return this.strokes.length < 3 && this.strokes.every(isStraight);
  }

  undo() { this.strokes = this.strokes.slice(0, -1); this.#changed(); }

  // Begins anew, or goes on with a drawing that was made before, perhaps on a pad of another shape.
  show({ strokes = [], height = this.height } = {}) {
    Object.assign(this, { strokes, height });
    this.#changed();
  }

  redraw() {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!this.usable || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    if (this.empty) this.height = Math.round((UNITS * height) / width);
    for (const stroke of this.strokes) this.#ink(stroke);
  }

  #ink(stroke) {
    const scale = this.canvas.width / UNITS;
    const { context } = this;
    context.strokeStyle = "#0b1f5c";
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const [line, width] of curves(stroke.map(([x, y, w]) => [x * scale, y * scale, w * scale]))) {
      context.lineWidth = Math.max(width, 1);
      context.stroke(new Path2D(line));
    }
  }

  #start(event) {
    if (this.pen !== null || (event.pointerType === "mouse" && event.button !== 0)) return;
    event.preventDefault();
    try { this.canvas.setPointerCapture(event.pointerId); } catch { /* the pointer is gone already */ }
    this.pen = { id: event.pointerId, width: (THIN + THICK) / 2, time: event.timeStamp };
    this.strokes = [...this.strokes, [this.#point(event, this.pen.width)]];
    this.#changed();
  }

  #move(event) {
    if (this.pen?.id !== event.pointerId) return;
    event.preventDefault();
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const one of moves.length > 0 ? moves : [event]) this.#add(one);
    const stroke = this.strokes.at(-1);
    this.#ink(stroke.slice(-6));
  }

  #add(event) {
    const stroke = this.strokes.at(-1);
    const [x, y] = this.#point(event, 0);
    const [px, py] = stroke.at(-1);
    const far = Math.hypot(x - px, y - py);
    if (far < NEAR) return;
    const spent = Math.max(event.timeStamp - this.pen.time, 1);
    // A pen tells its pressure; with finger and mouse a fast line is a thin line.
    const presses = event.pointerType === "pen" && event.pressure > 0;
    const wish = presses
      ? THIN + (THICK - THIN) * event.pressure
      : THICK - (THICK - THIN) * Math.min(1, far / spent / 45);
    this.pen.width += (wish - this.pen.width) * 0.3;
    this.pen.time = event.timeStamp;
    stroke.push([x, y, Math.round(this.pen.width)]);
  }

  #end(event) {
    if (this.pen?.id !== event.pointerId) return;
    this.pen = null;
    this.redraw();
    this.#changed();
  }

  #point(event, width) {
    const box = this.canvas.getBoundingClientRect();
    const limit = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
    return [
      limit(((event.clientX - box.left) / box.width) * UNITS, UNITS),
      limit(((event.clientY - box.top) / box.height) * this.height, this.height),
      Math.round(width),
    ];
  }

  #changed() {
    if (this.pen === null) this.redraw();
    this.host.classList.toggle("inked", !this.empty);
    this.onChange();
  }
}

function isStraight(stroke) {
  const [x1, y1] = stroke[0];
  const [x2, y2] = stroke.at(-1);
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  return stroke.every(([x, y]) => Math.abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length < 60);
}
