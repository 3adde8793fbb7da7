// Pages that only tell how things stand: local times, and moving on when something happens.

import { currentState } from "./api.js";
import { copied } from "./copy.js";
import { drop } from "./draft.js";
import { announce, byId, onReturn, turnOver } from "./dom.js";
import { localTimes } from "./times.js";
import { data, say } from "./words.js";

const FIRST = 2000;
const LONGEST = 60000;
const MOVES = new Set(["waiting", "signed"]);

localTimes();
drop();
onReturn(turnOver);
byId("copy")?.addEventListener("click", async () => {
  const head = byId("head");
  if (await copied(head.textContent)) {
    byId("copy").textContent = say("copied");
    announce(say("copied"));
  } else {
    getSelection().selectAllChildren(head);
  }
});
if (MOVES.has(data.state)) watch();

// Asks ever more rarely, and only while somebody looks.
function watch() {
  let wait = FIRST;
  let first = null;
  let timer = null;
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const { state, signed } = await currentState();
      first ??= signed;
      if (state !== data.state || signed !== first) {
        turnOver();
        return;
      }
    } catch { /* no connection: the next look tells */ }
    timer = setTimeout(look, wait);
    wait = Math.min(wait * 1.3, LONGEST);
  };
  document.addEventListener("visibilitychange", () => { wait = FIRST; look(); });
  look();
}
