// Asks the server to fetch the PDF for the person who gave name and address, and goes on to signing.

import { excuse, post } from "./api.js";
import { byId } from "./dom.js";
import { say } from "./words.js";

const form = byId("who");
const button = form.querySelector("button");
const words = button.textContent;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  busy(true);
  byId("error").textContent = "";
  const { pdf, title, source } = form.dataset;
  try {
    // Not repeated on its own: each call makes a document.
    const answer = await post("/embed/start", {
      pdf, title, source, name: byId("name").value, email: byId("email").value,
    }, { tries: 1 });
    location.replace((await answer.json()).signing_url);
  } catch (problem) {
    busy(false);
    byId("error").textContent = excuse(problem);
  }
});

function busy(is) {
  button.setAttribute("aria-busy", String(is));
  button.textContent = is ? say("reading") : words;
}
