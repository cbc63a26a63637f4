// Saving, opening, history, links, files, the report.

import { get, post, postFile, postText, stream } from "./api.js";
import { answers, askedOfNow, earlier, keepAnswer, plansChanged } from "./answers.js";
import { byId, copy, dialog, download, h, points, same, say } from "./dom.js";
import { asLink, state } from "./state.js";

export async function savePlan() {
  try {
    await post("/api/plans", { view: state.view });
    plansChanged();
    say(`Saved “${state.view.title}”. Open and Side by side show it; plans under other names stay as they were saved.`);
  } catch (problem) {
    say(`Not saved: ${problem.message}`);
  }
}

export async function openDialog() {
  const plans = await get("/api/plans");
  const file = h("input", { type: "file", id: "viewfile", accept: ".json,.toml", "aria-label": "A view or scenario file", onchange: async () => {
    try {
      const { view } = await post("/api/open", { text: await file.files[0].text(), view: state.view });
      state.replace(view, `opened ${file.files[0].name}`);
      byId("dialog").close();
    } catch (problem) {
      file.after(h("p", { class: "warning" }, problem.message));
    }
  } });
  const open = (row) => { state.replace(row.view, `opened “${row.title}”`); byId("dialog").close(); };
  dialog("Open",
    plans.length ? h("ul", { class: "list" }, ...plans.map((row) => h("li", {}, h("span", {}, h("b", {}, row.title), h("br"), h("span", { class: "note" }, new Date(1000 * row.saved).toLocaleString())),
      h("span", { class: "row" }, h("button", { type: "button", onclick: () => open(row) }, "Open"),
        h("button", { type: "button", "aria-label": `Delete ${row.title}`, onclick: (event) => remove(row, event.currentTarget) }, "Delete")))))
      : h("p", {}, "Nothing is saved yet."),
    h("h3", {}, "From a file"), h("p", { class: "note" }, "A view that the desk has saved (.json), or a scenario (.toml)."), file,
    h("h3", {}, "Begin anew"), h("div", { class: "row" }, h("button", { type: "button", onclick: () => { state.replace({ ...copy(state.catalogue.example), title: "My plan" }, "began anew"); byId("dialog").close(); } }, "Empty plan on the example organisation"),
    h("button", { type: "button", onclick: () => { state.step("an empty plan", (view) => { Object.assign(view, { title: "My plan", levers: [], seed: [] }); }); byId("dialog").close(); } }, "Empty plan on my organisation"),
    h("button", { type: "button", onclick: () => { state.step("copied the plan", (view) => { view.title = `Copy of ${view.title}`.slice(0, 80); }); byId("dialog").close(); say("This is a copy now; what you saved before stays as it is."); } }, "Copy this plan")),
    h("p", { class: "note" }, "The empty plan on your organisation and the copy keep organisation, assumptions, barriers and horizon as they are now."));
}

/** Deleting asks once: the same button, pressed again. */
async function remove(row, button) {
  if (button.dataset.sure) {
    await post(`/api/plans/${row.id}/delete`, {});
    plansChanged();
    openDialog();
    return;
  }
  button.dataset.sure = "1";
  button.textContent = "Delete for good?";
  button.setAttribute("aria-label", `Delete ${row.title} for good?`);
  button.addEventListener("blur", () => { delete button.dataset.sure; button.textContent = "Delete"; button.setAttribute("aria-label", `Delete ${row.title}`); }, { once: true });
}

export function historyDialog() {
  const rows = state.past.map((step, k) => h("li", {}, step.what, h("button", { type: "button", onclick: () => { state.back(k); byId("dialog").close(); } }, "Back to before this")));
  dialog("History", rows.length ? h("ol", { class: "list" }, ...rows.toReversed()) : h("p", {}, "Nothing has been done yet."));
}

