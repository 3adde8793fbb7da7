// Plain words into a field: read in the signer's manner, kept in the one form that the PDF has.

import { sizeOf } from "./marks.js";
import { say } from "./words.js";

const SMALLEST = 6;
const sign = (type) => new Intl.NumberFormat(document.documentElement.lang).formatToParts(12345.6).find((part) => part.type === type)?.value ?? "";

// "1.234,50" in German and "1,234.50" in English are both "1234.50".
export function plainNumber(text) {
  const bare = text.replace(/[\s\u00a0\u202f']/g, "").replace("−", "-");
  const [group, point] = [sign("group"), sign("decimal")];
  const parts = bare.split(point);
  const grouped = group && /^-?\d{1,3}(.\d{3})+$/.test(parts[0]);
  if (grouped) parts[0] = parts[0].split(group).join("");
  const number = parts.join(".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(number) ? number : null;
}

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
