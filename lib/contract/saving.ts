/** What would make backups cheaper, in words, and by how much. */
export interface Saving {
  readonly text: string;
  readonly usdMonth: number;
}

const LISTED = 3;
/** Nobody changes a setting for less. */
const WORTHWHILE_USD = 0.01;

export function largestSavings(savings: readonly Saving[]): Saving[] {
  return savings
    .filter(({ usdMonth }) => usdMonth >= WORTHWHILE_USD)
    .sort((a, b) => b.usdMonth - a.usdMonth)
    .slice(0, LISTED);
}
