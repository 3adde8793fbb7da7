// Saying no, with a reason.

import { excuse, movedOn, post } from "./api.js";
import { byId, turnOver } from "./dom.js";
import * as draft from "./draft.js";
import { say } from "./words.js";

export function setUpDecline() {
  const dialog = byId("decline");
  const reason = byId("reason");
  const error = byId("decline-error");
  byId("decline-open").addEventListener("click", () => { dialog.showModal(); reason.focus(); });
  byId("decline-cancel").addEventListener("click", () => dialog.close());
  byId("decline-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!reason.value.trim()) {
      error.textContent = say("missing");
      reason.focus();
      return;
    }
    error.textContent = "";
    try {
      await post("/x/decline", { reason: reason.value });
      draft.drop();
      turnOver();
    } catch (problem) {
      if (movedOn(problem)) turnOver();
      else error.textContent = excuse(problem);
    }
  });
}
