// The page: restores the view, asks for its answer whenever it changes, and puts the panes together.

import { readAgain } from "./answers.js";
import { Refused, get, post, stream } from "./api.js";
import { askPane, resumeQuestion } from "./ask.js";
import { comparePane } from "./compare.js";
import { byId, h, say, tabs } from "./dom.js";
import { befallPane, beliefPane, organizationPane, planPane, tellLevers, tellOrganization } from "./levers.js";
import { drawOutcome, found, held, outcomePane } from "./outcome.js";
import { peoplePane } from "./people.js";
import { historyDialog, openDialog, savePlan, shareDialog } from "./share.js";
import { fromLink, state } from "./state.js";

const LEFT = { plan: ["Levers", planPane], beliefs: ["Assumptions", beliefPane], firm: ["Organisation", organizationPane], befall: ["Barriers", befallPane] };
const RIGHT = { outcome: ["Outcome", outcomePane], people: ["People", peoplePane], compare: ["Side by side", comparePane], ask: ["Questions", askPane] };
let left = "plan", right = "outcome";

export const timings = (window.rippleTimings = []); // for benchmarks: milliseconds from input to repaint
let asking = null; // AbortController of the question under way

// --- asking ---------------------------------------------------------------------------------------------------

function ask() {
  const asked = performance.now();
  found.stale = true;
  if (asking) asking.abort();
  const mine = (asking = new AbortController());
  Object.assign(document.documentElement.dataset, { busy: "1", stale: "1" });
  const timing = { first: null, full: null };
  const have = Object.values(held).filter((line) => line && line.done >= line.of && !line.rough).map((line) => line.key);
  let drawing = false;
  const draw = () => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      if (mine.signal.aborted) return;
      drawOutcome();
      const line = held.plan;
      // The frame is on the screen by the time the next one is asked for.
      requestAnimationFrame(() => {
        if (found.stale || mine.signal.aborted) return;
        if (timing.first === null && line.done > 0) timing.first = performance.now() - asked;
        if (timing.full === null && found.finished) {
          timing.full = performance.now() - asked;
          timings.push(timing);
          document.documentElement.dataset.busy = "";
        }
      });
    });
  };
  found.finished = false;
  stream("/api/answer", { view: state.view, have }, (message) => {
    if (mine.signal.aborted) return;
    if (message.kind === "board") {
      problems([]);
      document.documentElement.dataset.nothing = "";
      found.board = message;
      tellOrganization(message.organization);
      tellLevers(message);
    } else if (message.kind === "wait") {
      byId("runstate")?.replaceChildren(`${message.text} …`);
      return;
    } else if (message.kind === "line") {
      held[message.arm] = message;
      if (message.arm === "plan") fresh();
    } else if (message.kind === "same") {
      const known = Object.values(held).find((line) => line?.key === message.key);
      if (known) held[message.arm] = { ...known, arm: message.arm };
      if (message.arm === "plan") fresh();
    } else if (message.kind === "done") {
      found.end = message;
      found.finished = true;
      if (held.plan) fresh();
    }
    draw();
  }, mine.signal).catch((problem) => {
    if (mine.signal.aborted) return;
    // A view that cannot be run leaves no headings without contents.
    Object.assign(document.documentElement.dataset, { busy: "", stale: "", nothing: found.board ? "" : "1" });
    if (problem instanceof Refused) problems(problem.problems);
    else problems([`The desk does not answer (${problem.message}). Is “ripple desk” still running? What you did here is kept.`]);
  });
}

/** The curves are those of the view as it is now. */
function fresh() {
  found.stale = false;
  document.documentElement.dataset.stale = "";
}

function problems(texts) {
  byId("problems").replaceChildren(...texts.map((text) => h("p", { class: "warning" }, text)));
}

// --- panes ----------------------------------------------------------------------------------------------------

function drawLeft() {
  tabs(byId("lefttabs"), Object.fromEntries(Object.entries(LEFT).map(([key, [label]]) => [key, label])), left, (key) => { left = key; drawLeft(); });
  byId("leftpane").setAttribute("aria-label", LEFT[left][0]);
  byId("leftpane").replaceChildren(LEFT[left][1]());
  tellOrganization(found.board?.organization);
  tellLevers(found.board);
}

function drawRight() {
  tabs(byId("righttabs"), Object.fromEntries(Object.entries(RIGHT).map(([key, [label]]) => [key, label])), right, (key) => { right = key; drawRight(); });
  byId("rightpane").setAttribute("aria-label", RIGHT[right][0]);
  byId("rightpane").replaceChildren(RIGHT[right][1]());
  if (right === "outcome") drawOutcome();
}

function tools() {
  const last = state.past.at(-1), next = state.future.at(-1);
  byId("undo").disabled = !last;
  byId("redo").disabled = !next;
  byId("undo").title = last ? `Undo: ${last.what} (Ctrl+Z)` : "Nothing to undo";
  byId("redo").title = next ? `Redo: ${next.what} (Ctrl+Shift+Z)` : "Nothing to redo";
  if (document.activeElement !== byId("title")) byId("title").value = state.view.title;
  document.title = `${state.view.title} – Ripple desk`;
}

/** The view of the link, else of this tab, else the last one, else the example; what cannot be used is left. */
async function wanted(example) {
  if (location.hash) {
    try {
      const linked = await usable(await fromLink(location.hash), example);
      history.replaceState(null, "", location.pathname);
      Object.assign(state, { past: [], future: [] });
      return linked;
    } catch (problem) {
      say(`The link cannot be used: ${problem.message}`);
    }
  }
  if (state.restore()) {
    try {
      const read = await usable(state.view, example);
      readAgain(state.view, read);
      return read;
    } catch { /* of another version: begin with the example */ }
  }
  Object.assign(state, { past: [], future: [] });
  return example;
}

async function usable(view, example) {
  const { view: read } = await post("/api/open", { text: JSON.stringify(view), view: example });
  for (const key of ["levers", "shocks", "start", "seed"]) read[key] ??= [];
  return read;
}

async function begin() {
  state.catalogue = await get("/api/start");
  state.levers = Object.fromEntries(state.catalogue.levers.map((lever) => [lever.id, lever]));
  const example = { ...structuredClone(state.catalogue.example), title: "My plan" };
  state.view = await wanted(example);
  state.keep();
  state.listen((view, { rebuilt }) => {
    if (rebuilt) {
      drawLeft();
      if (right !== "outcome") drawRight();
    }
    tools();
    ask();
  });
  state.kept = tools;
  byId("undo").onclick = () => state.undo();
  byId("redo").onclick = () => state.redo();
  byId("history").onclick = historyDialog;
  byId("open").onclick = openDialog;
  byId("save").onclick = savePlan;
  byId("share").onclick = shareDialog;
  byId("title").onchange = (event) => state.step("renamed the plan", (view) => { view.title = event.target.value.trim() || "My plan"; }, false);
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    const typing = event.target.matches?.("input:not([type=range]):not([type=checkbox])");
    if (key === "s") { event.preventDefault(); savePlan(); }
    else if (typing) return;
    else if (key === "z") { event.preventDefault(); event.shiftKey ? state.redo() : state.undo(); }
    else if (key === "y") { event.preventDefault(); state.redo(); }
  });
  addEventListener("hashchange", () => location.reload()); // a link pasted over this page
  let resizing;
  addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(() => { if (right === "outcome") drawOutcome(); }, 120); });
  drawLeft();
  drawRight();
  tools();
  ask();
  resumeQuestion();
}

begin().catch((problem) => problems([`The page could not begin: ${problem.message}`]));
