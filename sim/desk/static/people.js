// Departments and people over time, and who lit whom. Colour and size say the same thing twice, for those who see no colours.

import { post } from "./api.js";
import { byId, h, percent, s } from "./dom.js";
import { found } from "./outcome.js";
import { state } from "./state.js";

const LIT = { authority: "The reporting line", peers: "Peers", mutual: "Joint work of leaders and reports", ripples: "Weak and indirect ties", spontaneous: "Nobody: of their own accord", mixed: "Chance contacts" };
const LEVELS = { executive: "Executives", manager: "Managers", employee: "Employees", learning_leader: "Learning leaders", community: "Outsiders" };
let asked = 0;
const MOST_ON_A_RING = 14;
const GAP = 34; // between departments: room for two lines of words

export function peoplePane() {
  const pane = h("div", {}, h("h2", {}, "People and departments"),
    h("p", { class: "note", id: "netnote" }, "Getting the picture …"), h("div", { id: "net" }), h("h2", {}, "Who lit whom"), h("div", { id: "lit" }));
  load();
  return pane;
}

async function load() {
  const mine = ++asked;
  try {
    const net = await post("/api/network", { view: state.view });
    if (mine !== asked || !byId("net")) return;
    if (net.given_up) { setTimeout(() => { if (mine === asked && byId("net")) load(); }, 300); return; }
    draw(net);
  } catch (problem) {
    if (byId("netnote")) byId("netnote").textContent = problem.message;
  }
}

/** From blue (low) to orange (high): told apart with every common form of colour blindness. */
export function tint(level) {
  const stops = [[0.2, [33, 102, 172]], [0.4, [146, 197, 222]], [0.5, [240, 240, 236]], [0.6, [253, 184, 99]], [0.85, [179, 88, 6]]];
  const at = Math.min(0.85, Math.max(0.2, level));
  const k = Math.max(1, stops.findIndex(([edge]) => at <= edge));
  const [[low, a], [high, b]] = [stops[k - 1], stops[k]];
  const part = (at - low) / (high - low);
  return `rgb(${a.map((c, j) => Math.round(c + part * (b[j] - c))).join(",")})`;
}

/** Departments on a ring, wide enough apart for their people; in rows where there are too many for a ring. */
function placed(heads) {
  const radii = heads.map((count) => 14 + 4.6 * Math.sqrt(count));
  if (heads.length > MOST_ON_A_RING) {
    const columns = Math.ceil(Math.sqrt(heads.length)), cell = 2 * Math.max(...radii);
    return heads.map((_, k) => ({ x: (k % columns) * Math.max(cell + GAP, 150), y: Math.floor(k / columns) * (cell + 2 * GAP), r: radii[k] }));
  }
  const around = radii.reduce((sum, radius) => sum + 2 * radius + GAP, 0);
  const ring = Math.max(heads.length > 1 ? Math.max(...radii) * 1.25 : 0, heads.length > 2 ? around / (2 * Math.PI) : Math.max(...radii) + 10);
  let angle = -Math.PI / 2;
  return heads.map((_, k) => {
    const share = ((2 * radii[k] + GAP) / around) * 2 * Math.PI;
    angle += share / 2;
    const at = heads.length === 1 ? [0, 0] : [1.35 * ring * Math.cos(angle), ring * Math.sin(angle)];
    angle += share / 2;
    return { x: at[0], y: at[1], r: radii[k] };
  });
}

