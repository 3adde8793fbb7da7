// Names in handwriting, as the server draws them: the PDF gets the same shapes.

import { lookUp } from "./api.js";
import { vector } from "./dom.js";

const known = new Map();

// Resolves to the shapes of a name in every look, or to null without a connection.
export function written(text) {
  if (!known.has(text)) {
    known.set(text, lookUp(`/x/looks?text=${encodeURIComponent(text)}`).catch(() => {
      known.delete(text);
      return null;
    }));
  }
  return known.get(text);
}

// An outline in a box of width x height points: at the left, its line near the bottom.
export function fitted({ path, left, right, up, down }, width, height, fill) {
  const scale = Math.min(44 / 1000, (width * 0.94) / Math.max(right - left, 1), (height * 0.94) / (up + down));
  const x = width * 0.03 - left * scale;
  const y = height * 0.97 - down * scale;
  return vector("path", { d: path, fill, transform: `translate(${x} ${y}) scale(${scale})` });
}
