// The left side: what we do (levers), what we believe (assumptions), who we are, what may befall us.

import { post } from "./api.js";
import { amount, byId, dialog, h, months, say, short, when } from "./dom.js";
import { sheet } from "./sheet.js";
import { state } from "./state.js";

const WHO = {
  "": "as usual for this lever", executives: "executives", managers: "managers", leaders: "executives and managers",
  employees: "employees", everyone: "everyone",
};
const LEVELS = {
  executives: ["executive"], managers: ["manager"], leaders: ["executive", "manager"], employees: ["employee"],
  everyone: ["executive", "manager", "employee", "learning_leader"],
};
const whoKey = (who) => {
  if (!who) return "";
  const plain = Object.keys(who).length === 1 && who.levels;
  return (plain && Object.keys(LEVELS).find((key) => LEVELS[key].join() === who.levels.join())) || "other";
};

let seeAll = false;
let wanted = "";

export function planPane() {
  const used = state.view.levers.map((row, k) => ({ row, k }));
  const first = state.catalogue.first;
  const others = used.filter(({ row }) => !first.includes(row.lever));
  const pane = h("div", {}, presetChoice(), h("h2", {}, "Five levers to begin with"));
  for (const id of first) {
    const mine = used.filter(({ row }) => row.lever === id);
    pane.append(...(mine.length ? mine.map(({ k }) => leverCard(id, k)) : [leverCard(id, null)]));
  }
  if (others.length) pane.append(h("h2", {}, "Also in this plan"), ...others.map(({ row, k }) => leverCard(row.lever, k)));
  const rest = h("div", { id: "rest" });
  pane.append(
    h("details", { open: seeAll, id: "all32", ontoggle: (event) => { seeAll = event.target.open; } },
      h("summary", {}, "All 32 levers"),
      h("input", {
        type: "search", class: "wide", placeholder: "Find a lever", "aria-label": "Find a lever", value: wanted,
        oninput: (event) => { wanted = event.target.value; fillRest(rest); },
      }), rest),
  );
  fillRest(rest);
  return pane;
}

function fillRest(rest) {
  const there = new Set(state.view.levers.map((row) => row.lever));
  const text = wanted.trim().toLowerCase();
  const found = state.catalogue.levers.filter((lever) => !there.has(lever.id) && !state.catalogue.first.includes(lever.id)
    && `${lever.id} ${lever.name} ${lever.summary}`.toLowerCase().includes(text));
  rest.replaceChildren(...found.map((lever) => leverCard(lever.id, null)));
  if (!found.length) rest.append(h("p", { class: "note" }, text ? "No other lever is called so." : "All of them are in the plan."));
}

function presetChoice() {
  const choice = h("select", { class: "wide", id: "preset", "aria-label": "Begin with a plan that comes with Ripple", onchange: (event) => {
    const preset = state.catalogue.presets.find((one) => one.name === event.target.value);
    if (!preset) return;
    state.step(`began with “${preset.title}”`, (view) => {
      const { organization, parameters, money } = view;
      Object.assign(view, structuredClone(preset.view), { organization, parameters, money });
    });
  } }, h("option", { value: "" }, "Begin with a plan that comes with Ripple …"),
    ...state.catalogue.presets.map((preset) => h("option", { value: preset.name, title: preset.question }, preset.title)));
  return choice;
}

