/** Sizes that Fargate has: docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
import type { BackedUpDatabase } from './database-schema';
import type { Fault, Path } from './faults';

/** In MiB, by CPU units. */
const MEMORY_SIZES: Readonly<Record<BackedUpDatabase['task']['cpu'], readonly number[]>> = {
  256: [512, 1024, 2048],
  512: steps(1024, 4096, 1024),
  1024: steps(2048, 8192, 1024),
  2048: steps(4096, 16_384, 1024),
  4096: steps(8192, 30_720, 1024),
  8192: steps(16_384, 61_440, 4096),
  16384: steps(32_768, 122_880, 8192),
};

export function taskFaults(path: Path, { task }: Pick<BackedUpDatabase, 'task'>): Fault[] {
  const { cpu, memoryMiB } = task;
  const sizes = MEMORY_SIZES[cpu];
  if (sizes.includes(memoryMiB)) return [];
  const larger = sizes.find((size) => size > memoryMiB);
  return [
    {
      path: [...path, 'task', 'memoryMiB'],
      got: `${memoryMiB} with cpu ${cpu}`,
      allowed: `${sizes.join(', ')} with cpu ${cpu}: Fargate has no other sizes`,
      hint: larger === undefined ? 'Take a larger cpu.' : `Take ${larger}, or another cpu.`,
    },
  ];
}

function steps(from: number, to: number, by: number): number[] {
  return Array.from({ length: (to - from) / by + 1 }, (_, index) => from + index * by);
}
