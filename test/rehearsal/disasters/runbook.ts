/** The commands of docs/runbook.md, as they stand there. */
import { codeBlocks, read } from '../../docs/markdown';

const PAGE = read('docs/runbook.md');

/** @throws Error where there is no such section, or it has no commands */
export function commandsOf(heading: string): string[] {
  const [, disasters = ''] = /^## Disasters\n([\s\S]*?)^## /m.exec(PAGE) ?? [];
  const section = disasters.split(/^### /m).find((text) => text.startsWith(`${heading}\n`));
  const blocks = codeBlocks(section ?? '').filter(({ marks }) => marks.includes('disaster'));
  if (blocks.length === 0) throw new Error(`docs/runbook.md has no commands for "${heading}".`);
  return blocks.map(({ text }) => text);
}

/** What the page tells to look with, outside of disasters: each command once. */
export function looks(): string[] {
  const elsewhere = PAGE.replace(/^## Disasters\n[\s\S]*?^## /m, '');
  const lines = codeBlocks(elsewhere)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'));
  return [...new Set(lines.filter((line) => line.startsWith('backstop ')))];
}

/** Names that the page tells to set. */
export function variables(): string[] {
  const block = codeBlocks(PAGE).find(({ marks }) => marks.includes('disaster-variables'));
  return [...(block?.text ?? '').matchAll(/^export (\w+)=/gm)].map(([, name = '']) => name);
}
