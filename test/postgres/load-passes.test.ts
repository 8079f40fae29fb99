import { loadPasses } from '../../lib/postgres/load-passes';

const TABLE = '215; 1259 16386 TABLE public RULE owner';
const INDEX = '3348; 1259 16390 INDEX public by_name owner';
const RULE = '3349; 2618 21086 RULE public v to_w owner';
const BACK = '3350; 2618 21087 RULE public w to_v owner';
const OF_RULE = '3351; 0 0 COMMENT public RULE v to_w owner';
const REFRESH = '3352; 0 16400 MATERIALIZED VIEW DATA public totals owner';
const ENDING = '3353; 3466 16401 EVENT TRIGGER - guard owner';

test('without rules each section is one pass, side by side', () => {
  const entries = [TABLE, INDEX, REFRESH, ENDING];
  expect(loadPasses(entries)).toEqual([
    { section: 'pre-data', entries, parallel: true },
    { section: 'data', entries, parallel: true },
    { section: 'post-data', entries, parallel: true },
  ]);
});

test('rules are made one by one, after indexes and before what reads through them', () => {
  const passes = loadPasses([TABLE, REFRESH, RULE, INDEX, OF_RULE, ENDING, BACK]);
  expect(passes.slice(2)).toEqual([
    { section: 'post-data', entries: [TABLE, INDEX], parallel: true },
    { section: 'post-data', entries: [RULE, OF_RULE, BACK], parallel: false },
    { section: 'post-data', entries: [REFRESH, ENDING], parallel: true },
  ]);
});
