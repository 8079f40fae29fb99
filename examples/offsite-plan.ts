/** A PostgreSQL on Render that admits one address only. docs/examples/offsite-plan.md says what replaces what. */
import { defineSettings } from 'backstop/settings';

export default defineSettings({
  name: 'offsite-plan',
  // Render's list of allowed addresses gets one entry: the NAT gateway's, which is an output of the deployment.
  network: { mode: 'fixed-egress' },
  notifications: {
    emails: ['devops@offsite-plan.example'],
    contacts: [
      { when: 'any alarm', who: 'on call', how: 'devops@offsite-plan.example' },
      { when: 'the plan is carried out', who: 'owner of the plan', how: '+49 30 23125 120' },
    ],
  },
  databases: {
    planner: {
      connection: {
        host: 'dpg-example-b.oregon-postgres.render.com',
        database: 'planner',
        user: 'backstop',
        password: { secret: 'offsite-plan/postgres' },
      },
      major: 16,
      databaseGigabytes: 2,
      schedule: { cron: '0 2 * * *', timeZone: 'UTC', flexibleMinutes: 15, expectedMinutes: 30 },
      // 24 h of interval + 15 min of window + 30 min of run.
      rpoHours: 25,
      rtoMinutes: 120,
      keepDays: { daily: 30 },
      dump: { format: 'plain' },
      // They practised quarterly. The task of a drill needs AWS alone: not the database, and not the NAT gateway's address.
      drill: {
        when: 'after-backup',
        expectedMinutes: 30,
        minimumRows: 10_000,
        // Put your tables and numbers here.
        checks: [
          {
            // 24 h of the RPO, and an hour until the drill asks.
            name: 'newest plan within the RPO',
            sql: 'SELECT extract(epoch FROM now() - max(updated_at)) / 3600 FROM plan',
            atMost: 25,
          },
        ],
      },
    },
  },
});
