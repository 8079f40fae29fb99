/** A PostgreSQL on Render, dumped every night and kept for 30 days. docs/examples/gameready.md says what replaces what. */
import { defineSettings } from 'backstop/settings';

export default defineSettings({
  name: 'gameready',
  // The host is public and asks for TLS: any address may connect, so nothing is paid for a fixed one.
  network: { mode: 'public' },
  notifications: {
    emails: ['devops@gameready.example'],
    webhooks: [{ secret: 'gameready/slack-webhook', format: 'slack' }],
  },
  databases: {
    gameready: {
      connection: {
        // The external host, and not a pooler before it. `verify-full` with public authorities is the default.
        host: 'dpg-example-a.frankfurt-postgres.render.com',
        database: 'gameready',
        user: 'backstop',
        password: { secret: 'gameready/postgres' },
      },
      major: 16,
      databaseGigabytes: 2,
      schedule: { cron: '0 2 * * *', timeZone: 'UTC', flexibleMinutes: 15, expectedMinutes: 30 },
      // 24 h of interval + 15 min of window + 30 min of run: a nightly dump cannot promise exactly 24 h.
      rpoHours: 25,
      rtoMinutes: 120,
      keepDays: { daily: 30 },
      // What they have today, a .sql.gz. Without this line: directory format, quicker to make and to restore.
      dump: { format: 'plain' },
    },
  },
});
