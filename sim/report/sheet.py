"""The style sheet of the page: one column, letters of the machine it is read on, nothing fetched."""

from __future__ import annotations

from typing import Final

CSS: Final = """\
:root { --ink: #1f2933; --soft: #52606d; --line: #e4e7eb; --wash: #f5f7fa; --accent: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 48rem; color: var(--ink); background: #fff;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header { border-bottom: 3px solid var(--accent); padding-bottom: .9rem; margin-bottom: 1.2rem; }
.purpose { margin: 0 0 .6rem; color: var(--soft); font-size: .9rem; font-style: italic; }
h1 { font-size: clamp(1.45rem, 5vw, 2.1rem); line-height: 1.2; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .7rem; }
h3 { font-size: 1rem; margin: 1.3rem 0 .4rem; }
.question { margin: .25rem 0; color: var(--soft); }
#answer { background: var(--wash); border-left: 5px solid var(--accent); border-radius: 4px; padding: .2rem 1.1rem .6rem; }
#answer h2 { margin-top: .8rem; font-size: 1rem; color: var(--soft); }
.headline { font-size: 1.3rem; line-height: 1.4; font-weight: 600; margin: .3rem 0 .8rem; }
.warning { border-left: 4px solid #d55e00; padding-left: .7rem; }
.note, figcaption { color: var(--soft); font-size: .87rem; }
figure { margin: 1.2rem 0 1.9rem; }
figure h3 { margin: 0 0 .5rem; font-size: 1.05rem; }
figure svg { width: 100%; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); }
.small { display: block; color: var(--soft); font-weight: 400; font-size: .92em; }
td .small { white-space: nowrap; }
tbody th, .settings td { overflow-wrap: anywhere; }
.wide tbody th { min-width: 8rem; }
details { margin: .8rem 0 1.6rem; border: 1px solid var(--line); border-radius: 6px; padding: .5rem .9rem; }
summary { cursor: pointer; color: var(--accent); font-size: .92rem; }
thead th { color: var(--soft); font-weight: 600; font-size: .8rem; }
tbody th { font-weight: 600; }
.settings th { width: 14rem; font-weight: 400; color: var(--soft); }
ul { padding-left: 1.2rem; }
li { margin: .2rem 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .82rem; background: var(--wash); padding: .6rem .8rem; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .8rem; }
@media (max-width: 40rem) {
  table.wide thead { position: absolute; left: -9999px; }
  table.wide, table.wide tbody { display: block; }
  table.wide tr { display: block; border: 1px solid var(--line); border-radius: 6px; padding: .5rem .8rem; margin: .6rem 0; }
  table.wide th, table.wide td { display: block; border: 0; padding: .12rem 0; }
  table.wide td .small { display: inline; }
  table.wide td::before { content: attr(data-label) ": "; color: var(--soft); }
  .settings th { width: 45%; }
}
@media print {
  details::details-content { content-visibility: visible; height: auto; }
  body { max-width: none; font-size: 10pt; padding: 0; }
  figure, #answer, tr { break-inside: avoid; }
  figure svg { max-width: 13.5cm; }
  figure { margin: .6rem 0 1rem; }
  h2, h3 { break-after: avoid; }
  #answer { background: none; border: 1px solid #999; border-left: 5px solid #000; }
}
"""
