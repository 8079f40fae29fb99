/** Diagrams are drawn: what Mermaid would stumble over does not stand in them. */
import { codeBlocks, markdownFiles, read } from './markdown';

const DIAGRAMS = markdownFiles().flatMap((file) =>
  codeBlocks(read(file)).flatMap(({ language, text }) => (language === 'mermaid' ? [{ file, text }] : [])),
);

test.each(DIAGRAMS)('$file: each diagram is of a kind that Mermaid has', ({ text }) => {
  expect(text).toMatch(/^(flowchart (TD|LR)|sequenceDiagram)\n/);
});

test('in a message of a sequence no semicolon ends the statement', () => {
  const sequences = DIAGRAMS.filter(({ text }) => text.startsWith('sequenceDiagram'));
  expect(sequences.length).toBeGreaterThan(0);
  expect(sequences.flatMap(({ text }) => text.split('\n').filter((line) => line.includes(';')))).toEqual([]);
});

test('in a label of a flowchart brackets and commas stand in quotes', () => {
  const labels = DIAGRAMS.filter(({ text }) => text.startsWith('flowchart')).flatMap(({ text }) =>
    [...text.matchAll(/(?:--|==) ([^\n]+?) (?:-->|==>)/g)].map(([, label = '']) => label),
  );
  expect(labels.length).toBeGreaterThan(10);
  expect(labels.filter((label) => /[()[\]{}]/.test(label) && !/^".*"$/.test(label))).toEqual([]);
});