/** One lever; `k` is its place in the plan, null while it is not used. */
function leverCard(id, k) {
  const lever = state.levers[id] ?? { id, name: id, grade: "D", summary: "", prices: {}, by: [] };
  let place = k;
  const row = () => (place === null ? null : state.view.levers[place]);
  const card = h("div", { class: "lever", "data-lever": id });
  const value = h("span", { class: "value" });
  const sum = h("p", { class: "sum" });
  const takes = h("p", { class: "sum takes" });
  const more = h("details", {}, h("summary", {}, "When, who, owner"));
  const name = row()?.label ?? lever.name;
  const most = Math.max(2, Math.abs(row()?.dose ?? 0));
  const slider = h("input", {
    type: "range", min: (row()?.dose ?? 0) < 0 ? -most : 0, max: most, step: 0.05, value: row()?.dose ?? 0, "aria-label": `${name}: dose`,
    oninput: () => {
      const dose = Number(slider.value);
      state.move((view) => {
        if (place === null) place = view.levers.push({ lever: id, dose, start: 0, ramp: 0.25 }) - 1;
        view.levers[place].dose = dose;
      });
      told();
    },
    onchange: () => state.commit(`${name}: dose ${row()?.dose ?? 0}`),
  });
  more.addEventListener("toggle", () => {
    if (more.open && more.children.length === 1) more.append(...whenAndWho(lever, row, told));
  });
  function told() {
    const now = row();
    const on = Boolean(now && now.dose !== 0);
    card.classList.toggle("on", on);
    value.textContent = on ? `${short(now.dose)} × usual` : "not used";
    slider.setAttribute("aria-valuetext", value.textContent);
    more.hidden = !on;
    sum.textContent = on ? inWords(now, lever) : lever.summary;
    takes.textContent = "";
  }
  // The board says of the newest answer what each use of a lever takes in all people together.
  card.takes = (board) => {
    const used = state.view.levers.filter((one) => one.dose !== 0).indexOf(row());
    takes.textContent = used < 0 || board.rows[used]?.lever !== id ? "" : inAll(board.rows[used], board.totals.currency);
  };
  card.append(
    h("div", { class: "head" },
      h("button", { class: "plain name", title: "What is known of this lever", onclick: () => sheet(id) }, name, gradeMark(lever.grade)), value),
    slider, sum, takes, more);
  told();
  return card;
}

/** What a lever takes in all people together, as the board says it. */
function inAll(row, currency) {
  const parts = Object.entries({ leaders: row.leader_hours, learners: row.learner_hours, facilitators: row.facilitator_hours })
    .filter(([, hours]) => hours).map(([who, hours]) => `${amount(hours)} h a week of ${who}`);
  return `In all: ${[...parts, row.cash ? `${amount(row.cash)} ${currency} a year` : "no cash"].join(", ")}`;
}

export function tellLevers(board) {
  if (board) for (const card of document.querySelectorAll("#leftpane .lever[data-lever]")) card.takes?.(board);
}

export function gradeMark(grade) {
  return h("span", { class: `grade ${grade}`, title: `Evidence ${grade}: ${state.catalogue.grades[grade]}` }, h("span", { class: "hidden" }, "Evidence grade "), grade);
}

function inWords(row, lever) {
  const ramp = row.ramp > 0 ? `, in full after ${months(row.ramp)}` : "";
  const end = row.stop === null || row.stop === undefined ? "the end" : when(row.stop);
  const who = row.who ? ` · ${whoKey(row.who) === "other" ? "some people" : WHO[whoKey(row.who)]}` : "";
  const owner = row.owner ? ` · ${row.owner}` : "";
  const hours = row.leader_hours ?? lever.prices.leader_hours ?? 0;
  const cost = hours ? ` · ${short(Math.abs(row.dose) * hours)} h a week of each leader` : "";
  return `From ${when(row.start ?? 0)} to ${end}${ramp}${who}${owner}${cost}`;
}

