// The document as text, under each page: for screen readers, and for eyes that want larger letters.

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
    for (const page of document.querySelectorAll(".page")) {
      const words = make("div", { className: "words", dir: "auto", tabIndex: -1, textContent: say("reading") });
      page.querySelector(".sheet").after(words);
      shown.set(page, words);
      near.observe(words);
    }
    shown.values().next().value?.focus();
  };
  for (const button of buttons) button.addEventListener("click", toggle);
}

async function fill(words) {
  try {
    const answer = await fetch(words.closest(".page").dataset.text);
    if (!answer.ok) throw new Error(String(answer.status));
    words.textContent = (await answer.text()).trim() || say("text_none");
  } catch {
    words.textContent = say("text_failed");
  }
}
