// Placing the fields of a draft by mouse, touch and keyboard.

import { announce, byId } from "./dom.js";
import { Board } from "./owner_board.js";
import { Model, sizes } from "./owner_model.js";
import { calm, complain, post } from "./owner_net.js";
import { choices, Panel } from "./owner_panel.js";
import { offerUnsure } from "./owner_unsure.js";
import { data, say } from "./words.js";

const model = new Model(data);
const board = new Board(model, { open, place, resized: tellPlace });
const panel = new Panel(model, { back, removed: remove });
const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let saving = null;
let warned = "";

choices(model, (type, here) => {
  arm(board.armed === type ? "" : type);
  if (!here || !board.armed) return;
  const [width, height] = sizes[type];
  const { page, x, y } = board.middle();
  const field = place({ file: page.file, page: page.page, x: x - width / 2, y: y - height / 2, width, height });
  back(field.id);
});
offerUnsure(model, (fields) => {
  const placed = model.add(fields.map((field) => ({ ...field, signer: byId("whose").value })));
  const element = board.element(placed[0].id);
  element.scrollIntoView({ block: "center" });
  return element;
});

// On a small screen what a field is comes up from below, and leaves the page free otherwise.
function open(id) {
  model.choose(id);
  document.body.classList.add("at-panel");
  if (matchMedia("(max-width: 61.99rem)").matches) board.element(id).scrollIntoView();
}

function arm(type) {
  board.armed = type;
  document.body.classList.toggle("armed", Boolean(type));
  for (const button of byId("types").children) button.ariaPressed = String(button.dataset.type === type);
  if (type) announce(say("owner_armed", { type: data.types[type] }));
}

function place(at) {
  const type = board.armed;
  arm("");
  const [field] = model.add([{ ...at, type, signer: byId("whose").value, required: type !== "checkbox" }]);
  announce(say("owner_placed", { type: data.types[type], page: model.pageNumber(field) }));
  return field;
}

function back(id) {
  document.body.classList.remove("at-panel");
  const element = board.element(id);
  if (!element) return;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function remove(id) {
  document.body.classList.remove("at-panel");
  const order = model.ordered().map((field) => field.id);
  const next = order[order.indexOf(id) + 1] ?? order[order.indexOf(id) - 1];
  model.remove(id);
  announce(say("owner_deleted"));
  if (next) back(next);
  else byId("types").firstElementChild.focus();
}

let telling;
function tellPlace(id) {
  clearTimeout(telling);
  telling = setTimeout(() => {
    const field = model.get(id);
    if (!field) return;
    const [x, y, width, height] = [field.x, field.y, field.width, field.height].map(Math.round);
    announce(say("owner_place", { x, y, width, height }));
  }, 300);
}

byId("board").addEventListener("keydown", (event) => {
  const id = event.target.closest(".place")?.dataset.id;
  if (!id || event.ctrlKey || event.metaKey) return;
  const step = steps[event.key];
  if (step) {
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    const field = model.get(id);
    const [dx, dy] = step.map((one) => one * far);
    if (event.altKey) model.alter(id, { width: field.width + dx, height: field.height + dy }, "size");
    else model.alter(id, { x: field.x + dx, y: field.y + dy }, "move");
    event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
    tellPlace(id);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    remove(id);
  } else if (event.key === "Enter") {
    event.preventDefault();
    open(id);
    panel.focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && board.armed) arm("");
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  const typing = event.target.matches("input, textarea");
  if (key === "s") act(event, save);
  else if (typing) return;
  else if (key === "y" || (key === "z" && event.shiftKey)) act(event, redo);
  else if (key === "z") act(event, undo);
});

function act(event, what) {
  event.preventDefault();
  what();
}

function undo() {
  if (!model.canUndo) return;
  model.undo();
  announce(say("owner_undone"));
}

function redo() {
  if (!model.canRedo) return;
  model.redo();
  announce(say("owner_redone"));
}

async function save() {
  if (saving) await saving;
  if (!model.dirty) return true;
  const sent = model.fields;
  calm();
  saving = post(`${data.at}/fields`, { head: model.head, fields: sent });
  try {
    const { head } = await saving;
    model.took(head, sent);
    announce(say("owner_saved"));
    return true;
  } catch (error) {
    complain(error);
    return false;
  } finally {
    saving = null;
  }
}

// Nobody should find out from a signer that there was nothing for them to fill.
function idle() {
  const busy = new Set(model.fields.map((field) => field.signer));
  return model.signers.filter((one) => !busy.has(one.id)).map((one) => one.name).join(", ");
}

async function send() {
  const names = idle();
  if (names && warned !== names) {
    warned = names;
    byId("send-note").textContent = say("owner_idle", { names });
    return;
  }
  if (await save()) byId("send-form").submit();
}

byId("undo").addEventListener("click", undo);
byId("redo").addEventListener("click", redo);
byId("save").addEventListener("click", save);
byId("send").addEventListener("click", send);
byId("smaller").addEventListener("click", () => board.zoomBy(-1));
byId("larger").addEventListener("click", () => board.zoomBy(1));
model.addEventListener("change", bar);
model.addEventListener("choose", () => document.body.classList.remove("at-panel"));
addEventListener("beforeunload", (event) => { if (model.dirty && !saving) event.preventDefault(); });

function bar() {
  byId("undo").disabled = !model.canUndo;
  byId("redo").disabled = !model.canRedo;
  byId("save").disabled = !model.dirty;
  byId("send").disabled = !model.fields.length;
  byId("send-note").textContent = "";
}
bar();
