// Questions about the plan: what may go wrong, what each lever adds, what would change our mind.

import { get, stream } from "./api.js";
import { h, short } from "./dom.js";
import { progress } from "./share.js";
import { state } from "./state.js";

const QUESTIONS = {
  regret: ["Which plan is still good if we are wrong?", "This plan, your saved plans and doing nothing, in eight futures: the sponsor changes mind, priorities shift, executives run for cover, turnover doubles, the budget freezes, experts are not there, technology jumps."],
  contribution: ["What does each lever add?", "Alone, on top of the rest, and its fair share, with what they do together."],
  last: ["Does it last?", "The sponsor withdraws, or the budget stops: what is left, and for how long."],
  dies: ["Where does it die?", "Levels and departments that it does not reach, and the cheapest way on."],
  flip: ["What would change our mind?", "The value of one assumption at which the plan and doing nothing (or the newest saved plan) change places."],
};
let under = null;

export function askPane() {
  const result = h("div", { id: "answer", "aria-live": "polite" });
  const vary = h("select", { "aria-label": "Assumption to vary" }, ...state.catalogue.assumptions.filter((one) => one.high > one.low)
    .toSorted((a, b) => a.meaning.localeCompare(b.meaning))
    .map((one) => h("option", { value: one.name, selected: one.name === "weight_peers" }, `${one.meaning} (${short(one.low)} to ${short(one.high)})`)));
  return h("div", {}, h("h2", {}, "Questions to ask of this plan"),
    h("p", { class: "note" }, "Each runs the model many times and takes from some seconds to a few minutes. Where two plans cannot be told apart, the answer says so."),
    ...Object.entries(QUESTIONS).map(([tool, [title, text]]) => h("div", { class: "lever" },
      h("div", { class: "head" }, h("b", {}, title), h("button", { "data-ask": tool, onclick: () => ask(tool, title, result, { vary: vary.value }) }, "Ask")),
      h("p", { class: "sum" }, text), tool === "flip" ? vary : null)),
    result);
}

async function ask(tool, title, box, options) {
  under?.abort();
  const mine = (under = new AbortController());
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Progress" }), words = h("p", { class: "note" }, "Beginning …");
  box.replaceChildren(h("h2", {}, title), bar, words, h("button", { onclick: () => { mine.abort(); box.replaceChildren(h("p", {}, "Given up.")); } }, "Give up"));
  try {
    const others = tool === "regret" || tool === "flip" ? (await get("/api/plans")).slice(0, 4).map((row) => row.view) : [];
    await stream(`/api/ask/${tool}`, { view: state.view, others, ...options }, (message) => {
      if (message.kind === "progress") progress(bar, words, message);
      else box.replaceChildren(h("h2", {}, title), ...message.words.map((text) => h("p", {}, text)), h("p", { class: "note" }, `Ranges here are of luck alone, under the assumptions as they are set${{ regret: " and in each future", flip: ", but for the one that is varied" }[tool] ?? ""}.`), ...tables(message.tables));
    }, mine.signal);
  } catch (problem) {
    if (!mine.signal.aborted) box.replaceChildren(h("h2", {}, title), h("p", { class: "warning" }, problem.message));
  }
}

function tables(found) {
  return Object.entries(found).map(([name, table]) => h("details", {}, h("summary", {}, `Table: ${name.replaceAll("_", " ")}`),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...table.columns.map((column) => h("th", { scope: "col" }, column.replaceAll("_", " "))))),
      h("tbody", {}, ...table.rows.map((row) => h("tr", {}, ...row.map((value) => h("td", {}, typeof value === "number" ? short(value) : String(value ?? "–"))))))))));
}
