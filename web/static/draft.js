// What was entered outlives a reload, a lost connection and this device: the server keeps it for the
// link until it is handed in, and this tab keeps what the server does not have yet.

import { movedOn, post, Refused } from "./api.js";
import { announce, turnOver } from "./dom.js";
import { data, say } from "./words.js";

const key = `sygn:${data.document}:${data.signer}`;
const PAUSE = 700;
const LATER = 8000;
const known = new Map(); // marks as they were last seen, by field id
const changed = new Set(); // ids of what the server does not have
let revision = data.draft?.revision ?? 0;
let all = [];
let timer = null;
let sending = null; // what is on its way
let over = true; // nothing is sent before consent, nor after the end
let open = null; // the field that is being edited
let refresh;

const written = (field) => JSON.stringify(field.mark);

// Fills the fields with what was entered before. `onNews` hears of what comes in later.
export function load(fields, onNews) {
  all = fields;
  refresh = onNews;
  const here = local();
  take(data.draft?.marks ?? {});
  for (const field of all.filter(({ id }) => here.changed?.includes(id))) {
    field.set(field.id in here.marks ? here.marks[field.id] : field.preset);
    changed.add(field.id);
  }
  addEventListener("visibilitychange", () => { if (document.hidden) send(); });
  addEventListener("online", send);
}

function take(marks) {
  for (const field of all) {
    if (field.id in marks && field !== open && !changed.has(field.id)) field.set(marks[field.id]);
    known.set(field.id, written(field));
  }
}

function local() {
  try { return JSON.parse(sessionStorage.getItem(key)) ?? {}; } catch { return {}; }
}

export function save(edited) {
  open = edited;
  for (const field of all) {
    if (field === open || known.get(field.id) === written(field)) continue;
    known.set(field.id, written(field));
    changed.add(field.id);
  }
  try {
    sessionStorage.setItem(key, JSON.stringify({ marks: marks(), changed: [...changed] }));
  } catch { /* storage is full or forbidden: nothing is kept here, all else works */ }
  if (changed.size) soon(PAUSE);
}

// What differs from what the page starts with: the day of today is not tomorrow's.
// What is being typed into the open field does not count yet.
function marks() {
  const found = {};
  for (const field of all) {
    const now = field === open ? known.get(field.id) : written(field);
    if (now !== JSON.stringify(field.preset)) found[field.id] = JSON.parse(now);
  }
  return found;
}

function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(send, wait);
}

function send() {
  clearTimeout(timer);
  if (over || sending || !changed.size) return;
  sending = deliver().then((wait) => {
    sending = null;
    if (changed.size) soon(wait);
  });
}

async function deliver() {
  const sent = [...changed];
  changed.clear();
  try {
    const answer = await post("/x/draft", { revision, marks: marks() }, { tries: 1, method: "PUT" });
    const kept = await answer.json();
    revision = kept.revision;
    if (kept.marks) merge(kept.marks, sent);
  } catch (error) {
    for (const id of sent) changed.add(id);
    if (movedOn(error)) turnOver();
    // Refused is what is too large, or not to be kept any more; this tab has it.
    over ||= error instanceof Refused && error.status < 500 && error.status !== 429;
    return LATER;
  }
  return PAUSE;
}

// Another page of this signer saved something meanwhile: what was not changed here is taken from
// there, and what was changed here counts, because it is the latest, and is sent again.
function merge(marks, mine) {
  for (const id of mine) changed.add(id);
  take(marks);
  announce(say("merged"));
  refresh();
}

// Waits until nothing is on its way and sends no more: what comes now ends the work, or is resumed.
export function hold() {
  over = true;
  clearTimeout(timer);
  return sending;
}

export function resume() {
  over = false;
  if (changed.size) soon(PAUSE);
}

// Nothing more is to be kept.
export function drop() {
  hold();
  try { sessionStorage.removeItem(key); } catch { /* there was none */ }
}
