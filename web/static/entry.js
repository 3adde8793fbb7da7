// Plain words into a field: read in the signer's manner, kept in the one form that the PDF has.

import { sizeOf } from "./marks.js";
import { plainNumber } from "./numbers.js";
import { say } from "./words.js";

const SMALLEST = 6;

// Returns the words as they are kept, or what is wrong with them.
export function read(field, input) {
  const text = input.value.trim();
  if (!text) return { text };
  if (field.type === "email") return input.validity.valid ? { text } : { text, wrong: say("no_email") };
  if (field.type !== "number") return { text };
  const number = plainNumber(text);
  if (number === null) return { text, wrong: say("no_number") };
  const digits = number.split(".")[1]?.replace(/0+$/, "").length ?? 0;
  const { least, most, decimals } = field;
  const wrong = (decimals && digits > Number(decimals) && say("digits", { n: Number(decimals) }))
    || (least && Number(number) < Number(least) && say("at_least", { n: least }))
    || (most && Number(number) > Number(most) && say("at_most", { n: most }));
  const fixed = decimals && !wrong ? Number(number).toFixed(Number(decimals)) : number;
  return { text: fixed.length > 15 ? number : fixed, wrong };
}

// How long a text may be and is, and whether it would be too small to read in its place.
export function remark({ longest, type, mark, width, height }, input) {
  const count = longest && type === "text" ? `${input.value.length} / ${longest}` : "";
  const tiny = mark?.text && sizeOf(mark.text, width, height) < SMALLEST ? say("tiny") : "";
  return [count, tiny].filter(Boolean).join(" · ");
}
