// The right side: what follows from the plan: sentence, curves, levels, the board with its load.

import { reportedGain } from "./answers.js";
import { ARMS, MEASURES, asTable, extent, panel } from "./charts.js";
import { amount, byId, h, months, percent, points, s, short } from "./dom.js";
import { state } from "./state.js";

export const held = { default: null, mine: null, plan: null }; // newest line of each arm
export const found = { board: null, end: null, stale: false };
let measure = "share_practising";
const LEVELS = { executive: "Executives", manager: "Managers", employee: "Employees", learning_leader: "Learning leaders", community: "Outsiders" };

export function outcomePane() {
  const choice = h("select", { "aria-label": "What is drawn", onchange: () => { measure = choice.value; drawCurves(); } },
    ...Object.entries(MEASURES).map(([key, [label]]) => h("option", { value: key, selected: key === measure }, label)));
  const pane = h("div", { id: "found" },
    h("p", { class: "headline", id: "headline", "aria-live": "polite" }, "…"),
    h("p", { class: "note", id: "meaning" }),
    h("div", { class: "facts", id: "facts" }),
    h("div", { class: "chartbar" }, h("h2", { id: "curvetitle" }, "How it spreads"), h("span", {}, choice)),
    h("div", { id: "curves" }), h("p", { class: "state", id: "runstate" }),
    h("p", { class: "note" }, "Line: the middle of the runs. Dark band: the middle half; light band: nine runs in ten; thin lines: single runs."),
    h("details", {}, h("summary", {}, "The same as a table"), h("div", { class: "scroll", id: "curvetable" })),
    h("h2", {}, "Level by level"), h("div", { class: "multiples", id: "multiples" }),
    h("h2", {}, "The plan over time"), h("div", { id: "warnings" }), h("div", { id: "board" }), h("ul", { id: "beforehand", class: "plainlist" }), h("p", { class: "note", id: "asked" }),
    h("details", { id: "inwords" }, h("summary", {}, "The plan in words"), h("ul", { id: "words" })));
  return pane;
}

export function drawOutcome() {
  if (!byId("curves")) return;
  drawCurves();
  drawBoard();
  drawEnd();
}

function linesOf(group) {
  const equal = held.mine && held.default && held.mine.key === held.default.key;
  return Object.entries(ARMS).filter(([arm]) => held[arm]?.groups[group] && !(arm === "default" && equal)).map(([arm, style]) => ({
    arm, ...style, label: arm === "mine" && equal ? "Both baselines" : style.label, times: held[arm].times, quantiles: held[arm].groups[group][measure],
    singles: arm === "plan" && group === "all" && measure === "share_practising" ? held[arm].singles : undefined,
    faint: held[arm].done < held[arm].of,
  }));
}

export function drawCurves() {
  const box = byId("curves");
  if (!box || !held.plan) return;
  const years = held.plan.times.at(-1);
  const width = Math.max(520, box.clientWidth || 900);
  const lines = linesOf("all");
  box.replaceChildren(panel({ lines, measure, years, width, height: Math.min(380, Math.max(280, width * 0.4)) }));
  byId("curvetitle").textContent = measure === "share_practising" ? "How many people practise learning" : MEASURES[measure][0];
  byId("curvetable").replaceChildren(asTable(lines, measure, years));
  const levels = Object.keys(held.plan.groups).filter((group) => group !== "all" && group !== "community");
  const range = extent(levels.flatMap((group) => linesOf(group).map((line) => line.quantiles)), measure);
  byId("multiples").replaceChildren(...levels.map((group) =>
    panel({ lines: linesOf(group), measure, years, width: 330, height: 190, range, title: LEVELS[group] ?? group, labels: false, small: true })));
  const { done, of, seconds, rough } = held.plan;
  byId("runstate").textContent = done < of || rough ? `First answer from ${done} of ${of} runs${rough ? ", while the baseline settles under your assumptions" : ""} …`
    : `${of} runs of each line under the same luck${seconds > 0.05 ? `, ${seconds.toFixed(1)} s` : ""}.`;
  document.documentElement.dataset.runs = found.stale ? "0" : String(rough ? 0 : done);
}

