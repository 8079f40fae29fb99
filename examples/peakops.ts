/** A PostgreSQL on Render with frequent migrations, beside buckets of video. docs/examples/peakops.md says what replaces what. */
import { defineSettings } from 'backstop/settings';

export default defineSettings({
  name: 'peakops',
  network: { mode: 'public' },
  notifications: {
    emails: ['devops@peakops.example', 'oncall@peakops.example'],
    contacts: [
      { when: 'any alarm', who: 'on call', how: 'oncall@peakops.example' },
      { when: 'a restore in place of production', who: 'head of engineering', how: '+49 30 23125 140' },
      { when: 'Render does not answer', who: 'support of Render', how: 'https://dashboard.render.com' },
    ],
  },
  databases: {
    peakops: {
      connection: {
        host: 'dpg-example-c.frankfurt-postgres.render.com',
        database: 'peakops',
        user: 'backstop',
        password: { secret: 'peakops/postgres' },
      },
      major: 17,
      databaseGigabytes: 5,
      // Before a migration: `backstop backup … --reason "before migration 42"`, on top of this.
      schedule: { cron: '0 2 * * *', timeZone: 'UTC', flexibleMinutes: 15, expectedMinutes: 30 },
      // 24 h of interval + 15 min of window + 30 min of run.
      rpoHours: 25,
      // The shortest of their scenarios, corruption.
      rtoMinutes: 30,
      // Of their two figures, 7 and 30 days, each day's point is kept for the longer one.
      keepDays: { daily: 30 },
      dump: { format: 'plain' },
      // They restored monthly. After each backup, and after each one before a migration, too.
      drill: {
        when: 'after-backup',
        expectedMinutes: 45,
        minimumRows: 50_000,
        // Put your tables and numbers here. alembic and pytest need the application: docs/examples/peakops.md says where they run.
        checks: [
          {
            // 24 h of the RPO, and an hour until the drill asks.
            name: 'newest event within the RPO',
            sql: 'SELECT extract(epoch FROM now() - max(occurred_at)) / 3600 FROM event',
            atMost: 25,
          },
          // Two heads, or none, are a migration that was left half done.
          { name: 'one migration is head', sql: 'SELECT count(*) = 1 FROM alembic_version' },
        ],
      },
    },
  },
});
