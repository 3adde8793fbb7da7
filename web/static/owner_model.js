// The fields of a draft: what is placed, which one is chosen, and the way back.

const LONGEST_HISTORY = 200;
const MERGE_MS = 800;
export const sizes = {
  signature: [180, 36], initials: [60, 24], date: [96, 20], text: [180, 20], checkbox: [14, 14],
  radio: [14, 14], select: [140, 20], number: [90, 20], email: [180, 20],
};
export const SMALLEST = 6;

export class Model extends EventTarget {
  #undo = [];
  #redo = [];
  #merge = { key: "", at: 0 };

  constructor({ fields, head, pages, signers }) {
    super();
    Object.assign(this, { fields, head, pages, signers, chosen: "", saved: fields });
  }

  get dirty() { return this.fields !== this.saved; }
  get canUndo() { return this.#undo.length > 0; }
  get canRedo() { return this.#redo.length > 0; }
  get(id) { return this.fields.find((field) => field.id === id); }
  page(field) { return this.pages.find((page) => page.file === field.file && page.page === field.page); }
  pageNumber(field) { return this.pages.indexOf(this.page(field)) + 1; }
  signer(id) { return this.signers.find((one) => one.id === id); }

  // In the order in which a person reads them; Tab follows it.
  ordered() {
    const place = ({ file, page, y, height, x }) => [file, page, Math.round((y + height) / 6), x];
    return [...this.fields].sort((a, b) => {
      const [left, right] = [place(a), place(b)];
      const at = left.findIndex((value, index) => value !== right[index]);
      return at < 0 ? 0 : left[at] - right[at];
    });
  }

  choose(id) {
    if (this.chosen === id) return;
    this.chosen = id;
    this.#tell("choose");
  }

  // Steps of one kind that follow each other quickly are undone together.
  #set(fields, merge = "") {
    const now = performance.now();
    const same = merge && merge === this.#merge.key && now - this.#merge.at < MERGE_MS;
    if (!same) this.#undo.push(this.fields);
    if (this.#undo.length > LONGEST_HISTORY) this.#undo.shift();
    this.#merge = { key: merge, at: now };
    this.#redo = [];
    this.fields = fields;
    this.#tell("change");
  }

  add(fields) {
    const taken = new Set(this.fields.map((field) => field.id));
    let number = this.fields.length + 1;
    const placed = fields.map((field) => {
      while (taken.has(`f${number}`)) number += 1;
      const id = `f${number}`;
      taken.add(id);
      return this.kept({ label: "", required: true, ...field, id });
    });
    this.#set([...this.fields, ...placed]);
    this.choose(placed.at(-1).id);
    return placed;
  }

  alter(id, changes, merge = "") {
    const altered = (field) => (field.id === id ? this.kept({ ...field, ...changes }) : field);
    this.#set(this.fields.map(altered), merge && `${merge} ${id}`);
  }

  remove(id) {
    this.#set(this.fields.filter((field) => field.id !== id));
    if (this.chosen === id) this.choose("");
  }

  undo() { this.#swap(this.#undo, this.#redo); }
  redo() { this.#swap(this.#redo, this.#undo); }

  #swap(from, to) {
    if (!from.length) return;
    to.push(this.fields);
    this.fields = from.pop();
    this.#merge.key = "";
    if (!this.get(this.chosen)) this.choose("");
    this.#tell("change");
  }

  // What the server took; whatever was changed while it did so stays unsaved.
  took(head, sent) {
    this.head = head;
    this.saved = sent;
    this.#tell("change");
  }

  // A field lies on its page, whole, and has a size.
  kept(field) {
    const { width, height } = this.page(field);
    const round = (value) => Math.round(value * 100) / 100;
    const wide = Math.min(Math.max(field.width, SMALLEST), width);
    const high = Math.min(Math.max(field.height, SMALLEST), height);
    return {
      ...field,
      width: round(wide),
      height: round(high),
      x: round(Math.min(Math.max(field.x, 0), width - wide)),
      y: round(Math.min(Math.max(field.y, 0), height - high)),
    };
  }

  #tell(kind) { this.dispatchEvent(new Event(kind)); }
}
