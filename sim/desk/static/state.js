// What the page shows (a view), its history, and who is told when it changes.

import { copy, same } from "./dom.js";

const KEY = "ripple-desk";
const LONGEST = 100;

class State {
  view = null;
  catalogue = null;
  levers = {}; // by id
  past = []; // {view, what}: what was done to get from it to the next
  future = [];
  listeners = [];
  kept = () => {}; // called when history has changed
  before = null; // the view before a slider began to move

  /** `changed(view, {rebuilt})` after every change; rebuilt when controls have to be drawn anew. */
  listen(changed) {
    this.listeners.push(changed);
  }

  tell(rebuilt) {
    for (const changed of this.listeners) changed(this.view, { rebuilt });
  }

  /** Change the view while a control is being moved: drawn at once, in history only once `commit` is called. */
  move(change) {
    this.before ??= copy(this.view);
    change(this.view);
    this.tell(false);
  }

  /** What was moved is one step of history. */
  commit(what) {
    const before = this.before;
    this.before = null;
    if (before && !same(before, this.view)) this.#push(before, what);
    this.keep();
  }

  /** Change the view in one step; controls are drawn anew unless `rebuilt` says that they show it already. */
  step(what, change, rebuilt = true) {
    this.before = null;
    const before = copy(this.view);
    change(this.view);
    if (same(before, this.view)) return;
    this.#push(before, what);
    this.keep();
    this.tell(rebuilt);
  }

  replace(view, what) {
    this.step(what, () => { this.view = copy(view); });
  }

  #push(view, what) {
    this.past.push({ view, what });
    if (this.past.length > LONGEST) this.past.shift();
    this.future = [];
  }

  undo() {
    const last = this.past.pop();
    if (!last) return;
    this.future.push({ view: copy(this.view), what: last.what });
    this.view = copy(last.view);
    this.keep();
    this.tell(true);
  }

  redo() {
    const next = this.future.pop();
    if (!next) return;
    this.past.push({ view: copy(this.view), what: next.what });
    this.view = copy(next.view);
    this.keep();
    this.tell(true);
  }

  /** Back to before step number `k` of history. */
  back(k) {
    while (this.past.length > k) {
      const last = this.past.pop();
      this.future.push({ view: copy(this.view), what: last.what });
      this.view = copy(last.view);
    }
    this.keep();
    this.tell(true);
  }

  /** A reload of this tab finds everything as it was; a new tab finds the last view. */
  keep() {
    this.kept();
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ view: this.view, past: this.past.slice(-30), future: this.future.slice(-30) }));
      localStorage.setItem(KEY, JSON.stringify(this.view));
    } catch { /* no room or not allowed: the page works without */ }
  }

  restore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
      if (kept?.view) {
        Object.assign(this, kept);
        return true;
      }
      const last = JSON.parse(localStorage.getItem(KEY) ?? "null");
      if (last) {
        this.view = last;
        return true;
      }
    } catch { /* unreadable: begin with the example */ }
    return false;
  }
}

export const state = new State();

/** The view as the end of a link: compressed, nothing is sent anywhere by it. */
export async function asLink(view) {
  const packed = new Blob([JSON.stringify(view)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  const text = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `${location.origin}/#view=${text}`;
}

export async function fromLink(hash) {
  const found = /^#view=([A-Za-z0-9_-]+)$/.exec(hash);
  if (!found) return null;
  const bytes = Uint8Array.from(atob(found[1].replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(unpacked).text());
}