function whenAndWho(lever, row, told) {
  const horizon = () => Math.round(12 * state.view.years);
  const name = () => row()?.label ?? lever.name;
  const time = (label, key, usual, most, asText) => {
    const output = h("output", {});
    const input = h("input", { type: "range", min: 0, max: most, step: 1, value: Math.min(most, Math.round(12 * (row()[key] ?? usual))), "aria-label": `${name()}: ${label}`,
      oninput: () => {
        const count = Number(input.value);
        state.move(() => setTime(row(), key, count, horizon()));
        show();
        told();
      },
      onchange: () => state.commit(`${name()}: ${label} ${output.textContent}`) });
    const show = () => { output.textContent = asText(Number(input.value)); input.setAttribute("aria-valuetext", output.textContent); };
    show();
    return h("label", { class: "pair" }, h("span", {}, label), input, output);
  };
  const key = whoKey(row().who);
  const who = h("select", { "aria-label": `${name()}: who`, onchange: () => {
    if (who.value === "other") return;
    state.move(() => { if (who.value) row().who = { levels: LEVELS[who.value] }; else delete row().who; });
    state.commit(`${name()}: ${WHO[who.value]}`);
    told();
  } }, ...Object.entries(WHO).map(([value, label]) => h("option", { value, selected: value === key }, label)),
    key === "other" ? h("option", { value: "other", selected: true }, "as this plan says") : null);
  const owner = h("input", { type: "text", maxlength: 40, value: row().owner ?? "", placeholder: "name or role", "aria-label": `${name()}: owner`,
    onchange: () => {
      state.move(() => { row().owner = owner.value.trim(); });
      state.commit(`${name()}: owner ${owner.value}`);
      told();
    } });
  return [
    time("Begins", "start", 0, horizon() - 1, (m) => when(m / 12)),
    time("Until full", "ramp", 0, 24, (m) => (m ? months(m / 12) : "at once")),
    time("Ends", "stop", state.view.years, horizon(), (m) => (m >= horizon() ? "the end" : when(m / 12))),
    h("label", { class: "pair" }, h("span", {}, lever.conduct ? "Who does it" : "Who takes part"), who, h("span", {})),
    h("label", { class: "pair" }, h("span", {}, "Owner"), owner, h("span", {})),
    h("button", { onclick: () => state.step(`${name()}: taken out`, (view) => { view.levers.splice(view.levers.indexOf(row()), 1); }) }, "Take it out"),
  ];
}

/** Set a date so that a lever still begins before it ends. */
function setTime(row, key, count, horizon) {
  const years = count / 12;
  if (key === "stop") {
    if (count >= horizon) delete row.stop;
    else row.stop = Math.max(years, 1 / 12);
    if (row.stop !== undefined && (row.start ?? 0) >= row.stop) row.start = Math.max(0, row.stop - 1 / 12);
  } else {
    row[key] = years;
    if (key === "start" && row.stop !== undefined && row.stop !== null && row.start >= row.stop) row.stop = row.start + 1 / 12;
  }
}

// --- what we believe ------------------------------------------------------------------------------------------

export function beliefPane() {
  const pane = h("div", {});
  const changed = Object.keys(state.view.parameters ?? {});
  pane.append(
    h("p", { class: "note" }, "What the model leans on. Most rest on judgement (grade D): move those you doubt. My baseline moves with them; the default baseline does not."),
    h("div", { class: "row" }, h("input", { type: "search", placeholder: "Find an assumption", "aria-label": "Find an assumption", oninput: (event) => list(event.target.value) }),
      h("button", { onclick: () => state.step("all assumptions as usual", (view) => { view.parameters = {}; }) }, "All as usual")));
  const box = h("div", {});
  pane.append(box);
  list("");
  function list(text) {
    const found = state.catalogue.assumptions.filter((one) => `${one.name} ${one.meaning} ${one.symbol}`.toLowerCase().includes(text.trim().toLowerCase()) && one.high > one.low);
    const groups = new Map();
    const mine = found.filter((one) => changed.includes(one.name));
    if (mine.length) groups.set("Changed by you", mine);
    for (const one of found) if (!changed.includes(one.name)) groups.set(one.part, [...(groups.get(one.part) ?? []), one]);
    box.replaceChildren(...[...groups].map(([part, rows]) => {
      const open = part === "Changed by you" || Boolean(text);
      const group = h("details", { open }, h("summary", {}, `${part[0].toUpperCase()}${part.slice(1)} (${rows.length})`));
      const fill = () => { if (group.open && group.children.length === 1) group.append(...rows.map(belief)); };
      group.addEventListener("toggle", fill);
      if (open) group.append(...rows.map(belief));
      return group;
    }));
  }
  return pane;
}

