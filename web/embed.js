// What /embed.js is: signing in a dialog on somebody else's page.
//
//   <script src="https://sign.example.com/embed.js"></script>
//   <button data-cybersygn-sign="SIGNING_URL">Sign</button>
//
// An element's value is a signing URL, or the address of a PDF on an origin that the server allows;
// then whoever clicks signs that PDF alone. Elements that are added later work as well. Both the
// page's listeners for `message` and those for the event `cybersygn:complete` hear of a signature.
// It is a classic script, makes no request of its own and leaves nothing but `CyberSygn` behind.

(() => {
  "use strict";
  if (window.CyberSygn) return; // the tag stands in the page twice

  const server = new URL(document.currentScript.src).origin;
  const COMPLETE = "cybersygn:complete";
  const STYLE = `
    dialog { box-sizing: border-box; padding: 0; border: 0; overflow: hidden;
      width: var(--cybersygn-width, min(70rem, 96vw)); height: var(--cybersygn-height, 94vh);
      height: var(--cybersygn-height, 94dvh); max-width: 100vw; max-height: 100dvh;
      border-radius: var(--cybersygn-radius, 12px); background: Canvas; color: CanvasText;
      box-shadow: 0 12px 48px rgb(0 0 0 / .35); }
    dialog::backdrop { background: var(--cybersygn-backdrop, rgb(15 23 42 / .6)); }
    div { display: flex; flex-direction: column; width: 100%; height: 100%; }
    header { display: flex; align-items: center; justify-content: space-between; gap: 1rem;
      padding: .25rem .25rem .25rem 1rem; font: 600 1rem/1.4 system-ui, sans-serif; }
    h2 { margin: 0; font: inherit; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    button { flex: none; width: 44px; height: 44px; border: 0; border-radius: 8px; font: 1.5rem/1 system-ui;
      background: none; color: inherit; cursor: pointer; }
    button:hover { background: color-mix(in srgb, currentColor 12%, transparent); }
    button:focus-visible { outline: 3px solid Highlight; outline-offset: -3px; }
    iframe { flex: 1; width: 100%; border: 0; background: white; }
    @media (max-width: 40rem) {
      dialog { width: 100vw; height: 100vh; height: 100dvh; border-radius: 0; }
    }`;
  let shown = null;

  function open(what, options = {}) {
    close();
    const launcher = options.launcher ?? null;
    const host = document.createElement("cybersygn-dialog");
    for (const name of ["backdrop", "width", "height", "radius"]) {
      if (options.theme?.[name]) host.style.setProperty(`--cybersygn-${name}`, options.theme[name]);
    }
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet(); // a page that forbids inline styles allows this
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];

    const title = make("h2", { id: "title", textContent: options.title ?? "Sign the document" });
    const leave = make("button", { type: "button", textContent: "×" });
    leave.setAttribute("aria-label", options.closeLabel ?? "Close");
    const frame = make("iframe", {
      title: options.title ?? "Sign the document",
      src: address(what, options),
      allow: "clipboard-read; clipboard-write; camera",
      referrerPolicy: "strict-origin-when-cross-origin",
    });
    const dialog = make("dialog", {}, make("div", {}, make("header", {}, title, leave), frame));
    dialog.setAttribute("aria-labelledby", "title");
    root.append(dialog);
    document.body.append(host);

    const opened = { complete: false };
    shown = { close: () => dialog.close(), opened };
    const hear = (event) => {
      // Whoever else is in a frame of this page can post the same words.
      if (event.source !== frame.contentWindow || event.origin !== server) return;
      if (event.data?.type !== COMPLETE || opened.complete) return;
      opened.complete = true;
      const { document: id, signer } = event.data;
      const detail = { type: COMPLETE, document: id, signer };
      (launcher ?? document).dispatchEvent(new CustomEvent(COMPLETE, { detail, bubbles: true }));
      options.onComplete?.(detail);
    };
    window.addEventListener("message", hear);
    leave.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => {
      window.removeEventListener("message", hear);
      host.remove();
      if (shown?.opened === opened) shown = null;
      launcher?.focus?.();
      options.onClose?.({ complete: opened.complete });
    });
    dialog.showModal();
    return { close: () => dialog.close() };
  }

  function close() {
    shown?.close();
  }

  // A signing URL is shown as it is; anything else is a PDF that the server is to fetch.
  function address(what, options) {
    const url = new URL(what, document.baseURI);
    if (url.origin === server && url.pathname === "/x") return url.href;
    const start = new URL("/embed/sign", server);
    start.searchParams.set("pdf", url.href);
    for (const name of ["name", "email", "title", "source"]) {
      if (options[name]) start.searchParams.set(name, options[name]);
    }
    return start.href;
  }

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function launch(element) {
    const { cybersygnSign, cybersygnSource, cybersygnName, cybersygnEmail, cybersygnTitle } = element.dataset;
    open(cybersygnSign, {
      launcher: element,
      source: cybersygnSource,
      name: cybersygnName,
      email: cybersygnEmail,
      title: cybersygnTitle,
    });
  }

  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-cybersygn-sign]");
    if (!element || element.disabled || event.defaultPrevented) return;
    event.preventDefault(); // a link stays on the page
    launch(element);
  });
  document.addEventListener("keydown", (event) => {
    const element = event.target;
    if ((event.key !== "Enter" && event.key !== " ") || !element.matches?.("[data-cybersygn-sign]")) return;
    if (element.matches("button, a[href], input, summary")) return; // these click by themselves
    event.preventDefault();
    launch(element);
  });

  window.CyberSygn = Object.freeze({ open, close });
})();
