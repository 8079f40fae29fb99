/** What a restore came to, in words and as an outcome. */
import { Failure, messageOf } from '../contract/failure';
import { failing } from '../contract/inventory';
import type { Comparison } from '../postgres/compare/compare-restored';
import { describeTarget } from '../postgres/connection';
import type { RestorePlan } from './restore-plan';
import type { PlaceRequest, Restored, RestoreResult } from './restore-request';
import type { Override } from './place-refusals';

/** Whether it is what was backed up and passes every check, or the operator takes it all the same. */
export function worthy(restored: Restored, allow: readonly Override[]): boolean {
  return shortcomings(restored).every((shortcoming) => allow.includes(shortcoming));
}

/** What only an override gets past. */
export function shortcomings({ differences, checks }: Restored): Override[] {
  const different = failing(differences).length > 0;
  const failed = checks.some(({ passed }) => !passed);
  return [...(different ? ['differences' as const] : []), ...(failed ? ['failed-checks' as const] : [])];
}

/** undefined where there is nothing to complain of. @param place that it was to take */
export function verdictOn(result: RestoreResult, place: PlaceRequest | undefined): Failure | undefined {
  const { differences, checks, targetDatabase, tookPlace } = result;
  const lines = [
    ...failing(differences).map(({ subject, text }) => `${subject} ${text}`),
    ...checks.filter(({ passed }) => !passed).map(({ name, text }) => `check "${name}" ${text}`),
  ];
  if (lines.length === 0) return hooksFailed(result);
  const what = failing(differences).length > 0 ? 'it is not what was backed up' : 'it failed a check';
  const told = `${tookPlace?.name ?? targetDatabase} was restored, but ${what}:`;
  return new Failure('differences', [told, ...lines].join('\n  '), { hint: whatNow(result, place) });
}

function hooksFailed({ failedHooks }: RestoreResult): Failure | undefined {
  if (failedHooks.length === 0) return undefined;
  return new Failure('restore-failed', `The restore is done, but ${failedHooks.join('; ')}.`, {
    hint: 'What was restored stays as it is. Do by hand what the hook was to do.',
  });
}

function whatNow({ targetDatabase, tookPlace }: RestoreResult, place: PlaceRequest | undefined): string {
  if (tookPlace !== undefined)
    return `It took the place of ${tookPlace.name} all the same, as --allow says; the old one is ${tookPlace.keptAs}.`;
  const left = `The database ${targetDatabase} is left for a look at it. Restore an older point into another one.`;
  return place === undefined ? left : `${place.name} is as it was. ${left}`;
}

/** @throws Failure `differences` that names each difference, and each check that failed */
export function demandVerdict(result: RestoreResult, place?: PlaceRequest): void {
  const failure = verdictOn(result, place);
  if (failure !== undefined) throw failure;
}

export function notCompared({ target }: RestorePlan, error: unknown): Failure {
  return new Failure(
    'restore-failed',
    `${describeTarget(target)} was loaded without an error, but could not be compared: ${messageOf(error)}`,
    { cause: error, hint: 'It is left as it is. Nobody knows whether it holds what was backed up.' },
  );
}

export function withoutSettings(
  { target }: RestorePlan,
  { differences }: Comparison,
  error: unknown,
): Failure {
  const lines = failing(differences).map(({ subject, text }) => `${subject} ${text}`);
  const verdict = lines.length === 0 ? 'it is what was backed up' : 'it is NOT what was backed up';
  return new Failure(
    'restore-failed',
    [
      `${describeTarget(target)} was loaded and compared, and ${verdict}; but the settings of the database could not be applied: ${messageOf(error)}`,
      ...lines,
    ].join('\n  '),
    {
      cause: error,
      hint: 'It is left as it is. Owner and privileges need a superuser, or a member of those roles.',
    },
  );
}
