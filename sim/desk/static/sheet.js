// A lever from its source's sentence to the number.

import { get } from "./api.js";
import { dialog, h, short } from "./dom.js";
import { state } from "./state.js";

export async function sheet(id) {
  const lever = state.levers[id];
  dialog(`${id} ${lever?.name ?? ""}`, h("p", {}, lever?.summary ?? ""), h("p", { class: "note" }, "…"));
  const found = await get(`/api/lever/${id}`);
  const prices = { leader_hours: "hours a week of each leader", learner_hours: "hours a week of each person", facilitator_hours: "hours of facilitators a week and person", cash_per_head: "a year for each person", cash_fixed: "a year" };
  const costs = Object.entries(found.costs).filter(([, value]) => value).map(([key, value]) => `${short(value)} ${prices[key]}`);
  const [first, ...rest] = Object.entries(found.quotations);
  const quoted = ([row, text]) => h("blockquote", {}, `“${text}” `, h("cite", {}, row));
  dialog(`${id} ${found.name}`,
    h("p", {}, found.summary),
    first ? quoted(first) : null,
    rest.length ? h("details", {}, h("summary", {}, `${rest.length} more sentence${rest.length === 1 ? "" : "s"} from the sources`), ...rest.map(quoted)) : null,
    h("h3", {}, "What it takes at the usual dose"), h("p", {}, costs.length ? `${costs.join("; ")}.` : "Neither hours nor money."),
    h("h3", {}, "How it reaches people"),
    h("p", {}, `Practised by ${found.practised_by.join(", ").replaceAll("_", " ")}; ${found.flows_along.length ? `flows along ${found.flows_along.join(", ")}` : "works through the context, not through relationships"}; acts at once on ${found.acts_on.join(", ")}.`),
    h("h3", {}, "Side effect, and how it harms"), h("p", {}, `${found.side_effect} ${found.misuse_text}`),
    h("h3", {}, `Evidence: grade ${found.grade}`),
    h("p", {}, `${state.catalogue.grades[found.grade][0].toUpperCase()}${state.catalogue.grades[found.grade].slice(1)}. How it splits over what people feel is always judgement.`),
    h("ul", {}, ...found.evidence.map((row) => h("li", {}, `${row.default} (${row.low} to ${row.high}) ${row.unit}: ${row.source}, grade ${row.grade}`))),
    h("details", {}, h("summary", {}, "Equations and numbers"),
      h("ul", {}, ...found.equations.map((row) => h("li", {}, `${row.name}: ${row.text}`))),
      h("table", {}, h("thead", {}, h("tr", {}, ...["Assumption", "usually", "range", "grade"].map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", {}, ...found.parameters.map((row) => h("tr", {}, h("th", { scope: "row" }, row.meaning), h("td", {}, `${short(row.default)} ${row.unit === "–" ? "" : row.unit}`), h("td", {}, `${short(row.low)} to ${short(row.high)}`), h("td", {}, row.grade)))))));
}