function belief(one) {
  const log = one.distribution === "loguniform" && one.low > 0;
  const to = (value) => (log ? Math.log(value / one.low) / Math.log(one.high / one.low) : (value - one.low) / (one.high - one.low));
  const from = (place) => Number((log ? one.low * (one.high / one.low) ** place : one.low + place * (one.high - one.low)).toPrecision(4));
  const now = () => state.view.parameters?.[one.name] ?? one.default;
  const value = h("span", { class: "value" });
  const slider = h("input", { type: "range", min: 0, max: 1, step: 0.005, value: to(now()), "aria-label": one.meaning,
    oninput: () => { state.move((view) => { view.parameters = { ...view.parameters, [one.name]: from(Number(slider.value)) }; }); told(); },
    onchange: () => state.commit(`${one.meaning}: ${short(now())}`) });
  const reset = h("button", { class: "plain", onclick: () => state.step(`${one.meaning}: as usual`, (view) => { delete view.parameters[one.name]; }) }, "as usual");
  const card = h("div", { class: "lever", "data-assumption": one.name });
  function told() {
    const own = state.view.parameters?.[one.name] !== undefined;
    value.textContent = `${short(now())}${one.unit === "–" ? "" : ` ${one.unit}`}`;
    slider.setAttribute("aria-valuetext", value.textContent);
    card.classList.toggle("on", own);
    reset.hidden = !own;
  }
  card.append(
    h("div", { class: "head" }, h("span", { class: "name" }, `${one.meaning[0].toUpperCase()}${one.meaning.slice(1)}`, gradeMark(one.grade)), value),
    slider,
    h("p", { class: "sum" }, `Usually ${short(one.default)}; ${short(one.low)} to ${short(one.high)}. ${one.source}. `, reset));
  told();
  return card;
}

// --- who we are -----------------------------------------------------------------------------------------------

export function organizationPane() {
  const organization = state.view.organization;
  const pane = h("div", {});
  const number = (label, key, low, high, step, usual) => {
    const output = h("output", {});
    const input = h("input", { type: "range", min: low, max: high, step, value: organization[key] ?? usual, "aria-label": label,
      oninput: () => { output.textContent = short(Number(input.value)); },
      onchange: () => state.step(`${label}: ${input.value}`, (view) => { delete view.organization.tiers; view.organization[key] = Number(input.value); }) });
    output.textContent = short(Number(input.value));
    return h("label", { class: "pair" }, h("span", {}, label), input, output);
  };
  if (organization.imported) {
    pane.append(h("h2", {}, "Your organisation"), h("p", {}, "People and ties come from your files. They are kept in the desk’s folder on this machine, under pseudonyms."),
      h("div", { id: "datareport" }),
      h("div", { class: "row" },
        h("button", { onclick: backToExample }, "Back to the example"),
        h("button", { onclick: async () => {
          await post(`/api/import/${organization.imported}/forget`, {});
          backToExample();
          say("The files are deleted from the desk’s folder.");
        } }, "Delete these files")));
  } else {
    pane.append(h("h2", {}, "A made-up organisation"),
      h("p", { class: "note" }, "An example, made from a few numbers. Nobody in it is real."),
      number("People", "people", 50, 3000, 50, 300), number("Departments", "departments", 1, 30, 1, 6),
      number("Reports a leader", "span", 2, 15, 0.5, 5), number("Contacts a person", "informal_ties", 0, 20, 0.5, 4),
      number("… outside the department", "cross_unit_share", 0, 1, 0.05, 0.35), number("Which one", "seed", 1, 20, 1, 1),
      h("div", { id: "datareport" }));
  }
  pane.append(horizon(), importBox(), governance(), money());
  return pane;
}

function backToExample() {
  state.step("the example organisation", (view) => { view.organization = structuredClone(state.catalogue.example.organization); });
}

