// Marks as the finished PDF will show them: the same fitting, drawn in points of the page.

import { vector } from "./dom.js";
import { fitted, written } from "./hand.js";

const PAD = 10000;
const BLUE = "#0b1f5c";
const SCRIPT = { className: "script", largest: 30, share: 0.92, colour: BLUE };
const PRINT = { className: "print", largest: 11, share: 0.8, colour: "#111111" };
const LEADING = 1.2;

export const isAdopted = (type) => type === "signature" || type === "initials";

// Returns an element that shows the mark in a box of width x height points, or null.
export function picture(mark, type, width, height) {
  if (!mark) return null;
  switch (mark.kind) {
    case "typed": return mark.text ? typed(mark, isAdopted(type), width, height) : null;
    case "drawn": return drawn(mark, width, height);
    case "ticked": return mark.on ? (type === "radio" ? dot : tick)(width, height) : null;
    case "upload": return uploaded(mark, width, height);
    default: return null;
  }
}

const frame = (width, height, ...children) => vector(
  "svg", { class: "made", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", preserveAspectRatio: "xMinYMax meet" },
  ...children,
);

function typed({ text, look }, adopted, width, height) {
  if (!adopted || !look) return frame(width, height, ...lines(text, adopted ? SCRIPT : PRINT, width, height));
  const made = frame(width, height);
  written(text).then((answer) => {
    const outline = answer?.outlines[answer.looks[look].shown_in];
    made.append(...(outline ? [fitted(outline, width, height, BLUE)] : lines(text, SCRIPT, width, height)));
  });
  return made;
}

// On one line resting on the bottom of the box, or on several if the letters are larger that way.
function lines(text, face, width, height) {
  const one = Math.min(face.largest, height * face.share, width / Math.max(widthOf(text, face), 0.01));
  const several = wrapped(text, face, width, height);
  if (!text.includes("\n") && one >= several.size) {
    return [line(text, face, one, height - Math.min(0.24 * one, height * 0.2))];
  }
  const { rows, size } = several;
  return rows.map((row, i) => line(row, face, size, (LEADING * i + 0.94) * size));
}

// The size in points that a plain text gets in a box.
export function sizeOf(text, width, height) {
  return Number(lines(text, PRINT, width, height)[0].getAttribute("font-size"));
}

function line(text, face, size, baseline) {
  const words = vector("text", { class: face.className, x: 0, y: baseline, "font-size": size, fill: face.colour });
  words.textContent = text;
  return words;
}

function wrapped(text, face, width, height) {
  let size = Math.min(face.largest, height / LEADING);
  let rows = rowsOf(text, face, width / size);
  while (size > 0.5 && rows.length * LEADING * size > height) {
    size *= 0.93;
    rows = rowsOf(text, face, width / size);
  }
  return { rows, size };
}

// Breaks between words; within a word only where it is wider than the whole line.
function rowsOf(text, face, width) {
  const rows = [];
  for (const paragraph of text.split("\n")) {
    let row = "";
    for (const word of paragraph.split(/(?<=[\s-])/)) {
      if (row && widthOf((row + word).trimEnd(), face) > width) {
        rows.push(row);
        row = "";
      }
      row += word;
      while (row.length > 1 && widthOf(row.trimEnd(), face) > width) {
        let cut = row.length - 1;
        while (cut > 1 && widthOf(row.slice(0, cut), face) > width) cut -= 1;
        rows.push(row.slice(0, cut));
        row = row.slice(cut);
      }
    }
    rows.push(row);
  }
  return rows;
}

// Width at a size of 1; measured large, because browsers round.
const widths = new Map();
function widthOf(text, face) {
  const key = face.className + text;
  if (!widths.has(key)) {
    const words = line(text, face, 100, 0);
    const probe = vector("svg", { class: "unseen" }, words);
    document.body.append(probe);
    widths.set(key, words.getComputedTextLength() / 100);
    probe.remove();
  }
  return widths.get(key);
}

function drawn(mark, width, height) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y, w] of mark.strokes.flat()) {
    left = Math.min(left, x - w / 2);
    right = Math.max(right, x + w / 2);
    top = Math.min(top, y - w / 2);
    bottom = Math.max(bottom, y + w / 2);
  }
  const scale = Math.min(
    (width * 0.94) / Math.max(right - left, PAD / 8),
    (height * 0.94) / Math.max(bottom - top, mark.height / 4),
  );
  const x0 = width * 0.03 - left * scale;
  const y0 = height * 0.97 - bottom * scale;
  const ink = vector("g", { fill: "none", stroke: BLUE, "stroke-linecap": "round", "stroke-linejoin": "round" });
  for (const stroke of mark.strokes) {
    const placed = stroke.map(([x, y, w]) => [x0 + x * scale, y0 + y * scale, Math.max(w * scale, 0.45)]);
    for (const [line, thickness] of curves(placed)) {
      ink.append(vector("path", { d: line, "stroke-width": thickness.toFixed(2) }));
    }
  }
  return frame(width, height, ink);
}

// Catmull-Rom through the points; neighbours of almost the same thickness share a path.
export function curves(points) {
  const round = (number) => number.toFixed(2);
  if (points.length === 1) {
    const [x, y, w] = points[0];
    return [[`M${round(x)} ${round(y)}h0.01`, w]];
  }
  const paths = [];
  for (let i = 0; i < points.length - 1; i += 1) {
    const [x1, y1, w1] = points[i];
    const [x2, y2, w2] = points[i + 1];
    const [bx, by] = points[Math.max(i - 1, 0)];
    const [ax, ay] = points[Math.min(i + 2, points.length - 1)];
    const curve = `C${[x1 + (x2 - bx) / 6, y1 + (y2 - by) / 6, x2 - (ax - x1) / 6, y2 - (ay - y1) / 6, x2, y2].map(round).join(" ")}`;
    const width = (w1 + w2) / 2;
    const last = paths.at(-1);
    if (last && Math.abs(last[1] - width) < last[1] * 0.06) last[0] += curve;
    else paths.push([`M${round(x1)} ${round(y1)}${curve}`, width]);
  }
  return paths;
}

function dot(width, height) {
  return frame(width, height, vector("circle", { cx: width / 2, cy: height / 2, r: Math.min(width, height) * 0.28, fill: BLUE }));
}

function tick(width, height) {
  const side = Math.min(width, height) * 0.76;
  const x = (width - side) / 2;
  const y = (height + side) / 2;
  const at = (u, v) => `${x + u * side} ${y - v * side}`;
  return frame(width, height, vector("path", {
    d: `M${at(0.05, 0.48)}L${at(0.36, 0.12)}L${at(0.95, 0.9)}`, fill: "none", stroke: BLUE,
    "stroke-width": side * 0.13, "stroke-linecap": "round", "stroke-linejoin": "round",
  }));
}

function uploaded(mark, width, height) {
  return frame(width, height, vector("image", {
    href: `data:image/png;base64,${mark.data}`, width, height, preserveAspectRatio: "xMinYMax meet",
  }));
}
