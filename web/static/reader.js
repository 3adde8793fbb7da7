// The document: pages far down, which come when the first is on screen, and its text under each page.

import { make } from "./dom.js";
import { say } from "./words.js";

export function setUpReader() {
  const buttons = document.querySelectorAll("[data-as-text]");
  const shown = new Map();
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      fill(target);
    }
  }, { rootMargin: "200% 0px" });

  const toggle = () => {
    const on = shown.size === 0;
    for (const button of buttons) button.setAttribute("aria-pressed", String(on));
    if (!on) {
      for (const words of shown.values()) words.remove();
      shown.clear();
      return;
    }
    putInFarPages();
    for (const page of document.querySelectorAll(".page")) {
      const words = make("div", { className: "words", dir: "auto", tabIndex: -1, textContent: say("reading") });
      page.querySelector(".sheet").after(words);
      shown.set(page, words);
      near.observe(words);
    }
    shown.values().next().value?.focus();
  };
  for (const button of buttons) button.addEventListener("click", toggle);
  addEventListener("load", () => setTimeout(putInFarPages, 50));
}

function putInFarPages() {
  for (const place of document.querySelectorAll(".far")) {
    const { shape, first, alone, counted, addresses } = place.dataset;
    place.replaceWith(...addresses.split(" ").map((address, index) => {
      const number = Number(first) + index;
      return make("figure", { className: `page ${shape}`, id: `page-${number}` },
        make("div", { className: "sheet bare" },
          make("img", { loading: "lazy", alt: alone.replace("#", number), src: `${address}.webp` })),
        make("figcaption", { textContent: counted.replace("#", number) }));
    }));
  }
}

async function fill(words) {
  try {
    const answer = await fetch(words.closest(".page").querySelector("img").src.replace(/webp$/, "txt"));
    if (!answer.ok) throw new Error(String(answer.status));
    words.textContent = (await answer.text()).trim() || say("text_none");
  } catch {
    words.textContent = say("text_failed");
  }
}
