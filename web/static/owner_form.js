// A new document: files dropped on the page, people added, taken away and put in order.

import { byId, make, onReturn, turnOver } from "./dom.js";
import { ask, calm, complain } from "./owner_net.js";
import { data, say } from "./words.js";

const form = byId("form");
const people = byId("people");
const pdf = byId("pdf");
const most = 20;
const toolWords = {
  owner_up: () => [say("owner_up"), "↑"],
  owner_down: () => [say("owner_down"), "↓"],
  owner_remove: () => [say("owner_remove"), "×"],
};

for (const row of [...people.children].slice(1)) {
  if (![...row.querySelectorAll("input")].some((input) => input.value)) row.remove();
}
number();

byId("add").addEventListener("click", () => {
  const row = people.lastElementChild.cloneNode(true);
  for (const input of row.querySelectorAll("input")) input.value = "";
  row.querySelector("select").selectedIndex = 0;
  people.append(row);
  number();
  row.querySelector("[name=name]").focus();
});

function number() {
  const rows = [...people.children];
  rows.forEach((row, index) => {
    const legend = row.querySelector("legend");
    const role = row.querySelector("[name=role]").value;
    const words = say("owner_signer", { n: index + 1 });
    legend.textContent = role ? `${words}: ${role}` : words;
    row.querySelector(".row-tools").replaceChildren(
      tool("owner_up", index, index > 0, () => move(row, row.previousElementSibling)),
      tool("owner_down", index, index < rows.length - 1, () => move(row.nextElementSibling, row)),
      tool("owner_remove", index, rows.length > 1, () => remove(row)),
    );
  });
  byId("add").disabled = rows.length >= most;
}

function tool(name, index, usable, act) {
  const [words, sign] = toolWords[name]();
  const button = make("button", { type: "button", className: "second small", textContent: sign, disabled: !usable });
  button.ariaLabel = `${words}: ${say("owner_signer", { n: index + 1 })}`;
  button.dataset.tool = name;
  button.addEventListener("click", act);
  return button;
}

function move(row, before) {
  people.insertBefore(row, before);
  const turns = [...people.querySelectorAll("[name=order]")];
  const sorted = turns.map((input) => input.value).sort((a, b) => Number(a) - Number(b));
  turns.forEach((input, index) => { input.value = sorted[index]; });
  number();
  row.querySelector("[name=name]").focus();
}

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  number();
  next.querySelector("[name=name]").focus();
}

if (pdf) {
  const drop = byId("drop");
  const over = (on) => (event) => { event.preventDefault(); drop.classList.toggle("over", on); };
  document.addEventListener("dragover", over(true));
  document.addEventListener("dragleave", over(false));
  document.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length) {
      pdf.files = event.dataTransfer.files;
      tell();
    }
  });
  pdf.addEventListener("change", tell);
}

function tell() {
  const names = [...pdf.files].map((file) => file.name);
  byId("chosen").replaceChildren(...names.map((name) => make("li", { dir: "auto", textContent: name })));
  byId("title").placeholder = names[0]?.replace(/\.pdf$/i, "") ?? "";
}

onReturn(turnOver);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const go = byId("go");
  if (go.ariaBusy === "true") return;
  go.ariaBusy = "true";
  const said = go.textContent;
  if (!data.saved) go.textContent = say("owner_looking");
  calm();
  try {
    const { location: next } = await ask(form.action, { method: "POST", body: new FormData(form) });
    location.assign(next);
  } catch (error) {
    go.ariaBusy = null;
    go.textContent = said;
    complain(error);
  }
});
