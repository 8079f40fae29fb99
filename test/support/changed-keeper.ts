/** A keeper that acts as another one, but for what a test changes: to let a step fail, be forgotten or be counted. */
import type { Keeper } from '../../lib/runtime/keeper';

export function changedKeeper(keeper: Keeper, changes: Partial<Keeper>): Keeper {
  return {
    url: keeper.url,
    versions: (prefix) => keeper.versions(prefix),
    lockedUntil: (version) => keeper.lockedUntil(version),
    onHold: (version) => keeper.onHold(version),
    mayExpire: (version) => keeper.mayExpire(version),
    extendLock: (version, until) => keeper.extendLock(version, until),
    hold: (version) => keeper.hold(version),
    release: (version) => keeper.release(version),
    tagForExpiry: (version) => keeper.tagForExpiry(version),
    ...changes,
  };
}