function drawEnd() {
  const { end, board } = found;
  if (!byId("headline") || !end || !board) return;
  const share = end.ends.share_end;
  const [low, middle, high] = share.difference;
  const years = `${short(board.years)} year${board.years === 1 ? "" : "s"}`;
  const used = board.rows.length + board.beforehand.length;
  const three = `${points(middle, false)} (${points(low, false)} to ${points(high, false)}) points`;
  let text;
  if (!used) text = "Nothing is planned yet: the plan is the baseline. Move a lever on the left, or begin with a plan that comes with Ripple.";
  else if (low > 0) text = `If the assumptions hold, ${years} of this plan leave ${three} more people practising learning than doing nothing, with luck alone.`;
  else if (high < 0) text = `If the assumptions hold, ${years} of this plan leave ${points(-middle, false)} (${points(-high, false)} to ${points(-low, false)}) points fewer people practising learning than doing nothing, with luck alone.`;
  else text = `This plan and doing nothing are not distinguishable: the difference after ${years} is ${points(middle)} points, in a range from ${points(low)} to ${points(high)} with luck alone.`;
  byId("headline").textContent = text;
  const reported = reportedGain();
  byId("meaning").textContent = used ? `Ranges hold nine in ten of ${end.runs} paired runs. They hold luck alone; what we do not know of the assumptions is not in them${reported ? `. The report, which adds it, says ${points(reported.middle)} points (${points(reported.low)} to ${points(reported.high)}): quote that, and the cost that stands there.` : ", and the report adds it: expect its range to be wider and its middle another."}` : "";
  const span = ([a, , c], show) => `${show(a)} to ${show(c)}`;
  const facts = [
    [percent(share.plan[1]), `${span(share.plan, (v) => percent(v))}: practise after ${years}`],
    [percent(share.mine[1]), `${span(share.mine, (v) => percent(v))}: practise if nothing is done (my baseline)`],
    [`${points(end.ends.skill_end.difference[1])} points`, `${span(end.ends.skill_end.difference, (v) => points(v))}: skill gained on the baseline`],
    // Not beneath a headline that says the two cannot be told apart.
    low > 0 ? [end.reached === null ? "not within the horizon" : end.reached <= 0.01 ? "at once" : months(end.reached), "until nine runs in ten stay above the baseline"]
      : ["not distinguishable", "from the baseline at the end, so no date at which the plan is above it"],
    [`${amount(end.ends.cost.plan[1])} ${end.currency}`, `over ${years}, which is ${amount(end.ends.cost.plan[1] / board.years)} a year: cash ${amount(end.ends.cash.plan[1])}, and hours at ${short(end.wage)} each`],
    [`${amount(end.ends.leader_hours.plan[1])} hours`, `of leaders over ${years}; of learners ${amount(end.ends.learner_hours.plan[1])}, of facilitators ${amount(end.ends.facilitator_hours.plan[1])}`],
  ];
  if (!used) facts.splice(3, 1); // the plan is the baseline: nothing to tell apart
  byId("asked").textContent = askedAndGiven(end, board, years);
  byId("facts").replaceChildren(...facts.map(([value, label]) => h("div", { class: "fact" }, h("b", {}, value), h("span", {}, label))));
}

/** Why the hours of leaders in the runs are not those the board adds up to. */
function askedAndGiven(end, board, years) {
  const asked = board.totals.leader_hours, [low, given, high] = end.ends.leader_hours.plan;
  if (!asked || Math.abs(given - asked) < 0.01 * asked) return "";
  const over = board.loads.some((load) => Math.max(0, ...load.mean) > board.capacity + 1e-9);
  const why = ["a leader who answers the plan by pushing back gives none", "a leader’s seat that stands empty gives none until it is filled"];
  if (over) why.push(`nobody gives more than the ${short(board.capacity)} hours a week that there are`);
  return `Asked of leaders over ${years}: ${amount(asked)} hours. Given in the runs: ${amount(given)} (${amount(low)} to ${amount(high)}), because ${why.slice(0, -1).join(", ")} and ${why.at(-1)}.`;
}

// --- the board ------------------------------------------------------------------------------------------------

function drawBoard() {
  const { board } = found;
  if (!byId("board") || !board) return;
  byId("warnings").replaceChildren(...board.warnings.map((text) => h("p", { class: "warning" }, text)));
  byId("inwords").hidden = !board.words.length;
  byId("words").replaceChildren(...board.words.map((text) => h("li", {}, text)));
  byId("board").replaceChildren(board.rows.length ? timeline(board) : h("p", { class: "note" }, "No lever is used."));
  byId("beforehand").replaceChildren(...board.beforehand.map((text, k) => h("li", {}, `${text}. `,
    h("button", { class: "plain", "aria-label": `Take out: ${text}`, onclick: () => state.step("took out people won over beforehand", (view) => view.seed.splice(k, 1)) }, "Take out"))));
}

