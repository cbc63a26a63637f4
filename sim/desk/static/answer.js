// One answer: sentences, pictures with their words, plans to take, files to keep, tables.

import { earlier } from "./answers.js";
import { amount, download, h, points, say } from "./dom.js";
import { state } from "./state.js";

export function answerOf(tool, title, one) {
  return h("section", { class: "answer", "data-answer": tool }, h("h2", {}, title), tool === "kept" ? null : earlier(one),
    ...one.words.map((text) => h("p", {}, text)), one.note ? h("p", { class: "note" }, one.note) : null,
    ...(one.figures ?? []).map(picture), one.plans?.length ? plansToTake(one) : null, one.starts?.length ? startsToTake(one.starts) : null, one.files ? filesToKeep(one.files) : null,
    ...(one.tables ?? []).map(table));
}

/** As an image: what is drawn can neither run nor load anything, and its words are its alternative text. */
function picture({ title, alt, caption, svg }) {
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return h("figure", {}, h("h3", {}, title), h("img", { src: source, alt }), h("figcaption", { class: "note" }, caption),
    h("button", { class: "plain note", "aria-label": `Save the picture: ${title}`, onclick: () => download(`${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}.svg`, svg, "image/svg+xml") }, "Save the picture (.svg)"));
}

function plansToTake({ plans, view }) {
  const take = (row) => {
    state.step("took a plan for the budget", (now) => Object.assign(now, { title: row.recommended ? "Best plan for the budget" : `Plan for the budget${row.number ? ` (${row.number})` : ""}`, levers: structuredClone(row.levers) }));
    say("This is the plan now; Undo brings the other one back.");
  };
  const currency = view?.money?.currency ?? "";
  return h("details", { open: true, class: "plans" }, h("summary", {}, "Plans to take"), h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, ...["", "Plan", "Gain, points", `Money ${currency}`, "Leader hours", ""].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...plans.map((row) => h("tr", {}, h("td", {}, row.number ?? "–"), h("th", { scope: "row" }, row.words, row.recommended ? h("b", {}, " – recommended") : null),
      h("td", {}, points(row.gain)), h("td", {}, amount(row.money)), h("td", {}, amount(row.leader_hours)),
      h("td", {}, h("button", { "aria-label": `Use this plan: ${row.words}`, onclick: () => take(row) }, "Use this plan"))))))));
}

function startsToTake(starts) {
  const take = (row) => {
    state.step(`start with ${row.words}`, (now) => { now.seed = structuredClone(row.seed); });
    say("They practise from the first day of the plan now; it says so below its levers, and Undo takes it back.");
  };
  return h("details", { open: true, class: "starts" }, h("summary", {}, "People to start with"), h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, ...["Who", "Gain, points", ""].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...starts.map((row) => h("tr", {}, h("th", { scope: "row" }, row.words, row.recommended ? h("b", {}, " – recommended") : null),
      h("td", {}, `${points(row.gain)} (${points(row.low)} to ${points(row.high)})`),
      h("td", {}, h("button", { "aria-label": `Start with them: ${row.words}`, onclick: () => take(row) }, "Start with them"))))))));
}

function filesToKeep(files) {
  const [log, form] = Object.entries(files);
  return h("div", { class: "row" }, h("button", { class: "main", "data-file": log[0], onclick: () => download(...log, "text/csv") }, "Keep the log (promises.csv)"),
    h("button", { "data-file": form[0], onclick: () => download(...form, "text/csv") }, "A form for what you will observe (observed.csv)"));
}

function table({ heading, head, rows }) {
  return h("details", {}, h("summary", {}, `Table: ${heading}`), h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((text, k) => (k ? h("td", {}, text) : h("th", { scope: "row" }, text)))))))));
}
