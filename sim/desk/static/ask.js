// Questions about the plan: what may go wrong, what each lever adds, what a budget buys, what can be promised.

import { answers, keepAnswer } from "./answers.js";
import { get, stream } from "./api.js";
import { answerOf } from "./answer.js";
import { budgetForm, compareForm, flipForm, promisesForm, refreshRivals, rivalsOf, startForm } from "./askforms.js";
import { byId, copy, h } from "./dom.js";
import { progress } from "./share.js";
import { state } from "./state.js";

const QUESTIONS = {
  regret: ["Which plan is still good if we are wrong?", "This plan, your saved plans and doing nothing, in eight futures: all as planned, the sponsor changes mind, priorities shift, executives run for cover, turnover doubles, the budget freezes, experts are not there, technology jumps."],
  contribution: ["What does each lever add?", "Alone, on top of the rest, and its fair share, with what they do together."],
  budget: ["What is the best plan for a budget?", "Tries combinations of levers within money and leaders' hours, draws the front of plans that no other beats, and runs the winner again on fresh luck. It never recommends what is not shown to gain.", budgetForm],
  start: ["Whom to start with?", "The same number of people who practise from the first day: executives, managers, peers, those whom most people hear, brokers, a greedy choice, anybody.", startForm],
  last: ["Does it last?", "The sponsor withdraws, or the budget stops: what is left, and for how long."],
  tip: ["Does it tip, and is there a way back?", "Rising doses from today, and the same doses from everybody practising, over six years. Where the two still differ, the organisation remembers where it came from."],
  dies: ["Where does it die?", "Levels and departments that it does not reach, and the cheapest way on."],
  flip: ["What would change our mind?", "The value of one assumption at which this plan and another one, or doing nothing, change places.", flipForm],
  promises: ["What can we promise, and when would we see it?", "Early signs with dates and ranges, each beside what doing nothing would show. Keep the log; later, put what you observed beside it.", promisesForm],
};
const PENDING = "ripple-desk-asking"; // a reload asks it again; runs that were made are remembered by the desk
let running = null; // {tool, view, options, title, told, refused, abort}

export function askPane() {
  const pane = h("div", {}, h("h2", {}, "Questions to ask of this plan"),
    h("p", { class: "note" }, "Each runs the model many times and takes from some seconds to a few minutes. Where two plans cannot be told apart, the answer says so. Answers stand below, the newest on top, and go into the report."),
    ...Object.entries(QUESTIONS).map(([tool, [title, text, form]]) => {
      const { body, options } = form?.() ?? { body: null, options: () => ({}) };
      return h("div", { class: "lever", "data-question": tool },
        h("div", { class: "head" }, h("b", {}, title), h("button", { "data-ask": tool, "aria-label": `Ask: ${title}`, onclick: () => ask(tool, options) }, "Ask")),
        h("p", { class: "sum" }, text), body);
    }),
    compareForm(showKept),
    h("div", { id: "answer", "aria-live": "polite" }, h("div", { class: "now" }), h("div", { class: "kept" }, ...keptAnswers())));
  queueMicrotask(drawNow);
  return pane;
}

addEventListener("planschanged", refreshRivals);

async function ask(tool, options) {
  let asked;
  try {
    asked = options();
    if (tool === "regret") asked.others = (await get("/api/plans")).slice(0, 4).map((row) => row.view);
    if (tool === "flip") asked.others = rivalsOf();
  } catch (problem) {
    running = { tool, refused: problem.message };
    return drawNow();
  }
  await run(tool, copy(state.view), asked);
}

/** A question that a reload broke off is asked again and goes on where it was. */
export function resumeQuestion() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
    if (QUESTIONS[kept?.tool]) run(kept.tool, kept.view, kept.options);
  } catch { /* unreadable: nothing was asked */ }
}

async function run(tool, view, options) {
  running?.abort?.abort();
  const mine = (running = { tool, view, told: null, abort: new AbortController() });
  pending({ tool, view, options });
  drawNow();
  byId("answer")?.scrollIntoView({ block: "start" });
  let answered = false;
  try {
    await stream(`/api/ask/${tool}`, { view, ...options }, (message) => {
      if (mine.abort.signal.aborted) return;
      if (message.kind === "progress") {
        mine.told = message;
        return drawNow();
      }
      answered = true;
      keepAnswer(tool, view, message);
    }, mine.abort.signal);
    if (!answered && !mine.abort.signal.aborted) mine.refused = "Given up, because something else was asked in another tab; ask again.";
  } catch (problem) {
    if (mine.abort.signal.aborted) return;
    mine.refused = problem.message;
  }
  if (running !== mine) return;
  pending(null);
  if (answered) running = null;
  drawNow();
  if (!answered) return;
  showKept();
  document.querySelector(`[data-answer=${tool}]`)?.scrollIntoView({ block: "start" });
}

function giveUp() {
  running?.abort?.abort();
  running = { tool: running?.tool, given: true };
  pending(null);
  drawNow();
}

function pending(what) {
  try {
    if (what) sessionStorage.setItem(PENDING, JSON.stringify(what));
    else sessionStorage.removeItem(PENDING);
  } catch { /* not allowed: a reload then forgets the question */ }
}

/** The question under way, in whatever pane there is now. */
function drawNow() {
  const box = document.querySelector("#answer .now");
  if (!box) return;
  if (!running) return box.replaceChildren();
  const title = h("h2", {}, QUESTIONS[running.tool]?.[0] ?? "");
  if (running.given) return box.replaceChildren(h("p", {}, "Given up."));
  if (running.refused) return box.replaceChildren(title, h("p", { class: "warning" }, running.refused));
  if (box.dataset.tool !== running.tool || !box.querySelector("progress")) {
    box.dataset.tool = running.tool;
    box.replaceChildren(title, h("progress", { max: 1, value: 0, "aria-label": "Progress" }), h("p", { class: "note" }, "Beginning …"),
      h("button", { onclick: giveUp }, "Give up"));
  }
  if (running.told) progress(box.querySelector("progress"), box.querySelector("p.note"), running.told);
}

function showKept() {
  document.querySelector("#answer .kept")?.replaceChildren(...keptAnswers());
}

/** The last answer of each question, newest first. */
function keptAnswers() {
  return Object.entries(answers()).filter(([tool]) => QUESTIONS[tool] || tool === "kept").toSorted(([, a], [, b]) => b.at - a.at)
    .map(([tool, one]) => answerOf(tool, QUESTIONS[tool]?.[0] ?? "Were the promises kept?", one));
}
