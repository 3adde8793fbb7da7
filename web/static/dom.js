// Small helpers for building the page; nothing here ever parses HTML.

export const byId = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function vector(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Lets the server draw what the page has become, from its top.
export function turnOver() {
  history.scrollRestoration = "manual";
  location.reload();
}

// What the browser kept of a page when it was left would show what was true then.
export function onReturn(act) {
  addEventListener("pageshow", ({ persisted }) => { if (persisted) act(); });
}

export const isBusy = (button) => button.getAttribute("aria-busy") === "true";

// What is being sent cannot be called back: meanwhile a dialog offers nothing but to wait for it.
export function setBusy(button, busy) {
  button.setAttribute("aria-busy", String(busy));
  if (busy) button.focus();
  for (const one of button.closest("dialog")?.querySelectorAll("button, input, textarea") ?? []) one.inert = busy && one !== button;
}

// Screen readers say it; nobody sees it.
export function announce(text) {
  const status = byId("status");
  status.textContent = "";
  // An equal text is not said again unless the element was empty in between.
  requestAnimationFrame(() => { status.textContent = text; });
}
