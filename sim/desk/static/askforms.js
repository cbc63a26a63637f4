// What some questions are asked with. What was filled in outlives the pane and a reload.

import { answers, keepAnswer } from "./answers.js";
import { get, post } from "./api.js";
import { amount, byId, copy, h, short } from "./dom.js";
import { found } from "./outcome.js";
import { state } from "./state.js";

const KEY = "ripple-desk-forms";
let filled = {};
try {
  filled = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") ?? {};
} catch { /* unreadable: forms are empty */ }
let saved = []; // plans to be held against

function keep(name, value) {
  filled[name] = value;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(filled));
  } catch { /* not allowed: a reload then empties the forms */ }
}

function field(name, label, attributes = {}) {
  const input = h("input", { type: "text", id: `ask-${name}`, ...attributes, value: filled[name] ?? "", onchange: () => keep(name, input.value) });
  return h("label", { class: "field" }, h("span", {}, label), input);
}

function tick(name, label) {
  const input = h("input", { type: "checkbox", id: `ask-${name}`, checked: filled[name] === true, onchange: () => keep(name, input.checked) });
  return h("label", { class: "check" }, input, label);
}

function choice(name, label, options) {
  const select = h("select", { id: `ask-${name}`, onchange: () => keep(name, select.value) }, ...options.map(([value, text]) => h("option", { value }, text)));
  if (filled[name]) select.value = filled[name];
  return h("label", { class: "field" }, h("span", {}, label), select);
}

