/** Axes in steps that people count in: 1, 2 or 5 of bytes and rows, quarters of minutes and hours of time. Pure. */
import { humanBytes, humanSeconds } from '../../contract/human';
import { usd } from './words';

export interface Unit {
  readonly write: (value: number) => string;
  /** Steps to choose from, ascending. @default - 1, 2 and 5 times powers of ten */
  readonly steps?: readonly number[];
}

export const BYTES: Unit = {
  write: (value) =>
    humanBytes(value)
      .replace(/\.0+ /, ' ')
      .replace(/(\.\d)0 /, '$1 '),
};

export const ROWS: Unit = {
  write: (value) => value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 1 }),
};

export const USD: Unit = { write: (value) => usd(value).replace('.00', '') };

export const SECONDS: Unit = {
  write: (value) => (value === 0 ? '0' : humanSeconds(value).replace('.0 s', ' s')),
  steps: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400],
};

const STEPS = 4;

/** @returns a step, and the top of the axis: at most four steps, the highest value not on the edge */
export function niceSteps({ steps = [] }: Unit, highest: number): { step: number; top: number } {
  const wanted = (highest * 1.08) / STEPS;
  const step = steps.find((each) => each >= wanted) ?? decimalStep(wanted);
  return { step, top: Math.max(1, Math.ceil((highest * 1.08) / step)) * step };
}

function decimalStep(wanted: number): number {
  if (wanted <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((step) => step >= wanted) ?? 10 * power;
}
