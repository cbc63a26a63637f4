// Small helpers: elements, numbers in words. Nothing is ever parsed as HTML, so no name can become markup.

export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "textContent") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function percent(share, digits) {
  if (share === null || share === undefined) return "–";
  const size = Math.abs(100 * share);
  return `${(100 * share).toFixed(digits ?? (size < 9.95 && size > 0 ? 1 : 0)).replace("-", "−")} %`;
}

export function points(difference, signed = true) {
  const size = Math.abs(100 * difference);
  const text = size >= 9.95 ? size.toFixed(0) : size.toFixed(1).replace(/\.0$/, "");
  if (text === "0") return "0";
  return (difference < 0 ? "−" : signed ? "+" : "") + text;
}

export function amount(value) {
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size >= 999_500) return `${sign}${(size / 1e6).toFixed(2)} million`;
  if (size >= 10_000) return sign + (Math.round(size / 100) * 100).toLocaleString("en-GB");
  if (size >= 10 || size === 0) return sign + Math.round(size).toLocaleString("en-GB");
  return sign + size.toPrecision(2).replace(/\.?0+$/, "");
}

export function months(years) {
  const count = Math.round(years * 12);
  return `${count} month${count === 1 ? "" : "s"}`;
}

export const when = (years) => (years <= 1e-9 ? "the start" : `month ${Math.round(years * 12)}`);

export function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000 || size < 0.001) return value.toPrecision(3);
  return String(Number(value.toPrecision(3)));
}

export function download(name, text, type = "text/plain") {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 5000);
}

export const copy = (value) => structuredClone(value);
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** A dialog with a title and content; resolves when it is closed. */
export function dialog(title, ...content) {
  const box = byId("dialog");
  box.querySelector("h2").textContent = title;
  box.querySelector(".body").replaceChildren(...content.flat().filter((part) => part !== null && part !== undefined));
  if (!box.open) box.showModal();
  return box;
}

let fading;
export function say(text) {
  byId("status").textContent = text;
  byId("status").classList.add("there");
  clearTimeout(fading);
  fading = setTimeout(() => byId("status").classList.remove("there"), 4500);
}

/** Tabs that arrow keys walk through. */
export function tabs(bar, names, chosen, choose) {
  bar.replaceChildren(
    ...Object.entries(names).map(([key, label]) =>
      h("button", {
        role: "tab", "data-key": key, "aria-selected": String(key === chosen), tabindex: key === chosen ? 0 : -1,
        onclick: () => choose(key),
        onkeydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (!step) return;
          const keys = Object.keys(names);
          const next = keys[(keys.indexOf(key) + step + keys.length) % keys.length];
          choose(next);
          bar.querySelector(`[data-key="${next}"]`).focus();
        },
      }, label),
    ),
  );
}
