// Questions about the plan: what may go wrong, what each lever adds, what would change our mind.

import { answers, earlier, keepAnswer } from "./answers.js";
import { get, stream } from "./api.js";
import { byId, copy, h, short } from "./dom.js";
import { progress } from "./share.js";
import { state } from "./state.js";

const QUESTIONS = {
  regret: ["Which plan is still good if we are wrong?", "This plan, your saved plans and doing nothing, in eight futures: the sponsor changes mind, priorities shift, executives run for cover, turnover doubles, the budget freezes, experts are not there, technology jumps."],
  contribution: ["What does each lever add?", "Alone, on top of the rest, and its fair share, with what they do together."],
  last: ["Does it last?", "The sponsor withdraws, or the budget stops: what is left, and for how long."],
  dies: ["Where does it die?", "Levels and departments that it does not reach, and the cheapest way on."],
  flip: ["What would change our mind?", "The value of one assumption at which this plan and another one, or doing nothing, change places."],
};
let under = null;
const chosen = { vary: null, rival: "" }; // outlive the pane
let saved = [];

export function askPane() {
  const vary = h("select", { id: "vary", "aria-label": "Assumption to vary", onchange: () => { chosen.vary = vary.value; } }, ...assumptions());
  if (chosen.vary) vary.value = chosen.vary;
  const rival = h("select", { id: "rival", "aria-label": "Plan to hold this plan against", onchange: () => { chosen.rival = rival.value; } });
  fillRivals(rival);
  const result = h("div", { id: "answer", "aria-live": "polite" }, h("div", { class: "now" }), h("div", { class: "kept" }, ...keptAnswers()));
  return h("div", {}, h("h2", {}, "Questions to ask of this plan"),
    h("p", { class: "note" }, "Each runs the model many times and takes from some seconds to a few minutes. Where two plans cannot be told apart, the answer says so."),
    ...Object.entries(QUESTIONS).map(([tool, [title, text]]) => h("div", { class: "lever" },
      h("div", { class: "head" }, h("b", {}, title), h("button", { "data-ask": tool, onclick: () => ask(tool, result.firstChild, { vary: vary.value }) }, "Ask")),
      h("p", { class: "sum" }, text), tool === "flip" ? [vary, rival] : null)),
    result);
}

/** Those that were measured first, the largest impact on top; the rest by the alphabet. */
function assumptions() {
  const by = Object.fromEntries(state.catalogue.assumptions.map((one) => [one.name, one]));
  const option = (one) => h("option", { value: one.name }, `${one.meaning} (${short(one.low)} to ${short(one.high)})`);
  const rest = state.catalogue.assumptions.filter((one) => one.high > one.low && !state.catalogue.impacts.includes(one.name));
  return [h("optgroup", { label: "Measured: what matters most first" }, ...state.catalogue.impacts.map((name) => option(by[name]))),
    h("optgroup", { label: "All others" }, ...rest.toSorted((a, b) => a.meaning.localeCompare(b.meaning)).map(option))];
}

async function fillRivals(select) {
  try {
    saved = await get("/api/plans");
  } catch { /* the question itself will say that the desk does not answer */ }
  if (!saved.some((row) => row.id === chosen.rival)) chosen.rival = "";
  select.replaceChildren(h("option", { value: "" }, "against doing nothing"),
    ...saved.map((row) => h("option", { value: row.id }, `against “${row.title}”, saved ${new Date(1000 * row.saved).toLocaleString()}`)));
  select.value = chosen.rival;
}

addEventListener("planschanged", () => { if (byId("rival")) fillRivals(byId("rival")); });

async function rivals(tool) {
  if (tool === "flip") return saved.filter((row) => row.id === chosen.rival).map((row) => row.view);
  return tool === "regret" ? (await get("/api/plans")).slice(0, 4).map((row) => row.view) : [];
}

async function ask(tool, box, options) {
  under?.abort();
  const mine = (under = new AbortController()), view = copy(state.view), title = QUESTIONS[tool][0];
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Progress" }), words = h("p", { class: "note" }, "Beginning …");
  box.replaceChildren(h("h2", {}, title), bar, words, h("button", { onclick: () => { mine.abort(); box.replaceChildren(h("p", {}, "Given up.")); } }, "Give up"));
  try {
    await stream(`/api/ask/${tool}`, { view, others: await rivals(tool), ...options }, (message) => {
      if (message.kind === "progress") return progress(bar, words, message);
      keepAnswer(tool, view, { words: message.words, tables: message.tables });
      box.replaceChildren();
      document.querySelector("#answer .kept")?.replaceChildren(...keptAnswers()); // the pane may be a new one by now
    }, mine.signal);
  } catch (problem) {
    if (!mine.signal.aborted) box.replaceChildren(h("h2", {}, title), h("p", { class: "warning" }, problem.message));
  }
}

/** The last answer of each question, newest first. */
function keptAnswers() {
  return Object.entries(answers()).filter(([tool]) => QUESTIONS[tool]).toSorted(([, a], [, b]) => b.at - a.at)
    .map(([tool, one]) => h("section", { "data-answer": tool }, h("h2", {}, QUESTIONS[tool][0]), earlier(one), ...one.words.map((text) => h("p", {}, text)),
      h("p", { class: "note" }, `Ranges here are of luck alone, under the assumptions as they are set${{ regret: " and in each future", flip: ", but for the one that is varied" }[tool] ?? ""}.`), ...tables(one.tables)));
}

function tables(found) {
  return Object.entries(found).map(([name, table]) => h("details", {}, h("summary", {}, `Table: ${name.replaceAll("_", " ")}`),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...table.columns.map((column) => h("th", { scope: "col" }, column.replaceAll("_", " "))))),
      h("tbody", {}, ...table.rows.map((row) => h("tr", {}, ...row.map((value) => h("td", {}, typeof value === "number" ? short(value) : String(value ?? "–"))))))))));
}
