// The last answer of each question, and the last report, kept in this browser as the view is.

import { h } from "./dom.js";
import { state } from "./state.js";

const KEY = "ripple-desk-answers-2";
let known = null; // by question: {view, at, and what was answered}

export function answers() {
  try {
    known ??= JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch { /* unreadable or not allowed: nothing was asked */ }
  return (known ??= {});
}

export function keepAnswer(question, view, answer) {
  answers()[question] = { view, at: Date.now(), ...answer };
  store();
  return known[question];
}

function store() {
  try {
    localStorage.setItem(KEY, JSON.stringify(known));
  } catch { /* no room or not allowed: the answer is there until the page goes */ }
}

/** Reading a view again fills in what was left out; its answers still belong to it. */
export function readAgain(before, after) {
  for (const one of Object.values(answers())) if (alike(one.view, before)) one.view = structuredClone(after);
  store();
}

/** A sentence that shows only while the plan is not the one that was asked about. */
export function earlier(one) {
  const note = h("p", { class: "warning", hidden: alike(one.view, state.view) }, "Asked of an earlier state of the plan.");
  notes.add([new WeakRef(note), one]);
  return note;
}

/** What the last report says the plan gains, assumptions drawn too; null if it is of another state of the plan. */
export const reportedGain = () => (answers().report?.gain && alike(answers().report.view, state.view) ? answers().report.gain : null);

/** Questions whose last answer is about the plan as it is now. */
export const askedOfNow = () => Object.entries(answers()).filter(([tool, one]) => tool !== "report" && one.words && alike(one.view, state.view)).map(([tool]) => tool);

const notes = new Set();
state.listen((view) => {
  for (const entry of notes) {
    const note = entry[0].deref();
    if (note?.isConnected) note.hidden = alike(entry[1].view, view);
    else notes.delete(entry);
  }
});

const alike = (a, b) => sorted(a) === sorted(b);
// The name of a plan changes nothing of what was found.
const sorted = (view) => JSON.stringify({ ...view, title: "" }, (_, value) => (value && typeof value === "object" && !Array.isArray(value)
  ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value));

/** Say that a plan was saved or deleted. */
export const plansChanged = () => dispatchEvent(new Event("planschanged"));
