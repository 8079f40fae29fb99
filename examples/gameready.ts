/** A PostgreSQL on Render, dumped every night and kept for 30 days. docs/examples/gameready.md says what replaces what. */
import { defineSettings } from 'backstop/settings';

export default defineSettings({
  name: 'gameready',
  // The host is public and asks for TLS: any address may connect, so nothing is paid for a fixed one.
  network: { mode: 'public' },
  notifications: {
    emails: ['devops@gameready.example'],
    webhooks: [{ secret: 'gameready/slack-webhook', format: 'slack' }],
    contacts: [
      { when: 'any alarm', who: 'on call', how: 'oncall@gameready.example' },
      { when: 'data are lost or wrong', who: 'head of engineering', how: '+49 30 23125 110' },
    ],
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
      // They drilled quarterly, into staging. Two GB are restored within minutes: so after each backup, on a server made for it.
      drill: {
        when: 'after-backup',
        expectedMinutes: 30,
        minimumRows: 10_000,
        // Every row is compared anyway. These ask what only the application knows: put your tables and numbers here.
        checks: [
          {
            // 24 h of the RPO, and an hour until the drill asks.
            name: 'newest match within the RPO',
            sql: 'SELECT extract(epoch FROM now() - max(played_at)) / 3600 FROM match',
            atMost: 25,
          },
          { name: 'players', sql: 'SELECT count(*) FROM player', atLeast: 1000 },
        ],
      },
    },
  },
});