function horizon() {
  const output = h("output", {}, short(state.view.years));
  const input = h("input", { type: "range", min: 1, max: 5, step: 0.5, value: state.view.years, "aria-label": "Horizon, years",
    oninput: () => { output.textContent = short(Number(input.value)); },
    onchange: () => state.step(`horizon ${input.value} years`, (view) => { view.years = Number(input.value); }) });
  return h("label", { class: "pair" }, h("span", {}, "Horizon, years"), input, output);
}

function governance() {
  const options = { "": "as the plan needs", none: "nobody", learning_leader: "a learning leader on the board", hr_officer: "an HR officer", compliance_officer: "a compliance officer" };
  const choice = h("select", { "aria-label": "Who owns learning", onchange: () => state.step(`who owns learning: ${options[choice.value]}`, (view) => {
    if (choice.value) view.organization.governance = choice.value; else delete view.organization.governance;
  }) }, ...Object.entries(options).map(([value, label]) => h("option", { value, selected: value === (state.view.organization.governance ?? "") }, label)));
  return h("label", { class: "row" }, "Who owns learning ", choice);
}

function money() {
  const wage = h("input", { type: "number", min: 0, max: 1000, step: 1, value: state.view.money?.wage ?? 40, "aria-label": "Cost of an hour of work",
    onchange: () => state.step(`an hour costs ${wage.value}`, (view) => { view.money = { ...view.money, wage: Number(wage.value) }; }) });
  const currency = h("input", { type: "text", size: 5, maxlength: 8, value: state.view.money?.currency ?? "USD", "aria-label": "Currency",
    onchange: () => state.step(`currency ${currency.value}`, (view) => { view.money = { ...view.money, currency: currency.value.trim() || "USD" }; }) });
  return h("div", {}, h("label", { class: "row" }, "An hour of work costs ", wage, currency),
    h("p", { class: "note" }, "Money here is cost. What a firm has of its culture in money is the least certain part of all and is not shown; a scenario file that says outcome_map = true under [money] asks the report for it."));
}

function importBox() {
  const people = h("input", { type: "file", accept: TABLES, id: "peoplefile" });
  const ties = h("input", { type: "file", accept: TABLES, id: "tiesfile" });
  const result = h("div", { "aria-live": "polite" });
  const layers = h("input", { type: "file", accept: TABLES, id: "layersfile" });
  const set = (state.view.organization.survey_scale ?? [0, 1]).join(" to ");
  const scale = h("select", { id: "surveyscale", "aria-label": "Answers of the survey columns" }, ...["0 to 1", "1 to 5", "1 to 6", "1 to 7", "0 to 10"].map((text) => h("option", { selected: text === set }, text)));
  const words = h("input", { type: "text", class: "wide", id: "importsaid", placeholder: '--map id="Staff no"', "aria-label": "What the message asks for" });
  const asked = h("label", { hidden: true }, h("span", { class: "note" }, "What the message asks for, in its words that begin with --; one after the other if there are several. Then read the files again."), words);
  const text = async (input) => (input.files.length ? { base64: await inBase64(input.files[0]) } : null);
  let leaving = 0; // ties that name strangers are left out of these files from then on, whatever else is asked
  for (const input of [people, ties, layers]) input.addEventListener("change", () => { leaving = 0; });
  const read = async (leaveOut) => {
    leaving ||= leaveOut;
    if (!people.files.length) { result.replaceChildren(h("p", { class: "warning" }, "Choose people.csv first.")); return; }
    result.replaceChildren(h("p", { class: "note" }, "Reading …"));
    try {
      const chosen = { "people.csv": people, "ties.csv": ties, "layers.csv": layers };
      const names = Object.fromEntries(Object.entries(chosen).filter(([, input]) => input.files.length).map(([name, input]) => [name, input.files[0].name]));
      const found = await post("/api/import", { people: await text(people), ties: await text(ties), layers: await text(layers), names, scale: scale.value, leave_out: leaving !== 0, said: words.value });
      said = found.own_words;
      state.step("imported an organisation", (view) => { view.organization = found.organization; });
      dialog("What was found in your files", dataReport(found));
    } catch (problem) {
      result.replaceChildren(...(problem.problems ?? [String(problem)]).map((told) => h("p", { class: "warning" }, told)),
        ...(problem.strangers ? [h("button", { id: "leaveout", onclick: () => read(problem.strangers) }, problem.strangers < 0 ? "Leave such ties out" : problem.strangers === 1 ? "Leave this tie out" : `Leave these ${problem.strangers} ties out`)] : []));
      if (problem.message.includes("--")) asked.hidden = false;
      result.scrollIntoView({ block: "center" });
    }
  };
  return h("section", {}, h("h2", {}, "Your own people"),
    h("p", { class: "note" }, "CSV files or a workbook (.xlsx), with your own column names or with ours: what each column is taken for is shown, and what is open is asked. people.csv needs a column id; manager_id, level, department and tenure_years if you have them. ties.csv needs source and target; layers.csv a column layer, and directed, tie_threshold (from which weight a tie counts) and meaning if you have them. What is missing is made up, and said. Nothing leaves this machine; names become pseudonyms; groups below five are not shown."),
    h("div", { class: "row" }, h("label", {}, "people.csv ", people)), h("div", { class: "row" }, h("label", {}, "ties.csv (if any) ", ties)),
    h("div", { class: "row" }, h("label", {}, "layers.csv (if any) ", layers)),
    h("label", { class: "row" }, "Survey answers, if there are any, run from ", scale), asked, h("button", { id: "readfiles", onclick: () => read(0) }, "Read the files"), result);
}

