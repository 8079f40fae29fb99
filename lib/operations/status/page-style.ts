/** The look of the page: calm, one accent colour, red for what is wrong alone; for bright and dark rooms, phones and paper. */

const LIGHT = `
  --paper: #ffffff; --ground: #f6f7f9; --ink: #1a1f27; --muted: #56606d; --line: #dde1e7;
  --accent: #14599c; --accent-soft: #d6e5f5; --wrong: #b3261e; --wrong-soft: #fcebe9;
  --look: #7a5200; --look-soft: #fbf1dc;`;
const DARK = `
  --paper: #191d23; --ground: #101317; --ink: #e8eaed; --muted: #a3adba; --line: #343b45;
  --accent: #84b9f2; --accent-soft: #22384f; --wrong: #ff9d94; --wrong-soft: #3a1d1b;
  --look: #f0c46c; --look-soft: #35290f;`;

const TEXT = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif; }
main, header, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
h1, h2, h3, p, ul, ol, dl, figure { margin: 0; }
h1 { font-size: clamp(1.5rem, 1.1rem + 2vw, 2.35rem); line-height: 1.2; letter-spacing: -.015em; font-weight: 650;
  text-wrap: balance; max-width: 46rem; }
h2 { font-size: 1.3rem; line-height: 1.3; font-weight: 650; letter-spacing: -.01em; }
h3 { font-size: .95rem; font-weight: 650; margin: 2.25rem 0 .75rem; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code { font: .92em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
time, td, .number { font-variant-numeric: tabular-nums; }
.muted { color: var(--muted); }
.small { font-size: .875rem; }
.wrong { color: var(--wrong); }
.look { color: var(--look); }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }`;

const BLOCKS = `
header { padding-top: 2.75rem; padding-bottom: .5rem; }
header p { margin-top: .75rem; }
.eyebrow { font-size: .8125rem; letter-spacing: .06em; color: var(--muted); margin: 0 0 .6rem; font-weight: 600; }
#stale { background: #a11d16; color: #fff; padding: 1rem 1.25rem; font-size: 1.2rem; font-weight: 650; line-height: 1.4; text-align: center; }
#stale a { color: #fff; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 1.6rem 1.6rem 1.75rem; margin-top: 1.5rem; }
section > h2 + * { margin-top: .6rem; }
.problems ul { list-style: none; padding: 0; display: grid; gap: .6rem; }
.problem { border-left: 4px solid; border-radius: 4px 8px 8px 4px; padding: .6rem .9rem; }
.problem.wrong { border-color: var(--wrong); background: var(--wrong-soft); }
.problem.look { border-color: var(--look); background: var(--look-soft); }
.problem p { color: var(--ink); }
.problem strong { font-weight: 650; }
.problem .tag { font-size: .8125rem; font-weight: 650; }
.proven { font-size: clamp(1.3rem, 1rem + 1.6vw, 1.8rem); line-height: 1.25; font-weight: 600; letter-spacing: -.012em; text-wrap: balance; }
.proven .muted { display: block; font-size: 1rem; font-weight: 400; letter-spacing: 0; margin-top: .3rem; text-wrap: wrap; }
.mark { width: 1.15em; height: 1.15em; vertical-align: -.2em; flex: none; }
.name { display: flex; align-items: baseline; gap: .2rem .7rem; flex-wrap: wrap; }
.name .small { font-weight: 400; letter-spacing: 0; }
pre { margin: .4rem 0 0; padding: .75rem .9rem; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
.commands > div + div { margin-top: 1.1rem; }
details { margin-top: .9rem; }
summary { cursor: pointer; color: var(--accent); font-size: .9375rem; padding: .2rem 0; width: fit-content; }
.lines { list-style: none; padding: 0; display: grid; gap: .5rem; }
footer { padding-top: 1.5rem; padding-bottom: 3rem; font-size: .875rem; color: var(--muted); }`;

const FIGURES = `
.scroll { overflow-x: auto; max-width: 100%; }
table { overflow-wrap: break-word; border-collapse: collapse; width: 100%; font-size: .9375rem; line-height: 1.45; }
th, td { text-align: left; vertical-align: top; padding: .45rem 1.1rem .45rem 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-size: .8125rem; font-weight: 600; color: var(--muted); white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 600; }
.right { text-align: right; white-space: nowrap; }
.still { white-space: nowrap; }
.wide { min-width: 11rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.9rem 2.5rem; }
.chart { display: block; width: 100%; max-width: 25rem; height: auto; margin-top: .4rem; }
p + .charts { margin-top: 1.25rem; }
figcaption { font-size: .875rem; }
figcaption strong { display: block; font-size: .9375rem; font-weight: 600; }
.strip { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(10, 1fr); gap: .65rem .15rem; }
@media (min-width: 46rem) { .strip { grid-template-columns: repeat(15, 1fr); } }
@media (min-width: 64rem) { .strip { grid-template-columns: repeat(30, 1fr); } }
.strip li { text-align: center; font-size: .75rem; line-height: 1.3; color: var(--muted); font-variant-numeric: tabular-nums; }
.strip .cell { display: flex; flex-direction: column; align-items: center; gap: 2px; min-height: 2.6rem; justify-content: flex-end; }
.strip .cell .mark { width: 1.25rem; height: 1.25rem; }
.strip .held { display: block; height: 3px; width: 1.15rem; margin: 1px auto 2px; background: var(--accent); }
.strip .month { display: block; }
.strip .count { display: block; color: var(--ink); }
.key { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; font-size: .8125rem; color: var(--muted); margin-top: 1rem; }
.key li { display: flex; gap: .4rem; align-items: center; }
.key .held { width: 1.1rem; border-bottom: 3px solid var(--accent); height: .6rem; }`;

const NARROW = `
@media (max-width: 40rem) {
  header { padding-top: 1.75rem; }
  main, header, footer { padding-left: .9rem; padding-right: .9rem; }
  section { padding: 1.15rem 1rem 1.35rem; border-radius: 12px; }
  th, td { padding-right: .75rem; }
}`;

/** Paper is white in every room, has no scroll bars, and shows where a link leads. */
const PAPER = `
@page { margin: 14mm 12mm; }
@media print {
  :root { color-scheme: light; ${LIGHT} }
  html { font-size: 9.5pt; }
  body { background: #fff; }
  main, header, footer { max-width: none; padding: 0; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 1.1rem 0 0; margin-top: 1.3rem; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  td, th { padding-right: .6rem; overflow-wrap: anywhere; }
  thead th { white-space: normal; }
  .wide { min-width: 0; }
  .strip { grid-template-columns: repeat(30, 1fr); }
  .strip .cell .mark { width: .85rem; height: .85rem; }
  .strip li { font-size: 6.5pt; }
  .charts { grid-template-columns: repeat(2, 1fr); gap: 1rem 2rem; }
  .right { white-space: normal; }
  .chart { max-width: 20rem; }
  figure, tr, li, .proven, pre { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  details { display: none; }
  a[href^="http"]::after { content: " (" attr(href) ")"; font-size: .85em; color: var(--muted); overflow-wrap: anywhere; }
  * { print-color-adjust: exact; }
}`;

export const PAGE_STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
${TEXT}${BLOCKS}${FIGURES}${NARROW}${PAPER}
`;
