// Asking the server; what it refuses is told where the person works, and nothing typed is lost.

import { byId, make } from "./dom.js";
import { data, say } from "./words.js";

export class Refused extends Error {
  constructor({ message, hint }) {
    super(message);
    this.hint = hint;
  }
}

export async function ask(address, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  let answer;
  try {
    answer = await fetch(address, { ...options, headers });
  } catch {
    throw new Refused({ message: say("owner_connection") });
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused({ message: body.message ?? say("owner_failed"), hint: body.hint });
  return body;
}

export function post(address, body) {
  const headers = { "Content-Type": "application/json", "X-Owner-Proof": data.proof };
  return ask(address, { method: "POST", headers, body: JSON.stringify(body) });
}

export function complain(error) {
  if (!(error instanceof Refused)) throw error;
  const words = make("p", { dir: "auto" }, make("strong", { textContent: error.message }));
  const box = make("div", { className: "alert", role: "alert", tabIndex: -1 }, words);
  if (error.hint) box.append(make("p", { dir: "auto", textContent: error.hint }));
  byId("alert").replaceChildren(box);
  box.focus();
  box.scrollIntoView({ block: "center" });
}

export function calm() {
  byId("alert").replaceChildren();
}
