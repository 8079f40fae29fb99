/** Tells a rehearsal step by step, and sums it up in a table. */
import { styleText } from 'node:util';
import { plainTable } from '../../lib/cli/point-table';
import { humanSeconds } from '../../lib/contract/human';

type Colour = Parameters<typeof styleText>[0];

interface StepResult {
  readonly title: string;
  readonly seconds: number;
  readonly outcome: string;
}

export class Report {
  private readonly results: StepResult[] = [];
  private readonly figures: { readonly name: string; readonly value: string }[] = [];
  private readonly startedAt = performance.now();
  /** After the last word: what is being stopped may still have something to say. */
  private silent = false;
  private current: { readonly title: string; readonly startedAt: number } | undefined;

  constructor(private readonly stdout: NodeJS.WriteStream) {}

  /**
   * @param act throws where anything is not exactly as it should be
   * @param outcome what to say of it in the table
   */
  async step<T>(title: string, act: () => Promise<T>, outcome: (found: T) => string): Promise<T> {
    const startedAt = performance.now();
    this.current = { title, startedAt };
    this.write(`\n${this.colour(['bold', 'cyan'], `${this.results.length + 1}. ${title}`)}`);
    const found = await act();
    const result = { title, seconds: secondsSince(startedAt), outcome: outcome(found) };
    this.results.push(result);
    this.current = undefined;
    this.write(`   ${this.colour('green', `OK: ${result.outcome}`)} (${humanSeconds(result.seconds)})`);
    return found;
  }

  say(line: string): void {
    this.write(`   ${line}`);
  }

  /** What somebody types. */
  command(line: string): void {
    this.say(this.colour('bold', `$ ${line}`));
  }

  output(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.say(this.colour('dim', `  ${line}`));
  }

  figure(name: string, value: string): void {
    this.figures.push({ name, value });
  }

  /** @param promised what such a rehearsal should take. @default - nothing is promised */
  end(promised?: string): void {
    this.table();
    const total = humanSeconds(secondsSince(this.startedAt));
    const beside = promised === undefined ? '' : ` (promised: ${promised})`;
    this.write(
      this.colour(
        ['bold', 'green'],
        `\nAll ${this.results.length} steps did what they should, in ${total} altogether${beside}.`,
      ),
    );
  }

  /** Names the step that did not do what it should. */
  fail(error: unknown): void {
    const { title, startedAt } = this.current ?? { title: 'End', startedAt: performance.now() };
    const reason = error instanceof Error ? error.message : String(error);
    this.results.push({ title, seconds: secondsSince(startedAt), outcome: 'FAILED, see below' });
    this.table();
    this.write(this.colour(['bold', 'red'], `\nFAILED at step ${this.results.length}, ${title}:`));
    this.write(reason);
    this.silent = true;
  }

  private table(): void {
    this.write(`\n${this.colour('bold', 'What was done')}`);
    const columns = [
      { title: '#', cell: (row: StepResult) => String(this.results.indexOf(row) + 1), align: 'right' },
      { title: 'STEP', cell: ({ title }: StepResult) => title },
      { title: 'WHAT HAPPENED', cell: ({ outcome }: StepResult) => outcome, expendable: 1 },
      { title: 'TIME', cell: ({ seconds }: StepResult) => humanSeconds(seconds), align: 'right' },
    ] as const;
    this.write(plainTable(this.results, columns, this.stdout.isTTY ? this.stdout.columns : undefined));
    if (this.figures.length === 0) return;
    this.write(`\n${this.colour('bold', 'Figures')}`);
    const width = Math.max(...this.figures.map(({ name }) => name.length));
    for (const { name, value } of this.figures) this.write(`${name.padEnd(width)}  ${value}`);
  }

  private write(line: string): void {
    if (!this.silent) this.stdout.write(`${line}\n`);
  }

  /** A pipe gets plain lines. */
  private colour(format: Colour, text: string): string {
    return styleText(format, text, { stream: this.stdout });
  }
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}