function draw(net) {
  const place = placed(net.heads);
  const middle = ["x", "y"].map((axis) => (Math.max(...place.map((p) => p[axis])) + Math.min(...place.map((p) => p[axis]))) / 2);
  for (const p of place) { p.x -= middle[0]; p.y -= middle[1]; }
  const reach = place.map((p) => [Math.abs(p.x) + p.r, Math.abs(p.y) + p.r]);
  const wide = Math.max(...reach.map(([x]) => x)) + 40, high = Math.max(...reach.map(([, y]) => y)) + 36;
  const root = s("svg", { viewBox: `${-wide} ${-high} ${2 * wide} ${2 * high}`, class: "chart", role: "img", id: "netpicture" });
  const letters = Math.min(15, (13 * 2 * wide) / Math.max(600, byId("net").clientWidth)); // the same size on the screen at any scale
  const strongest = Math.max(1, ...net.ties.map(([, , count]) => count));
  for (const [a, b, count] of net.ties) {
    root.append(s("line", { x1: place[a].x, y1: place[a].y, x2: place[b].x, y2: place[b].y, stroke: "#9aa5b1", "stroke-width": 0.4 + 5 * count / strongest, opacity: 0.35 }));
  }
  const sparks = s("g", {});
  const clusters = net.departments.map((name, k) => {
    const { x, y, r } = place[k];
    const disc = s("circle", { cx: x, cy: y, r, stroke: "#52606d", "stroke-width": 1 });
    const inner = s("circle", { cx: x, cy: y, r: 0, fill: "none", stroke: "#1f2933", "stroke-width": 2.2 });
    const label = s("text", { x, y: y - r - 1.6 * letters, class: "tick mid name" }, `${clip(name)} (${net.heads[k]})`);
    disc.append(s("title", {}, name));
    const share = s("text", { x, y: y - r - 0.45 * letters, class: "tick mid" });
    for (const text of [label, share]) text.style.fontSize = `${letters}px`;
    root.append(disc, inner, label, share);
    return { disc, inner, share };
  });
  root.append(sparks);
  const dots = net.dots ? people(net, place, root) : null;
  const frame = h("input", { type: "range", min: 0, max: net.times.length - 1, value: net.times.length - 1, id: "frame", "aria-label": "Moment", oninput: () => show(Number(frame.value)) });
  const moment = h("output", {});
  let playing = null;
  const play = h("button", { onclick: () => {
    if (playing) { clearInterval(playing); playing = null; play.textContent = "Play"; return; }
    if (Number(frame.value) >= net.times.length - 1) frame.value = 0;
    play.textContent = "Stop";
    playing = setInterval(() => {
      if (!frame.isConnected || Number(frame.value) >= net.times.length - 1) { clearInterval(playing); playing = null; play.textContent = "Play"; return; }
      frame.value = Number(frame.value) + 1;
      show(Number(frame.value));
    }, 160);
  } }, "Play");
  function show(t) {
    moment.textContent = `month ${Math.round(12 * net.times[t])}`;
    frame.setAttribute("aria-valuetext", moment.textContent);
    clusters.forEach(({ disc, inner, share }, k) => {
      const mean = net.means[net.departments[k]];
      const enthusiasm = mean.enthusiasm[t], practising = mean.practising[t];
      disc.setAttribute("fill", enthusiasm === null ? "#fff" : tint(enthusiasm));
      disc.setAttribute("fill-opacity", net.dots ? 0.28 : 0.95);
      inner.setAttribute("r", practising === null || net.dots ? 0 : place[k].r * Math.sqrt(practising));
      share.textContent = practising === null ? "too few to show" : `${percent(practising, 0)} practise`;
    });
    dots?.(t);
    sparks.replaceChildren(...(net.lit ?? []).filter(([at]) => at === t).map(([, seat, source]) => s("line", {
      x1: dots.at[source][0], y1: dots.at[source][1], x2: dots.at[seat][0], y2: dots.at[seat][1], stroke: "#1f2933", "stroke-width": 0.9, opacity: 0.65 })));
    root.setAttribute("aria-label", `Departments at ${moment.textContent}: ${net.departments.map((name, k) => `${name} ${clusters[k].share.textContent}`).join("; ")}`);
  }
  byId("net").replaceChildren(h("div", { class: "row" }, play, h("label", { class: "pair grow" }, h("span", {}, "Moment"), frame, moment)), root, legend(net));
  byId("netnote").textContent = net.dots
    ? `Departments show the mean of ${net.runs} runs. Each dot is a made-up person in one of those runs; dark lines join who was just lit to who lit them.`
    : `Departments show the mean of ${net.runs} runs: colour is enthusiasm, the dark ring holds the share that practises.${net.imported ? " Nobody is drawn alone, and departments below five people are shown together." : ""}`;
  show(net.times.length - 1);
  drawLit(net);
}

const clip = (name) => (name.length > 18 ? `${name.slice(0, 7)}…${name.slice(-9)}` : name); // both ends: names often begin alike

/** Dots in their departments, the most senior in the middle. */
function people(net, place, root) {
  const { department, level, tier, enthusiasm, practising } = net.dots;
  const at = [], marks = [];
  const inside = new Map();
  const order = department.map((_, seat) => seat).filter((seat) => department[seat] >= 0).toSorted((a, b) => tier[a] - tier[b] || a - b);
  for (const seat of order) {
    const k = department[seat], number = inside.get(k) ?? 0;
    inside.set(k, number + 1);
    const radius = (place[k].r - 6) * Math.sqrt((number + 0.5) / net.heads[k]), angle = 2.399963 * number;
    at[seat] = [place[k].x + radius * Math.cos(angle), place[k].y + radius * Math.sin(angle)];
    const mark = s("circle", { cx: at[seat][0], cy: at[seat][1], stroke: "#1f2933" });
    marks[seat] = mark;
    root.append(mark);
  }
  const show = (t) => {
    for (const seat of order) {
      const there = enthusiasm[t][seat] >= 0, on = practising[t][seat] === 1;
      marks[seat].setAttribute("r", there ? (level[seat] === 0 ? 4.6 : level[seat] === 1 ? 3.7 : 2.8) * (on ? 1.15 : 0.85) : 0);
      marks[seat].setAttribute("fill", tint(enthusiasm[t][seat] / 100));
      marks[seat].setAttribute("stroke-width", on ? 1.3 : 0);
    }
  };
  show.at = at;
  return show;
}

