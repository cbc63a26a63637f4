// Curves with bands, drawn as SVG: colour, dash and a label on the line itself tell the arms apart.

import { byId, h, percent, s } from "./dom.js";

export const ARMS = {
  default: { label: "Default baseline", colour: "#6B6B6B", dash: "2 3" },
  mine: { label: "My baseline", colour: "#B34E00", dash: "7 4" },
  plan: { label: "Plan", colour: "#0072B2", dash: null },
};
export const MEASURES = {
  share_practising: ["People practising", "share of people who practise learning"],
  enthusiasm: ["Enthusiasm", "mean enthusiasm, 0 to 1"],
  skill: ["Skill", "mean skill, 0 to 1"],
  safety: ["Safety", "mean psychological safety, 0 to 1"],
  mindset: ["Growth mindset", "mean growth mindset, 0 to 1"],
  sharing: ["Sharing", "how readily people share, 0 to 1"],
};

const path = (points) => points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** Highest and lowest value to draw, at round numbers; shares begin at zero. */
export function extent(series, measure) {
  let low = Infinity, high = -Infinity;
  for (const line of series) {
    for (const quantile of [0, 4]) {
      for (const value of line[quantile]) {
        if (value === null) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  if (!Number.isFinite(high)) return [0, 1];
  if (measure === "share_practising" || measure === "sharing") low = 0;
  const step = high - low > 0.5 ? 0.2 : high - low > 0.22 ? 0.1 : 0.05;
  const bottom = Math.max(0, Math.floor((low - 0.005) / step) * step);
  return [bottom, Math.min(1, Math.max(bottom + 2 * step, Math.ceil((high + 0.005) / step) * step))];
}

function ticks([low, high]) {
  const step = high - low > 0.5 ? 0.2 : high - low > 0.22 ? 0.1 : 0.05;
  const found = [];
  for (let y = low; y <= high + 1e-9; y += step) found.push(y);
  return found;
}

/**
 * One panel of curves.
 * lines: [{arm, label, colour, dash, times, quantiles: five lists, singles?, faint?}], the most important last.
 */
export function panel({ lines, measure, years, width, height, range, title, labels = true, small = false }) {
  const left = 46, right = labels ? 178 : 12, top = title ? 26 : 12, bottom = small ? 22 : 36;
  const span = range ?? extent(lines.map((line) => line.quantiles), measure);
  const x = (t) => left + (t / years) * (width - left - right);
  const y = (v) => top + ((span[1] - v) / (span[1] - span[0])) * (height - top - bottom);
  const asShare = measure === "share_practising";
  const root = s("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": described(lines, measure, title) });
  for (const v of ticks(span)) {
    root.append(
      s("line", { x1: left, x2: width - right, y1: y(v), y2: y(v), class: v === span[0] ? "axis" : "grid" }),
      s("text", { x: left - 7, y: y(v) + 4, class: "tick end" }, asShare ? percent(v, 0) : v.toFixed(2)),
    );
  }
  const every = years > 6 ? 2 : 1;
  for (let t = 0; t <= years + 1e-9; t += years <= 1.5 ? 0.25 : every) {
    root.append(s("text", { x: x(t), y: height - bottom + 16, class: "tick mid" }, years <= 1.5 ? `${Math.round(12 * t)}` : `${t}`));
  }
  if (!small) root.append(s("text", { x: (left + width - right) / 2, y: height - 4, class: "tick mid" }, years <= 1.5 ? "months from the start of the plan" : "years from the start of the plan"));
  if (title) root.append(s("text", { x: left, y: 16, class: "panel-title" }, title));
  for (const line of lines) {
    const there = line.times.map((t, k) => k).filter((k) => line.quantiles[2][k] !== null && line.times[k] <= years + 1e-9);
    const at = (quantile, k) => [x(line.times[k]), y(line.quantiles[quantile][k])];
    for (const [low, high, opacity] of [[0, 4, 0.13], [1, 3, 0.2]]) {
      const edge = [...there.map((k) => at(low, k)), ...there.toReversed().map((k) => at(high, k))];
      if (edge.length) root.append(s("path", { d: `${path(edge)}Z`, fill: line.colour, opacity: line.faint ? opacity / 2 : opacity }));
    }
    for (const single of line.singles ?? []) {
      root.append(s("path", { d: path(there.map((k) => [x(line.times[k]), y(single[k])])), class: "single", stroke: line.colour }));
    }
  }
  for (const line of lines) {
    const there = line.times.map((t, k) => k).filter((k) => line.quantiles[2][k] !== null && line.times[k] <= years + 1e-9);
    root.append(s("path", {
      d: path(there.map((k) => [x(line.times[k]), y(line.quantiles[2][k])])), class: "middle", stroke: line.colour,
      "stroke-dasharray": line.dash, "data-arm": line.arm, "stroke-width": line.arm === "plan" ? (small ? 2 : 2.6) : (small ? 1.6 : 2),
    }));
  }
  if (labels) endLabels(root, lines, { x, y, years, width, right, asShare, floor: height - bottom });
  return root;
}

/** Names and ranges at the end of the lines, moved apart where they would lie on one another. */
function endLabels(root, lines, { x, y, years, width, right, asShare, floor }) {
  const show = (v) => (asShare ? percent(v) : v.toFixed(2));
  const rows = lines.flatMap((line) => {
    const k = line.times.length - 1;
    const [low, , middle, , high] = line.quantiles.map((values) => values[k]);
    return middle === null ? [] : [{ line, at: y(middle), from: y(middle), text: `${show(low)} to ${show(high)}`, middle: show(middle) }];
  });
  rows.sort((a, b) => a.at - b.at);
  for (let k = 1; k < rows.length; k++) rows[k].at = Math.max(rows[k].at, rows[k - 1].at + 34);
  for (let k = rows.length - 1, low = floor - 16; k >= 0; k--, low -= 34) rows[k].at = Math.min(rows[k].at, low);
  for (const { line, at, from, text, middle } of rows) {
    const begin = width - right + 8;
    root.append(
      s("path", { d: `M${x(years) + 2} ${from}L${begin + 4} ${at - 2}`, stroke: line.colour, class: "lead" }),
      s("text", { x: begin + 8, y: at, class: "end-name", fill: line.colour }, `${line.label} ${middle}`),
      s("text", { x: begin + 8, y: at + 14, class: "tick" }, text),
    );
  }
}

function described(lines, measure, title) {
  const ends = lines.map((line) => {
    const k = line.times.length - 1;
    const [low, , middle, , high] = line.quantiles.map((values) => values[k]);
    const show = (v) => (measure === "share_practising" ? percent(v) : (v ?? 0).toFixed(2));
    return `${line.label} ${show(middle)}, range ${show(low)} to ${show(high)}`;
  });
  return `${title ?? MEASURES[measure][0]} over time. At the end: ${ends.join("; ")}.`;
}

/** What the chart says as a table, for those who do not see it or want the numbers. */
export function asTable(lines, measure, years) {
  const show = (v) => (v === null || v === undefined ? "–" : measure === "share_practising" ? percent(v) : v.toFixed(2));
  const moments = [];
  for (let t = 0; t <= years + 1e-9; t += years <= 2 ? 0.25 : 0.5) moments.push(t);
  return h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Year"), ...lines.map((line) => h("th", { scope: "col" }, line.label)))),
    h("tbody", {}, ...moments.map((t) => h("tr", {}, h("th", { scope: "row" }, String(t)), ...lines.map((line) => {
      const k = line.times.reduce((best, time, j) => (Math.abs(time - t) < Math.abs(line.times[best] - t) ? j : best), 0);
      const [low, , middle, , high] = line.quantiles.map((values) => values[k]);
      return h("td", {}, `${show(middle)} (${show(low)} to ${show(high)})`);
    })))),
  );
}

export const widthOf = (id, usual) => byId(id)?.clientWidth || usual;
