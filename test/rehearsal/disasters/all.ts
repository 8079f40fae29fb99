/** The disasters, in the order in which they are rehearsed. */
import type { Disaster } from './disaster';
import {
  backupsFailingUnnoticed,
  bucketEmptied,
  credentialsStolen,
  pointTamperedWith,
} from './in-the-bucket';
import { databaseCorruption, deletedRows, droppedTable, wrongDatabase } from './in-the-database';
import { providerOutage, serverLost } from './in-the-server';

export const DISASTERS: readonly Disaster[] = [
  databaseCorruption,
  deletedRows,
  droppedTable,
  serverLost,
  providerOutage,
  wrongDatabase,
  credentialsStolen,
  pointTamperedWith,
  backupsFailingUnnoticed,
  bucketEmptied,
];
