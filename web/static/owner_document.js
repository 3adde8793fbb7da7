// The page of a document: times as the reader writes them, links copied without leaving it.

import { copied } from "./copy.js";
import { announce } from "./dom.js";
import { localTimes } from "./times.js";
import { ask } from "./owner_net.js";
import { say } from "./words.js";

localTimes();
for (const form of document.querySelectorAll(".link-form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    const shown = form.nextElementSibling;
    try {
      const body = new FormData(form, button);
      const { signing_url } = await ask(form.action, { method: "POST", body });
      const place = shown.querySelector("input");
      place.value = signing_url;
      shown.hidden = false;
      if (await copied(signing_url)) announce(say("owner_copied", { name: form.dataset.name }));
      else place.select();
    } catch {
      form.submit(); // the server's page tells what is wrong
    }
  });
}
