// Tells the page that shows us in a frame that its signer is done; never tells anybody else.

import { data } from "./words.js";

export function tellParent({ document, signer }) {
  if (window.parent === window) return;
  for (const origin of parents()) {
    window.parent.postMessage({ type: "cybersygn:complete", document, signer }, origin);
  }
}

// The allowed origins, or the one among them that the browser names as our parent.
function parents() {
  const named = location.ancestorOrigins?.[0];
  const allowed = [location.origin, ...data.embed];
  return named ? allowed.filter((origin) => origin === named) : data.embed;
}
