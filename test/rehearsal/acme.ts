/** The installation of demo and rehearsals: the names are those of the runbook. */
import { defineSettings } from 'backstop/settings';

const reached = (database: string) => ({
  connection: {
    host: 'db.example.com',
    database,
    user: 'backstop',
    password: { secret: 'acme/postgres' },
  },
  keepDays: { daily: 30 },
});

export default defineSettings({
  name: 'acme',
  databases: { shop: reached('shop'), billing: reached('billing') },
});