function timeline(board) {
  const width = Math.max(640, byId("board").clientWidth || 900);
  const left = Math.min(250, width * 0.28), right = 190, rowHeight = 34, top = 26;
  const loads = board.loads.filter((load) => load.mean.some((hours) => hours > 0));
  const height = top + rowHeight * board.rows.length + loads.length * 74 + 14;
  const x = (t) => left + (t / board.years) * (width - left - right);
  const root = s("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart board", role: "img", "aria-label": boardWords(board) });
  for (let t = 0; t <= board.years + 1e-9; t += board.years > 1.5 ? 0.5 : 0.25) {
    root.append(s("line", { x1: x(t), x2: x(t), y1: top - 6, y2: height - 10, class: "grid" }), s("text", { x: x(t), y: 12, class: "tick mid" }, `${Math.round(12 * t)}`));
  }
  root.append(s("text", { x: 0, y: 12, class: "tick" }, "month"), s("text", { x: width - right + 12, y: 12, class: "tick" }, "a week, and a year"));
  const rows = state.view.levers.filter((row) => row.dose !== 0);
  board.rows.forEach((row, k) => {
    const y = top + k * rowHeight, end = Math.min(row.stop ?? board.years, board.years);
    const full = Math.min(end, row.start + row.ramp), thick = Math.min(20, 8 + 7 * Math.abs(row.dose));
    const middle = y + 12, owner = rows[k]?.owner;
    const grade = state.levers[row.lever]?.grade ?? "D";
    root.append(s("text", { x: 0, y: middle }, clip(`${row.label.replace(owner ? ` (${owner})` : "", "")}`, left / 6.6)),
      s("text", { x: 0, y: middle + 14, class: "tick who" }, clip(`${owner || "no owner yet"} · dose ${short(row.dose)} · grade ${grade}`, left / 6)));
    if (row.start < board.years) {
      root.append(s("path", { class: "ramp", d: `M${x(row.start)} ${middle + 2}L${x(full)} ${middle - thick / 2}L${x(full)} ${middle + thick / 2 + 2}Z` }),
        s("rect", { class: "bar", x: x(full), y: middle - thick / 2, width: Math.max(0, x(end) - x(full)), height: thick + 2, rx: 2 }));
    }
    const hours = row.leader_hours + row.learner_hours + row.facilitator_hours;
    root.append(s("text", { x: width - right + 12, y: middle }, hours ? `${amount(hours)} h a week` : "no hours"),
      s("text", { x: width - right + 12, y: middle + 14, class: "tick" }, row.cash ? `${amount(row.cash)} ${board.totals.currency} a year` : "no cash"));
  });
  loads.forEach((load, k) => drawLoad(root, board, load, top + board.rows.length * rowHeight + k * 74 + 16, { x, left, width, right }));
  return root;
}

/** Hours a week asked of each leader, month by month, against those there are. */
function drawLoad(root, board, load, y, { x, left, width, right }) {
  const high = 44, most = Math.max(1.25 * board.capacity, ...load.mean) || 1;
  const step = (x(board.years) - x(0)) / load.mean.length;
  root.append(s("text", { x: 0, y: y + 14 }, `Load of ${load.name}`), s("text", { x: 0, y: y + 29, class: "tick" }, `hours a week each${load.heads ? ` (${load.heads})` : ""}`));
  load.mean.forEach((hours, month) => {
    const size = (hours / most) * high, over = hours > board.capacity + 1e-9;
    root.append(s("rect", { class: over ? "load-over" : "load-fine", x: x(0) + month * step, y: y + high - size, width: Math.max(1, step - 1.5), height: size }));
  });
  const limit = y + high - (board.capacity / most) * high;
  const worst = Math.max(...load.mean);
  const over = worst > board.capacity + 1e-9;
  root.append(s("line", { x1: left, x2: width - right, y1: limit, y2: limit, class: "limit" }),
    s("text", { x: width - right + 12, y: y + 14, class: over ? "over" : "" }, over ? `⚠ up to ${short(worst)} of ${short(board.capacity)} h` : `up to ${short(worst)} of ${short(board.capacity)} h`),
    s("text", { x: width - right + 12, y: y + 29, class: "tick" }, over ? "more than there is" : "there is room"));
}

const clip = (text, letters) => (text.length > letters ? `${text.slice(0, Math.max(1, Math.floor(letters) - 1))}…` : text);

function boardWords(board) {
  const rows = board.rows.map((row) => `${row.label}, dose ${short(row.dose)}, from month ${Math.round(12 * row.start)}`);
  const loads = board.loads.map((load) => `${load.name} up to ${short(Math.max(0, ...load.mean))} of ${short(board.capacity)} hours a week`);
  return `Timeline of the plan: ${rows.join("; ")}. Load: ${loads.join("; ")}.`;
}