/** A number as people write it: 250,000, 250.000, 250 000 and 250.000,50 too; a point or a comma before three digits parts thousands. */
function number(name, label) {
  const text = String(filled[name] ?? "").replaceAll(/[\s’']/g, "");
  if (!text) return null;
  const [, whole, part] = /^(\d+|\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?$/.exec(text) ?? [];
  const value = whole === undefined ? NaN : Number(`${whole.replaceAll(/[.,]/g, "")}.${part ?? 0}`);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${label} is “${filled[name]}”: write a number, such as 250000.`);
  return value;
}

export function budgetForm() {
  const currency = state.view.money?.currency ?? "USD";
  const levers = h("div", { class: "checks", hidden: filled.menu !== "chosen" }, ...state.catalogue.levers.map((lever) => {
    const on = filled.chosen ? filled.chosen.includes(lever.id) : state.view.levers.some((use) => use.lever === lever.id && use.dose);
    const input = h("input", { type: "checkbox", value: lever.id, checked: on, onchange: () => keep("chosen", [...levers.querySelectorAll("input:checked")].map((one) => one.value)) });
    return h("label", { class: "check" }, input, `${lever.id} ${lever.name}`);
  }));
  const menu = choice("menu", "Levers to choose from", [["plan", "those of this plan"], ["chosen", "those ticked below"]]);
  menu.addEventListener("change", () => { levers.hidden = filled.menu !== "chosen"; });
  const ends = found.end?.ends, years = `${short(state.view.years)} year${state.view.years === 1 ? "" : "s"}`;
  const body = h("div", {},
    h("div", { class: "row" }, field("money", `Money over ${years}, ${currency}`, { inputmode: "numeric", placeholder: "no limit" }),
      choice("money_is", "Money counts", [["cost", "hours at the wage, and payments"], ["cash", "payments alone"]]),
      field("leader_hours", `Hours of leaders over ${years}`, { inputmode: "numeric", placeholder: "no limit" })),
    ends ? h("p", { class: "note" }, `The plan as it is takes ${amount(ends.cost.plan[1])} ${currency} and ${amount(ends.leader_hours.plan[1])} hours of leaders.`) : null,
    menu, levers, tick("doses", "also at half and twice the dose (many more plans to try)"),
    tick("luck_alone", "keep the assumptions as they are set (quicker; the range then holds luck alone)"));
  return { body, options: () => {
    const chosen = filled.chosen ?? [...levers.querySelectorAll("input:checked")].map((one) => one.value);
    if (filled.menu === "chosen" && !chosen.length) throw new Error("Tick at least one lever to choose from.");
    return { money: number("money", "Money"), leader_hours: number("leader_hours", "Hours of leaders"), money_is: filled.money_is ?? "cost",
      menu: filled.menu === "chosen" ? chosen : null, doses: filled.doses === true, luck_alone: filled.luck_alone === true };
  } };
}

export function startForm() {
  const body = h("div", { class: "row" }, field("people", "How many people", { inputmode: "numeric", placeholder: "one in twenty" }),
    choice("alone", "What else happens", [["plan", "this plan"], ["alone", "nothing else"]]), tick("committed", "they never lapse and never leave"));
  return { body, options: () => ({ people: number("people", "The number of people"), alone: filled.alone === "alone", committed: filled.committed === true }) };
}

export function flipForm() {
  const vary = h("select", { id: "vary", "aria-label": "Assumption to vary", onchange: () => keep("vary", vary.value) }, ...assumptions());
  if (filled.vary) vary.value = filled.vary;
  const rival = h("select", { id: "rival", "aria-label": "Plan to hold this plan against", onchange: () => keep("rival", rival.value) });
  fillRivals(rival);
  return { body: [vary, rival], options: () => ({ vary: vary.value }) };
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
  if (!saved.some((row) => row.id === filled.rival)) filled.rival = "";
  select.replaceChildren(h("option", { value: "" }, "against doing nothing"),
    ...saved.map((row) => h("option", { value: row.id }, `against “${row.title}”, saved ${new Date(1000 * row.saved).toLocaleString()}`)));
  select.value = filled.rival ?? "";
}

export const refreshRivals = () => { if (byId("rival")) fillRivals(byId("rival")); };
export const rivalsOf = () => saved.filter((row) => row.id === filled.rival).map((row) => row.view);

export function promisesForm() {
  const body = h("div", { class: "row" }, field("begins", "The plan starts on", { type: "date" }),
    tick("promises_alone", "keep the assumptions as they are set (narrower: luck alone)"));
  return { body, options: () => ({ begins: filled.begins || null, luck_alone: filled.promises_alone === true }) };
}

/** What was observed beside a log that was kept. */
export function compareForm(answered) {
  const log = h("input", { type: "file", id: "logfile", accept: ".csv" }), seen = h("input", { type: "file", id: "observedfile", accept: ".csv" });
  const told = h("div", { "aria-live": "polite" });
  const compare = async () => {
    try {
      const kept = answers().promises?.files?.["promises.csv"];
      if (!log.files[0] && !kept) throw new Error("Choose the log that you kept (promises.csv).");
      if (!seen.files[0]) throw new Error("Choose what you observed (observed.csv).");
      const body = { log: log.files[0] ? await log.files[0].text() : kept, observed: await seen.files[0].text(),
        names: { log: log.files[0]?.name ?? "promises.csv", observed: seen.files[0].name }, view: state.view };
      keepAnswer("kept", copy(state.view), await post("/api/promises", body));
      told.replaceChildren();
      answered();
    } catch (problem) {
      told.replaceChildren(h("p", { class: "warning" }, problem.message));
    }
  };
  return h("div", { class: "lever", "data-question": "kept" },
    h("div", { class: "head" }, h("b", {}, "Were the promises kept?"), h("button", { id: "comparepromises", "aria-label": "Compare with what was observed", onclick: compare }, "Compare")),
    h("p", { class: "sum" }, "The log, and what you have observed since: a line for each promise, with indicator, group, years and observed (0 to 1); lines without an observation wait. Without a file, the log is that of the last answer here."),
    h("div", { class: "row" }, h("label", { class: "field" }, h("span", {}, "Log (promises.csv)"), log), h("label", { class: "field" }, h("span", {}, "Observed (observed.csv)"), seen)), told);
}
