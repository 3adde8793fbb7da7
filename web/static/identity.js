// The gate's forms work by themselves; a second press must not use a code up twice.

import { byId, onReturn } from "./dom.js";

byId("code")?.focus();
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// Whoever comes back with the browser's arrow finds forms that work again.
onReturn(() => { for (const form of document.forms) delete form.dataset.sent; });
