// Calls to the server. The link's token goes in a header, so no other page can make them.

import { say, token } from "./words.js";

export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

export class Refused extends Error {
  constructor(status, body) {
    super(body.message ?? "");
    this.status = status;
    this.code = body.error ?? "";
  }
}

const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

async function call(path, options) {
  const answer = await fetch(path, {
    cache: "no-store",
    ...options,
    headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang, "X-Signing-Token": token, ...options.headers },
  });
  if (answer.ok) return answer;
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

// Every call may be repeated: the server records the same thing once. So a lost connection or a
// busy server is met by trying again; `onRetry` tells the person that it takes a moment longer.
export async function post(path, body = {}, { tries = 4, onRetry = () => {}, method = "POST" } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(path, {
        method,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...body, time_zone: timeZone }),
      });
    } catch (error) {
      const passing = !(error instanceof Refused) || error.status >= 502;
      if (!passing || attempt === tries) throw error;
      onRetry();
      await pause(700 * 2 ** (attempt - 1));
    }
  }
}

// What is the same whenever it is asked, so that the browser may keep it.
export const lookUp = async (path) => (await call(path, { cache: "default" })).json();

export const currentState = async () => (await call("/x/state", {})).json();

// Whether the page has another face by now, which the server draws. A gateway's own 404 has no code.
export const movedOn = ({ status, code }) => code && code !== "conflict" && [401, 404, 409, 410].includes(status);

// What to tell the person after a call failed.
export const excuse = (error) => (error instanceof Refused && error.message) || say("connection");
