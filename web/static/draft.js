// What was entered survives a reload: kept in this tab only, gone when the tab or the work ends.

import { data } from "./words.js";

const key = `sygn:${data.document}:${data.signer}`;

export function load() {
  try { return JSON.parse(sessionStorage.getItem(key)) ?? {}; } catch { return {}; }
}

export function save(fields) {
  try {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((field) => [field.id, field.mark]))));
  } catch { /* storage is full or forbidden: nothing is kept, all else works */ }
}

export function drop() {
  try { sessionStorage.removeItem(key); } catch { /* there was none */ }
}
