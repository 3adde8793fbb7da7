// What a field is: its type, person, label, and its exact place.

import { byId, make } from "./dom.js";
import { localNumber, plainNumber } from "./numbers.js";
import { data, say } from "./words.js";

const EXTRAS = ["group", "options", "minimum", "maximum", "decimals", "max_length", "value", "editable", "read_only"];
const inputs = ["type", "signer", "label", "required", "x", "y", "width", "height", "options", "group", "minimum", "maximum"];
const part = (name) => byId(`f-${name}`);

export class Panel {
  constructor(model, { back, removed }) {
    this.model = model;
    for (const [type, words] of Object.entries(data.types)) part("type").append(new Option(words, type));
    model.signers.forEach((one, index) => part("signer").append(new Option(`${index + 1}. ${one.name}`, one.id)));
    for (const name of inputs) part(name).addEventListener("change", () => this.#changed(name));
    part("back").addEventListener("click", () => back(model.chosen));
    part("delete").addEventListener("click", () => removed(model.chosen));
    byId("panel").addEventListener("keydown", (event) => { if (event.key === "Escape") back(model.chosen); });
    for (const kind of ["change", "choose"]) model.addEventListener(kind, () => this.show());
  }

  show() {
    const field = this.model.get(this.model.chosen);
    byId("panel").hidden = !field;
    if (!field) return;
    byId("panel-title").textContent = field.label || data.types[field.type];
    for (const name of ["type", "signer", "label", "group"]) part(name).value = field[name] ?? "";
    for (const name of ["minimum", "maximum"]) part(name).value = localNumber(field[name] ?? "");
    for (const name of ["x", "y", "width", "height"]) part(name).value = String(Math.round(field[name] * 10) / 10);
    part("options").value = (field.options ?? []).join("\n");
    part("required").checked = field.required;
    part("options").closest("p").hidden = field.type !== "select";
    byId("limits").hidden = field.type !== "number";
    part("group").closest("p").hidden = field.type !== "radio";
  }

  focus() { part("type").focus(); }

  #changed(name) {
    const id = this.model.chosen;
    const value = part(name).value;
    if (!this.model.get(id)) return;
    if (name === "type") this.#retype(id, value);
    else if (name === "required") this.model.alter(id, { required: part("required").checked });
    else if (name === "options") this.model.alter(id, { options: value.split("\n").map((line) => line.trim()).filter(Boolean) });
    else if (["minimum", "maximum"].includes(name)) this.model.alter(id, { [name]: (plainNumber(value) ?? value.trim().replace(",", ".")) || undefined });
    else if (["x", "y", "width", "height"].includes(name)) this.#measure(id, name, value);
    else this.model.alter(id, { [name]: value.trim() });
  }

  // What only the old type had would be refused for the new one.
  #retype(id, type) {
    const none = Object.fromEntries(EXTRAS.map((name) => [name, undefined]));
    const needed = {
      select: { options: [say("owner_option", { n: 1 }), say("owner_option", { n: 2 })] },
      radio: { group: "choice" },
    };
    this.model.alter(id, { ...none, type, ...needed[type] });
  }

  #measure(id, name, written) {
    const value = Number(written.replace(",", "."));
    if (written.trim() && Number.isFinite(value)) this.model.alter(id, { [name]: value });
    this.show();
  }
}

export function choices(model, chosen) {
  const list = byId("types");
  for (const type of ["signature", "initials", "date", "text", "checkbox", "number", "email"]) {
    const button = make("button", { type: "button", className: "second", textContent: data.types[type], ariaPressed: "false" });
    button.dataset.type = type;
    // A key or a screen reader "clicks" without a place: then the field goes where one looks.
    button.addEventListener("click", (event) => chosen(type, event.detail === 0));
    list.append(button);
  }
  model.signers.forEach((one, index) => byId("whose").append(new Option(`${index + 1}. ${one.name}`, one.id)));
}
