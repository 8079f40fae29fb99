/** What the Markdown files of the project hold: code blocks, links, headings and tables. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');

/** Relative to the root. */
export function markdownFiles(): string[] {
  const folders = [
    { folder: '', recursive: false },
    { folder: 'docs', recursive: true },
  ];
  return folders.flatMap(({ folder, recursive }) =>
    readdirSync(path.join(ROOT, folder), { recursive, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.posix.join(folder, name)),
  );
}

export function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

export interface CodeBlock {
  readonly language: string;
  /** What follows the language, for example `runnable` and `exit=8`. */
  readonly marks: readonly string[];
  readonly text: string;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\S+)?([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', marks = '', text = '']) => ({
      language,
      marks: marks.split(' ').filter((mark) => mark !== ''),
      text,
    }),
  );
}

/** Everything outside code blocks. */
export function prose(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}

/** Targets of links, as written. */
export function links(markdown: string): string[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The names under which headings can be linked to. */
export function anchors(markdown: string): string[] {
  return [...prose(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Cells of each row of all tables below a heading, without the head. */
export function tableRows(markdown: string, heading: string): string[][] {
  const section = markdown.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`no heading ${heading}`);
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells, index) => !/^[-:]+$/.test(cells[0] ?? '') && !/^[-:]+$/.test(head(rows[index + 1])));
}

function head(row = ''): string {
  return row.split('|')[1]?.trim() ?? '';
}
