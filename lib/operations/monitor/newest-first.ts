/** Objects whose names begin with a time, newest first, found without listing all of them. */
import { stampOf } from '../../contract/recovery-point-id';

const DAY = 86_400_000;
/** How far back is listed, each time that nearer days held none. Then all is. */
const STRETCHES_DAYS = [2, 16, 128];

/**
 * @param prefix after which a key goes on with an id
 * @param list everything below the prefix that sorts after a key, newest first
 */
export async function* newestFirst<T extends { readonly key: string }>(
  prefix: string,
  now: Date,
  list: (after: string | undefined) => Promise<readonly T[]>,
): AsyncGenerator<T> {
  let until: string | undefined;
  for (const days of [...STRETCHES_DAYS, undefined]) {
    const after =
      days === undefined ? undefined : `${prefix}${stampOf(new Date(now.getTime() - days * DAY))}`;
    const found = await list(after);
    yield* found.filter(({ key }) => until === undefined || key <= until);
    until = after;
  }
}