export async function shareDialog() {
  const name = fileName(state.view.title);
  const imported = Boolean(state.view.organization.imported);
  const link = await asLink(state.view);
  const shown = h("input", { type: "text", class: "wide", readonly: true, value: link, "aria-label": "Link to this view", onfocus: () => shown.select() });
  const last = answers().report, asked = askedOfNow().length, beside = h("div", {});
  const told = h("div", { "aria-live": "polite" }, last ? [earlier(last), ...reportLinks(last)] : null);
  const refuse = (problem) => told.replaceChildren(h("p", { class: "warning" }, problem.message));
  const grab = (path, ending, type) => async () => {
    try {
      download(`${name}.${ending}`, await postText(path, { view: state.view }), type);
    } catch (problem) { refuse(problem); }
  };
  let others = () => [];
  dialog("Share and report",
    h("h3", {}, "A link to this view"), shown,
    h("p", { class: "note" }, state.view.organization.imported ? "Your people are not in the link: it works in this browser alone." : "It holds the whole view and works wherever this desk runs."),
    h("div", { class: "row" }, h("button", { type: "button", onclick: async () => { shown.select(); try { await navigator.clipboard.writeText(link); say("Copied."); } catch { say("Press Ctrl+C to copy."); } } }, "Copy the link")),
    h("h3", {}, "Files"),
    h("div", { class: "row" },
      h("button", { type: "button", onclick: () => download(`${name}.json`, JSON.stringify(state.view, null, 1), "application/json") }, "This view (.json)"),
      h("button", { type: "button", onclick: grab("/api/toml", "toml", "application/toml") }, "Scenario (.toml)"),
      h("button", { type: "button", onclick: grab("/api/table", "csv", "text/csv") }, "Table of curves (.csv)")),
    imported ? h("p", { class: "note" }, "The scenario reads your people and ties from files beside it, so alone it does not run. The zip holds it with people.csv, ties.csv and layers.csv and runs as it is with “ripple run” once unpacked; its people have pseudonyms and another order, so its numbers differ from these by luck. Departments, levels and years in the firm, sites and each person’s survey answers are as in your files: treat it as you treat those.")
      : h("p", { class: "note" }, "The scenario runs as it is with “ripple run”, and beside others with “ripple compare”."),
    imported ? h("div", { class: "row" }, h("button", { type: "button", id: "bundle", onclick: async () => {
      try { download(`${name}.zip`, await postFile("/api/bundle", { view: state.view }), "application/zip"); } catch (problem) { refuse(problem); }
    } }, "Scenario with pseudonymised people (.zip)")) : null,
    h("h3", {}, "Report"),
    h("p", { class: "note" }, "A page for the board, and the full part behind it. The plan and the baselines are run under drawn assumptions and in eight futures too, so that its ranges hold what we do not know. It takes a few minutes; what was run is kept."),
    beside,
    h("p", { class: "note" }, asked ? `The last answers to ${asked} question${asked === 1 ? "" : "s"} that you asked of this plan stand in its full part.` : "Answers to questions that you ask of this plan (under Questions) will stand in its full part."),
    h("button", { type: "button", id: "makereport", class: "main", onclick: (event) => makeReport(event.target, told, others()) }, "Make the report"), told);
  others = await plansBeside(beside);
}

const SPELT = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };
const fileName = (title) => title.toLowerCase().replaceAll(/[äöüß]/g, (letter) => SPELT[letter]).normalize("NFKD").replaceAll(/\p{M}/gu, "")
  .replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "") || "plan";

/** Saved plans to stand in the report beside this one, the newest ticked; those that are ticked when it is made. */
async function plansBeside(box) {
  let rows = [];
  try {
    rows = (await get("/api/plans")).filter((row) => !same({ ...row.view, title: "" }, { ...state.view, title: "" })).slice(0, 6);
  } catch { /* the report itself will say that the desk does not answer */ }
  const ticks = rows.map((row, k) => [h("input", { type: "checkbox", name: "beside", checked: k < 3 }), row]);
  box.replaceChildren(rows.length ? h("fieldset", {}, h("legend", {}, "Compare in it with"), ...ticks.map(([input, row]) => h("label", { class: "check" }, input, row.title)))
    : h("p", { class: "note" }, "Plans that you save can be compared with this one in it."));
  return () => ticks.filter(([input]) => input.checked).map(([, row]) => row.view);
}

async function makeReport(button, told, others) {
  button.disabled = true;
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Progress of the report" }), words = h("p", { class: "note" }, "Beginning …");
  told.replaceChildren(bar, words);
  const view = copy(state.view);
  try {
    await stream("/api/report", { view, others }, (message) => {
      if (message.kind === "progress") progress(bar, words, message);
      else told.replaceChildren(...reportLinks(keepAnswer("report", view, { url: message.url, gain: message.gain })));
    });
  } catch (problem) {
    told.replaceChildren(h("p", { class: "warning" }, problem.message));
  }
  button.disabled = false;
}

function reportLinks({ url, view, gain }) {
  return [gain ? h("p", { id: "reportgain" }, `In it, with what we do not know of the assumptions: ${points(gain.middle)} points (${points(gain.low)} to ${points(gain.high)}) more people practising. Outcome shows luck alone; quote the report’s.`) : null, h("p", {}, h("a", { href: url, target: "_blank", rel: "noopener", id: "reportlink" }, "Open the report"),
    ` of “${view.title}” (its first page prints on one sheet) · `, h("a", { href: url.replace(/page$/, "tables"), download: `${fileName(view.title)}.xlsx` }, "Its tables (.xlsx)"))].filter(Boolean);
}

export function progress(bar, words, { stage, done, total, left }) {
  if (total) bar.value = done / total;
  words.textContent = `${stage[0].toUpperCase()}${stage.slice(1)}: ${done} of ${total} runs${left ? `, about ${left < 90 ? `${Math.round(left)} s` : `${Math.round(left / 60)} min`} left` : ""}`;
}
