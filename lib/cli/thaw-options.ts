/** `--thaw` and `--thaw-days`: whether, how fast and for how long what is archived is made readable. */
import { Option } from 'commander';
import { THAW_SPEEDS, type ThawSpeed } from '../contract/storage-class';
import type { ThawOptions } from '../runtime/archive';
import { positive } from './options';

export interface ThawChoice {
  readonly thaw?: ThawSpeed;
  readonly thawDays: number;
}

export const thawOptions = () => [
  new Option('--thaw [speed]', 'thaw what lies in GLACIER or DEEP_ARCHIVE, and wait for it: hours')
    .choices(THAW_SPEEDS)
    .preset('standard'),
  new Option('--thaw-days <days>', 'how long what is thawed stays readable').argParser(positive).default(7),
];

export function thawOf({ thaw, thawDays }: ThawChoice): { readonly thaw?: ThawOptions } {
  return thaw === undefined ? {} : { thaw: { speed: thaw, days: thawDays } };
}
