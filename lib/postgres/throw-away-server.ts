/** A PostgreSQL server for the time of a drill: made in the scratch folder, unreachable from outside, gone afterwards. */
import { Failure } from '../contract/failure';
import type { DrillServers } from './drill-server';

export const throwAwayServers: DrillServers = {
  with: () => Promise.reject(new Failure('no-client', 'There is no throw-away server yet.')),
};
