// The API reference: puts the reader's key into the examples, and runs what changes nothing.

const PLACEHOLDER = "cs_live_xxx";
const field = document.getElementById("key");
const examples = [...document.querySelectorAll("[data-example]")].map((node) => ({ node, text: node.textContent }));

document.getElementById("key-form").addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("input", () => {
  const key = field.value.trim() || PLACEHOLDER;
  for (const { node, text } of examples) node.textContent = text.replaceAll(PLACEHOLDER, key);
});

for (const button of document.querySelectorAll("[data-run]")) {
  const outcome = button.closest(".route").querySelector(".outcome");
  button.addEventListener("click", async () => {
    outcome.hidden = false;
    outcome.textContent = "…";
    try {
      const key = field.value.trim();
      const answer = await fetch(button.dataset.run, { headers: key ? { Authorization: `Bearer ${key}` } : {} });
      outcome.textContent = `${answer.status}\n${JSON.stringify(await answer.json(), null, 2)}`;
    } catch {
      outcome.textContent = "There is no connection to the server.";
    }
  });
}
