/** Every class of objects that is read and compared. */
import { CONSTRAINT_SPECS } from './constraints';
import { OTHER_SPECS } from './others';
import { RELATION_SPECS } from './relations';
import { ROUTINE_SPECS } from './routines';
import { SECURITY_SPECS } from './security';
import { TYPE_SPECS } from './types';
import { VIEW_SPECS } from './views';
import type { CatalogSpec } from './spec';

export const CATALOG_SPECS: readonly CatalogSpec[] = [
  ...SECURITY_SPECS,
  ...TYPE_SPECS,
  ...ROUTINE_SPECS,
  ...RELATION_SPECS,
  ...CONSTRAINT_SPECS,
  ...VIEW_SPECS,
  ...OTHER_SPECS,
];