const TABLES = ".csv,.xlsx,text/csv";

/** The bytes of a file, whatever its letters are coded in. */
const inBase64 = (file) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => failed(new Error(`${file.name} cannot be read`));
  reader.readAsDataURL(file);
});

export function dataReport(found) {
  const warned = found.report.filter((line) => line.startsWith("warning: "));
  const made = found.report.filter((line) => line.startsWith("generated "));
  return h("div", { id: "datafound" },
    h("p", {}, h("b", {}, warned.length ? `Pass, with ${warned.length} warning${warned.length === 1 ? "" : "s"}. ` : "Pass. "), `${amount(found.people)} people, ${found.departments} departments, ${found.tiers} tiers.`),
    ...warned.map((line) => h("p", { class: "warning" }, sentence(line.slice(9)))),
    found.layers.length ? h("h3", {}, "What your ties mean") : null,
    ...found.layers.map(layerChoice),
    found.layers.length && !found.layers.some((layer) => layer.target === "peers") ? h("p", { class: "warning", id: "nopeers" },
      "No layer of yours is read as peers who talk. In the runs only people with the same manager are then peers, and little spreads from colleague to colleague. If people of one of these layers do talk with each other, say so here.") : null,
    made.length ? h("h3", {}, "Made up, because the files do not say") : null,
    h("ul", {}, ...made.map((line) => h("li", {}, sentence(line.slice(10))))),
    made.some((line) => line.includes("acquaintances")) ? h("p", { class: "note" }, "Acquaintances are ties that sleep: people whom somebody does not turn to now and might turn to next. A file does not hold them, so as many are made up as it has ties, like those; nothing flows along one until it wakes.") : null,
    h("h3", {}, "Found"),
    h("ul", {}, ...found.report.filter((line) => line.startsWith("found ")).map((line) => h("li", {}, sentence(line.slice(6))))));
}

let said = {}; // what the layers file of this visit says of its layers, in its own words
const MEANINGS = { peers: "peers who talk", mutual: "joint work of leaders and reports", ripples: "weak and indirect ties (chance contacts)", authority: "the reporting line", ignore: "nothing: left out" };

const WAYS = { both: "both hear each other", target_to_source: "who answers asks, and so hears, the one named", source_to_target: "the one named hears who answers" };

