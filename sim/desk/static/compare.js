// Saved plans side by side: the same organisation, assumptions and luck for all, differences to my baseline.

import { earlier } from "./answers.js";
import { get, stream } from "./api.js";
import { extent, panel } from "./charts.js";
import { amount, byId, copy, h, percent, points, short } from "./dom.js";
import { state } from "./state.js";

const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8C6D31"];
const MOST = 5;

export function comparePane() {
  const box = h("div", { id: "comparebox" }, h("p", {}, "…"));
  const pane = h("div", {}, h("h2", {}, "Plans side by side"),
    h("p", { class: "note" }, "All on the organisation, assumptions and horizon that are set now, under the same luck; so what differs is the plans. Ranges hold nine in ten runs, with luck alone: what we do not know of the assumptions is not in them."), box);
  show(box);
  return pane;
}

async function show(box) {
  const saved = await get("/api/plans");
  const choice = h("div", {});
  const boxes = saved.slice(0, 30).map((row, k) => {
    const input = h("input", { type: "checkbox", checked: k < MOST - 1 });
    choice.append(h("label", { class: "check" }, input, row.title));
    return [input, row];
  });
  const go = () => run([{ title: `${state.view.title} (as it is now)`, view: state.view },
    ...boxes.filter(([input]) => input.checked).map(([, row]) => row)].slice(0, MOST));
  box.replaceChildren(
    saved.length ? choice : h("p", {}, "No plan is saved yet; save this one, change it, and come back."),
    h("div", { class: "row" }, h("button", { class: "main", id: "comparenow", onclick: go }, "Compare")), result);
}

// The last comparison outlives the pane; saving or deleting a plan changes what can be chosen.
const result = h("div", { "aria-live": "polite" });
addEventListener("planschanged", () => { if (byId("comparebox")) show(byId("comparebox")); });

async function run(rows) {
  const box = result, asked = copy(state.view);
  box.replaceChildren(h("p", { class: "note" }, "Running …"));
  const found = [];
  try {
    for (const row of rows) {
      const { organization, parameters, years, money, shocks, start } = state.view;
      const view = { ...structuredClone(row.view), organization, parameters, years, money, shocks, start, title: row.view.title };
      const one = { title: row.title };
      await stream("/api/answer", { view, have: [], tab: "side by side" }, (message) => {
        if (message.kind === "line" && message.arm !== "default") one[message.arm] = message;
        if (message.kind === "same" && one.plan?.key === message.key) one[message.arm] = one.plan;
        if (message.kind === "done") one.end = message;
        if (message.kind === "board") one.board = message;
      });
      if (!one.end) throw new Error("given up, because something else was asked; try again");
      found.push(one);
      box.replaceChildren(h("p", { class: "note" }, `${found.length} of ${rows.length} plans are run …`));
    }
  } catch (problem) {
    box.replaceChildren(h("p", { class: "warning" }, problem.message));
    return;
  }
  // The plan as it is now need not stand there twice when it is as it was saved.
  const [now, ...kept] = found;
  draw(box, asked, kept.some((one) => one.plan.key === now.plan.key && `${one.title} (as it is now)` === now.title) ? kept : found);
}

/** Low, middle and high of one plan's share at the end less the other's, run by run under the same luck. */
export function paired(one, other) {
  const gaps = Object.keys(one.end.share_by_run).filter((run) => run in other.end.share_by_run)
    .map((run) => one.end.share_by_run[run] - other.end.share_by_run[run]).toSorted((a, b) => a - b);
  return [0.05, 0.5, 0.95].map((share) => {
    const at = share * (gaps.length - 1), below = Math.floor(at);
    return gaps[below] + (at - below) * (gaps[Math.min(below + 1, gaps.length - 1)] - gaps[below]);
  });
}

function verdict(one, other) {
  if (one === other) return "–";
  if (one.plan.key === other.plan.key) return "the same plan";
  const [low, middle, high] = paired(one, other);
  const range = `${points(middle)} (${points(low)} to ${points(high)})`;
  return low > 0 ? `${range}: more` : high < 0 ? `${range}: fewer` : `${range}: not distinguishable`;
}

function draw(box, view, found) {
  const range = extent(found.flatMap((one) => [one.plan.groups.all.share_practising]), "share_practising");
  const grid = h("div", { class: "multiples" }, ...found.map((one, k) => panel({
    lines: [
      ...(one.mine ? [{ arm: "mine", label: "Baseline", colour: "#6B6B6B", dash: "3 3", times: one.mine.times, quantiles: one.mine.groups.all.share_practising }] : []),
      { arm: "plan", label: one.title, colour: COLOURS[k], dash: null, times: one.plan.times, quantiles: one.plan.groups.all.share_practising },
    ], measure: "share_practising", years: one.plan.times.at(-1), width: 340, height: 220, range, title: one.title.slice(0, 44), labels: false, small: true,
  })));
  const cell = ([low, middle, high], show) => h("span", { class: "nobreak" }, `${show(middle)} (${show(low)} to ${show(high)})`);
  const rows = [
    ["Practise at the end", (one) => cell(one.end.ends.share_end.plan, (v) => percent(v))],
    ["Points on the baseline", (one) => cell(one.end.ends.share_end.difference, (v) => points(v))],
    ...found.slice(0, -1).map((other) => [`Points on “${other.title}”, run by run`, (one) => verdict(one, other)]),
    ["Points of skill on the baseline", (one) => cell(one.end.ends.skill_end.difference, (v) => points(v))],
    [`Cost over ${short(view.years)} year${view.years === 1 ? "" : "s"}`, (one) => `${amount(one.end.ends.cost.plan[1])} ${one.end.currency}`],
    ["of which cash", (one) => `${amount(one.end.ends.cash.plan[1])} ${one.end.currency}`],
    ["Hours of leaders", (one) => amount(one.end.ends.leader_hours.plan[1])],
    ["Hours of learners", (one) => amount(one.end.ends.learner_hours.plan[1])],
    ["Levers", (one) => String(one.board.rows.length)],
    ["Won over beforehand, not costed", (one) => one.board.beforehand.map((text) => text.split(": won")[0]).join("; ") || "nobody"],
    ["Most asked of a manager", (one) => {
      const load = one.board.loads.find((row) => row.name === "managers");
      const most = Math.max(0, ...(load?.mean ?? []));
      return `${most.toFixed(1)} h a week${most > one.board.capacity ? ` ⚠ of ${one.board.capacity}` : ""}`;
    }],
  ];
  box.replaceChildren(earlier({ view }), h("p", { class: "note" }, "Coloured: the plan; grey and dashed: the baseline, in which nothing is done. Bands hold nine runs in ten."), grid, h("div", { class: "scroll" }, h("table", { id: "sidebyside" },
    h("thead", {}, h("tr", {}, h("th", {}), ...found.map((one) => h("th", { scope: "col" }, one.title)))),
    h("tbody", {}, ...rows.map(([label, show]) => h("tr", {}, h("th", { scope: "row" }, label), ...found.map((one) => h("td", {}, show(one)))))))),
    h("p", { class: "note" }, "Two plans whose ranges overlap may still differ clearly run by run: see the rows that say so. All of it holds under the assumptions as they are set; “Which plan is still good if we are wrong?” under Questions goes on from there."));
}
