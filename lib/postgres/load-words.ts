/** Which lines of pg_restore and psql tell why a dump does not load, and what of them may be told on. Pure. */

/** With `--verbose` pg_restore tells of its work in the same way. */
const TELLING = /^pg_restore: (?:error|fatal|warning|detail|hint|while|from)\b/;
/** Enough to name what the statement makes; a view's text would drown the error before it. */
const COMMAND_LINES = 4;

/** For one run of a program: true for each line that says nothing of a failure. */
export function noiseFilter(): (line: string) => boolean {
  let linesOfCommand = 0;
  return (line) => {
    if (line.startsWith('pg_restore: ')) {
      linesOfCommand = 0;
      return !TELLING.test(line);
    }
    if (line.startsWith('Command was: ') || linesOfCommand > 0) linesOfCommand += 1;
    return line.trim() === '' || linesOfCommand > COMMAND_LINES;
  };
}

/** Each line of these begins with a word of PostgreSQL; any other one continues the line before it. */
const BEGINS =
  /^(?:pg_restore|psql)\b|^(?:LINE \d+|DETAIL|HINT|QUERY|CONTEXT|Command was):|^COPY .+, line \d|^PL\/|^SQL /;

const VALUES: readonly [pattern: RegExp, instead: string][] = [
  [/\)=\(.*\) (is (?:duplicated|not present) ?)/, ') $1'],
  [/\)=\(.*$/, ') …'],
  [/(Failing row contains ).*$/, '$1…'],
  [/((?:COPY .+|JSON data), line \d+(?:, column [^:]+)?): .*$/, '$1'],
  [/(invalid input .+?): ".*$/, '$1'],
];

/** Messages go to logs, audit and evidence, which are kept for years: without what the rows hold. */
export function withoutValues(lines: readonly string[]): string[] {
  const told: string[] = [];
  let hidden = false;
  for (const line of lines) {
    if (hidden && !BEGINS.test(line)) continue;
    const plain = VALUES.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line);
    hidden = plain !== line;
    told.push(plain);
  }
  return told;
}
