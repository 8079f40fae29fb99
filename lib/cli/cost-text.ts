/** Costs for a terminal: the estimate, what is stored, where they differ, and what would be cheaper. */
import { humanBytes } from '../contract/human';
import { PRICE_REGION } from '../contract/prices';
import type { MeasuredDatabase } from '../operations/cost/measured-database';
import { OTHER_CONTENT, type OtherContent, type StoredPoints } from '../operations/cost/stored-cost';
import { costTable } from '../settings/cost';
import type { ComparedDatabase } from '../settings/estimate-compare';
import type { CostReport, StoredReport } from './cost-report';
import { plainTable, type Column } from './point-table';

export function costText(report: CostReport, width: number | undefined): string {
  const { estimate, estimateByRealSizes, stored, compared, savings } = report;
  return [
    ...(estimate === null ? [] : [costTable(estimate)]),
    ...(stored === null ? [] : [storedText(stored, width)]),
    ...(compared.length === 0 ? [] : [comparedText(compared, width)]),
    ...(estimateByRealSizes === null
      ? []
      : [
          `With the sizes that the manifests tell, the estimate is ${usd(estimateByRealSizes.totalUsd)} USD a month.`,
        ]),
    ...(savings.length === 0
      ? []
      : [
          [
            'Cheaper, each by itself, in USD a month:',
            ...savings.map(({ text, usdMonth }) => `  ${usd(usdMonth).padStart(8)}  ${text}`),
          ].join('\n'),
        ]),
  ].join('\n\n');
}

function storedText(stored: StoredReport, width: number | undefined): string {
  const isPriced = stored.usdMonth !== null;
  const prices = isPriced ? `, at list prices of ${PRICE_REGION} without requests` : '';
  const others = OTHER_CONTENT.filter((content) => stored.others[content].objects > 0);
  const together = isPriced ? `${usd(stored.usdMonth)} USD a month` : 'a folder has no price';
  return [
    `Stored in ${stored.store}${prices}:`,
    '',
    ...(stored.points.length === 0
      ? ['No recovery point.']
      : [plainTable(stored.points, pointColumns(isPriced), width)]),
    ...(others.length === 0 ? [] : ['', plainTable(others, otherColumns(stored, isPriced), width)]),
    '',
    `Together ${humanBytes(stored.bytes)} in ${stored.objects} objects: ${together}.`,
    ...stored.databases.map(forecastText),
  ].join('\n');
}

function pointColumns(isPriced: boolean): Column<StoredPoints>[] {
  return [
    { title: 'DATABASE', cell: ({ database }) => database },
    { title: 'CLASS', cell: (line) => line.class },
    { title: 'POINTS', cell: ({ points }) => String(points), align: 'right' },
    { title: 'STORED', cell: ({ bytes }) => humanBytes(bytes), align: 'right' },
    ...(isPriced
      ? [
          {
            title: 'STORAGE CLASS',
            cell: ({ storageClasses }: StoredPoints) => storageWords(storageClasses),
            expendable: 1,
          },
          {
            title: 'USD A MONTH',
            cell: ({ usdMonth }: StoredPoints) => usd(usdMonth),
            align: 'right' as const,
          },
          {
            title: 'A POINT',
            cell: ({ usdMonthEach }: StoredPoints) => usd(usdMonthEach, 4),
            align: 'right' as const,
          },
        ]
      : []),
  ];
}

/** The one with the most bytes first. */
function storageWords(classes: Readonly<Record<string, number>>): string {
  const entries = Object.entries(classes).sort(([, a], [, b]) => b - a);
  return entries.length === 1
    ? (entries[0]?.[0] ?? '')
    : entries.map(([name, bytes]) => `${name} ${humanBytes(bytes)}`).join(', ');
}

const OTHERS: Readonly<Record<OtherContent, string>> = {
  orphans: 'dumps without a manifest',
  noncurrent: 'versions below newer ones or delete markers',
  exports: 'exports of chosen tables',
  documents: 'manifests, evidence, audit',
  other: 'what Backstop did not write',
};

function otherColumns({ others }: StoredReport, isPriced: boolean): Column<OtherContent>[] {
  return [
    { title: 'BESIDES', cell: (content) => OTHERS[content] },
    { title: 'OBJECTS', cell: (content) => String(others[content].objects), align: 'right' },
    { title: 'STORED', cell: (content) => humanBytes(others[content].bytes), align: 'right' },
    ...(isPriced
      ? [
          {
            title: 'USD A MONTH',
            cell: (content: OtherContent) => usd(others[content].usdMonth),
            align: 'right' as const,
          },
        ]
      : []),
  ];
}

function forecastText({ database, bytes, forecastBytes, forecastUsdMonth }: MeasuredDatabase): string {
  if (forecastBytes === null) return `${database}: too few points of one kind to tell how it grows.`;
  const price = forecastUsdMonth === null ? '' : `, ${usd(forecastUsdMonth)} USD a month`;
  return `${database}: in 90 days as many points will take ${humanBytes(forecastBytes)}${price}, if they grow as they did (now ${humanBytes(bytes)}).`;
}

function comparedText(compared: readonly ComparedDatabase[], width: number | undefined): string {
  const columns: Column<ComparedDatabase>[] = [
    { title: 'DATABASE', cell: ({ database }) => database },
    { title: 'POINTS ESTIMATED', cell: ({ estimatedUsdMonth }) => usd(estimatedUsdMonth), align: 'right' },
    { title: 'STORED', cell: ({ usdMonth }) => usd(usdMonth), align: 'right' },
  ];
  return [
    'Estimate against what is there, in USD a month:',
    '',
    plainTable(compared, columns, width),
    ...compared.flatMap(({ database, reasons }) => reasons.map((reason) => `${database}: ${reason}`)),
  ].join('\n');
}

function usd(amount: number | null, digits = 2): string {
  return amount === null ? '?' : amount.toFixed(digits);
}
