/** Reads a Dockerfile as far as tests ask. */
import { readFileSync } from 'node:fs';

export interface Instruction {
  readonly name: string;
  /** All that follows the name, on one line. */
  readonly text: string;
}

/** Instructions of one `FROM`, that one first. */
export interface BuildStage {
  readonly from: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** `ARG` before the first `FROM`, with their defaults. */
  readonly globalArguments: Readonly<Record<string, string>>;
  readonly stages: readonly BuildStage[];
}

export function readDockerfile(file: string): Dockerfile {
  return parseDockerfile(readFileSync(file, 'utf8'));
}

export function parseDockerfile(text: string): Dockerfile {
  const joined = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n\s*/g, '');
  const instructions = joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ name: line.split(' ', 1).join('').toUpperCase(), text: line.replace(/^\S+\s+/, '') }));
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  const globals = instructions.slice(0, starts[0]).map(({ text: argument }) => argument.split('='));
  return {
    globalArguments: Object.fromEntries(globals.map(([name = '', ...value]) => [name, value.join('=')])),
    stages: starts.map((start, index) => stageOf(instructions.slice(start, starts[index + 1]))),
  };
}

function stageOf(instructions: readonly Instruction[]): BuildStage {
  const [from = '', , name] = instructions[0]?.text.split(' ') ?? [];
  return { from, name, instructions };
}

/** Of one stage: what follows each instruction of the name. */
export function textsOf(stage: BuildStage, name: string): string[] {
  return stage.instructions.filter((each) => each.name === name).map(({ text }) => text);
}
