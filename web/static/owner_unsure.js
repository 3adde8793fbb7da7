// Places that detection was not sure of, offered apart.

import { announce, byId, make } from "./dom.js";
import { ask } from "./owner_net.js";
import { data, say } from "./words.js";

export async function offerUnsure(model, add) {
  let found;
  try {
    found = await ask(`${data.at}/unsure`);
  } catch {
    return; // an offer only: the page works without
  }
  const show = () => {
    byId("unsure").hidden = !found.length;
    byId("unsure-title").textContent = say("owner_unsure", { n: found.length });
    byId("unsure-list").replaceChildren(...found.map(line));
  };
  const take = (some) => {
    const placed = add(some.map(({ type, file, page, x, y, width, height, label }) => ({
      type, file, page, x, y, width, height, label, required: type === "signature",
    })));
    found = found.filter((one) => !some.includes(one));
    show();
    // The button that was pressed is gone; the focus goes to the next one, or to what was placed.
    if (found.length) byId("unsure-list").querySelector("button").focus();
    else placed.focus();
    announce(say("owner_taken", { n: some.length }));
  };
  function line(one) {
    const page = model.pages.findIndex(({ file, page: number }) => file === one.file && number === one.page) + 1;
    const none = say("owner_no_label");
    const words = say("owner_offer", { type: data.types[one.type], label: one.label || none, page });
    const button = make("button", { type: "button", className: "second small", textContent: say("owner_add") });
    button.ariaLabel = `${say("owner_add")}: ${words}`;
    button.addEventListener("click", () => take([one]));
    return make("li", {}, make("span", { dir: "auto", textContent: words }), make("small", { textContent: one.reason, dir: "auto" }), button);
  }
  byId("unsure-all").addEventListener("click", () => take(found));
  show();
}
