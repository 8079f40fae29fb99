/** The report as one HTML file without network access: light and dark, readable on a phone, and on paper. Pure. */
import type { ReportDocument, Section, Table } from './document';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #fff; --head: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9da7b3; --line: #30363d; --back: #0d1117; --head: #161b22; }
}
body { margin: 0 auto; max-width: 75rem; padding: 1.5rem; background: var(--back); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.soft { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { border: 1px solid var(--line); padding: 0.35rem 0.6rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; min-width: 4rem; }
th { background: var(--head); }
@media print {
  :root { color-scheme: light; --ink: #000; --soft: #333; --line: #999; --back: #fff; --head: #eee; }
  body { max-width: none; padding: 0; font-size: 0.8rem; }
  table { font-size: 0.7rem; } tr { break-inside: avoid; } h2 { break-after: avoid; } .wide { overflow: visible; }
}`;

export function htmlOf({ title, text, sections }: ReportDocument): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${text.map((line) => `<p class="soft">${escaped(line)}</p>`).join('\n')}
${sections.map(sectionOf).join('\n')}
</main>
</body>
</html>
`;
}

function sectionOf({ title, text, table, list = [] }: Section): string {
  return [
    `<section>\n<h2>${escaped(title)}</h2>`,
    ...text.map((line) => `<p>${escaped(line)}</p>`),
    ...(table === undefined ? [] : [tableOf(table, title)]),
    ...(list.length === 0
      ? []
      : [`<ul>\n${list.map((item) => `<li>${escaped(item)}</li>`).join('\n')}\n</ul>`]),
    '</section>',
  ].join('\n');
}

/** Where it is wider than the page it is scrolled, also by keys. */
function tableOf({ columns, rows }: Table, title: string): string {
  const cells = (tag: string, values: readonly string[]) =>
    values.map((value) => `<${tag}>${escaped(value)}</${tag.slice(0, 2)}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<div class="wide" role="region" tabindex="0" aria-label="${escaped(title)}">
<table>
<thead><tr>${cells('th scope="col"', columns)}</tr></thead>
<tbody>
${body}
</tbody>
</table>
</div>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};

/** Also characters that turn the direction of text: nobody signed these words. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