/** What the ties of a layer are read as, and which way influence flows along them, to be changed. */
function layerChoice(layer) {
  const now = () => ({ target: layer.target, influence: layer.influence, ...state.view.organization.layers?.[layer.name] });
  const change = (what, part) => state.step(`ties of ${layer.name}: ${what}`, (view) => {
    view.organization.layers = { ...view.organization.layers, [layer.name]: { ...now(), ...part } };
  });
  const target = h("select", { "data-layer": layer.name, "aria-label": `What ties of ${layer.name} mean`, onchange: () => change(MEANINGS[target.value], { target: target.value }) },
    ...Object.entries(MEANINGS).map(([value, label]) => h("option", { value, selected: value === now().target }, label)));
  const way = h("select", { "data-way": layer.name, "aria-label": `Which way influence flows along ties of ${layer.name}`, onchange: () => change(WAYS[way.value], { influence: way.value }) },
    ...Object.entries(WAYS).map(([value, label]) => h("option", { value, selected: value === now().influence }, label)));
  return h("label", { class: "row" }, `“${layer.name}”${said[layer.name] ? ` (${said[layer.name]})` : ""}${layer.counts ? `, ${layer.counts}` : ""}, reads as: `, target, now().target === "ignore" ? null : way);
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}`;

export function tellOrganization(found) {
  const box = byId("datareport");
  if (!box || !found) return;
  box.replaceChildren(h("p", { class: "note" }, `${amount(found.people)} people${found.who ? ` (${found.who})` : ""} in ${found.tiers} tiers and ${found.departments} departments.`));
  byId("datafound")?.replaceWith(dataReport(found)); // the open report says what holds now
  if (found.imported) box.append(h("button", { onclick: () => dialog("What was found in your files", dataReport(found)) }, "Data report"));
}

// --- what may befall us ---------------------------------------------------------------------------------------

export function befallPane() {
  const pane = h("div", {}, h("p", { class: "note" }, "Things that leaders do not choose. They hold for the plan and for my baseline alike; the default baseline is spared."));
  const group = (title, shock) => {
    pane.append(h("h2", {}, title));
    for (const barrier of state.catalogue.barriers.filter((one) => one.shock === shock)) pane.append(befalls(barrier, shock ? "shocks" : "start"));
  };
  group("At a date", true);
  group("From the start", false);
  return pane;
}

function befalls(barrier, list) {
  const place = () => (state.view[list] ?? []).findIndex((row) => row.barrier === barrier.id);
  const on = place() >= 0;
  const box = h("input", { type: "checkbox", checked: on, onchange: () => state.step(`${box.checked ? "" : "not: "}${barrier.name}`, (view) => {
    view[list] ??= [];
    if (box.checked) view[list].push(list === "shocks" ? { barrier: barrier.id, start: Math.min(barrier.start, view.years - 0.25) } : { barrier: barrier.id });
    else view[list].splice(place(), 1);
  }) });
  const card = h("div", { class: `lever${on ? " on" : ""}` }, h("label", { class: "check" }, box, h("span", {}, h("b", {}, barrier.name), h("br"), h("span", { class: "note" }, barrier.summary))));
  if (on && list === "shocks") {
    const output = h("output", {}, when(state.view.shocks[place()].start ?? barrier.start));
    const input = h("input", { type: "range", min: 0, max: Math.round(12 * state.view.years) - 1, value: Math.round(12 * (state.view.shocks[place()].start ?? barrier.start)), "aria-label": `${barrier.name}: when`,
      oninput: () => {
        state.move((view) => {
          const row = view.shocks[place()];
          const length = row.stop ? row.stop - row.start : null;
          row.start = Number(input.value) / 12;
          if (length) row.stop = row.start + length;
        });
        output.textContent = when(Number(input.value) / 12);
      },
      onchange: () => state.commit(`${barrier.name}: ${output.textContent}`) });
    card.append(h("label", { class: "pair" }, h("span", {}, "Strikes"), input, output));
  }
  return card;
}