function legend(net) {
  const steps = [0.2, 0.35, 0.5, 0.65, 0.85];
  const root = s("svg", { viewBox: "0 0 900 30", class: "chart", "aria-hidden": "true" }, s("text", { x: 0, y: 17, class: "tick" }, "Enthusiasm"));
  steps.forEach((level, k) => root.append(s("rect", { x: 76 + 34 * k, y: 5, width: 34, height: 12, fill: tint(level) }), s("text", { x: 93 + 34 * k, y: 26, class: "tick mid" }, level.toFixed(2))));
  if (net.dots) root.append(s("circle", { cx: 290, cy: 11, r: 5, fill: tint(0.6), stroke: "#1f2933", "stroke-width": 1.4 }), s("text", { x: 300, y: 15, class: "tick" }, "ringed and larger: practises"),
    s("circle", { cx: 480, cy: 11, r: 3.6, fill: tint(0.4) }), s("text", { x: 490, y: 15, class: "tick" }, "plain: does not"));
  else root.append(s("circle", { cx: 290, cy: 11, r: 6, fill: "none", stroke: "#1f2933", "stroke-width": 2 }), s("text", { x: 302, y: 15, class: "tick" }, "inner ring: its area is the share that practises"));
  return root;
}

const NEXT_TO_NOTHING = 0.02;

/** Share of adoptions, in the middle run, that somebody else lit. */
const spread = (litBy) => Object.entries(litBy).reduce((sum, [name, range]) => sum + (name === "spontaneous" ? 0 : range[1]), 0);

function drawLit(net) {
  const end = found.end;
  const parts = [];
  if (end?.lit_by) {
    const rows = Object.entries(end.lit_by).filter(([, range]) => range[2] > 0.001).toSorted((a, b) => b[1][1] - a[1][1]);
    if (rows.length && spread(end.lit_by) < NEXT_TO_NOTHING) parts.push(h("p", { class: "warning", id: "nospread" }, "In these runs next to nothing spread from person to person: nearly all who took it up did so of their own accord. It may come from a plan too small or too short to set it off, from the ties (no layer read as peers who talk, few ties, or a threshold that leaves few; of imported people the data report under Organisation says so), or from assumptions that make people hard to reach. It is what follows from these inputs, not a finding about your people."));
    parts.push(h("p", {}, "What carried adoption, as a share of all who took it up (this plan, nine runs in ten):"), bars(rows));
  }
  if (net.levels) {
    const { levels, table, chains } = net.levels;
    parts.push(h("h3", {}, "From level to level, in one run"),
      h("div", { class: "scroll" }, h("table", { id: "littable" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Lit by"), ...levels.map((name) => h("th", { scope: "col" }, LEVELS[name] ?? name)))),
        h("tbody", {}, ...table.map((row, k) => h("tr", {}, h("th", { scope: "row" }, k < levels.length ? LEVELS[levels[k]] ?? levels[k] : "nobody in particular"), ...row.map((count) => h("td", {}, String(count)))))))),
      h("p", {}, `The longest line of people who lit one another has ${chains.longest} steps; most people who go back to one person: ${chains.largest}.`));
  }
  parts.push(h("p", { class: "note" }, "Who lit whom is cause inside the model, not evidence about the people of a firm."));
  byId("lit").replaceChildren(...parts);
}

function bars(rows) {
  const root = s("svg", { viewBox: `0 0 760 ${rows.length * 28 + 4}`, class: "chart", role: "img", "aria-label": rows.map(([name, r]) => `${LIT[name]} ${percent(r[1])}`).join("; ") });
  const most = Math.max(...rows.map(([, range]) => range[2]));
  rows.forEach(([name, [low, middle, high]], k) => {
    const y = 28 * k + 4, x = (v) => 230 + 330 * v / most;
    root.append(s("text", { x: 222, y: y + 14, class: "tick end" }, LIT[name]), s("rect", { x: 230, y, width: x(middle) - 230, height: 18, fill: "#0072B2", opacity: 0.8 }),
      s("line", { x1: x(low), x2: x(high), y1: y + 9, y2: y + 9, stroke: "#1f2933", "stroke-width": 1.4 }),
      s("text", { x: x(high) + 8, y: y + 14, class: "tick" }, `${percent(middle)} (${percent(low)} to ${percent(high)})`));
  });
  return root;
}
