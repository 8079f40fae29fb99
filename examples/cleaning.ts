/** A PostgreSQL in RDS with a peak season and a copy a week for eight weeks. docs/examples/cleaning.md says what replaces what. */
import { defineSettings } from 'backstop/settings';

export default defineSettings({
  name: 'cleaning',
  // The task runs where the database is: put your ids here. For a host outside AWS take `public` or `fixed-egress`.
  network: {
    mode: 'existing',
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    securityGroupIds: ['sg-0123456789abcdef0'],
  },
  notifications: {
    emails: ['devops@cleaning.example'],
    webhooks: [{ secret: 'cleaning/alarm-webhook', format: 'generic' }],
    contacts: [
      { when: 'any alarm', who: 'on call', how: 'devops@cleaning.example' },
      { when: 'bookings are lost or wrong', who: 'head of operations', how: '+49 30 23125 130' },
    ],
  },
  databases: {
    cleaning: {
      connection: {
        host: 'cleaning.abcdefghijkl.eu-central-1.rds.amazonaws.com',
        database: 'cleaning',
        user: 'backstop',
        // No password anywhere: the task's role fetches a token that is valid for 15 minutes.
        rdsIam: 'db-ABCDEFGHIJKL01234567890ABC',
        tls: { authorities: 'rds' },
      },
      major: 16,
      databaseGigabytes: 5,
      schedule: {
        cron: '0 2 * * *',
        timeZone: 'UTC',
        flexibleMinutes: 15,
        expectedMinutes: 30,
        // Every six hours in the peak season, nightly in the other months. A missed slot alarms within both.
        seasons: [{ months: [4, 5, 6], cron: '0 2,8,14,20 * * *' }],
      },
      // 24 h of interval + 15 min of window + 30 min of run, in the months with the longest interval.
      rpoHours: 25,
      rtoMinutes: 240,
      // The first point of a week is that week's: eight copies, of which they ask at least four.
      keepDays: { daily: 14, weekly: 56 },
      // Written there directly: S3 moves nothing to IA before day 30, and a move would cost a request per object.
      storage: { weekly: { class: 'STANDARD_IA' } },
      dump: { format: 'custom' },
      // After each backup, as they wished; in the season that is every six hours.
      drill: {
        when: 'after-backup',
        expectedMinutes: 45,
        minimumRows: 50_000,
        // Put your tables and numbers here. `manage.py check` needs the application: docs/examples/cleaning.md says where it runs.
        checks: [
          {
            // 24 h of the RPO, and an hour until the drill asks.
            name: 'newest booking within the RPO',
            sql: 'SELECT extract(epoch FROM now() - max(created_at)) / 3600 FROM booking',
            atMost: 25,
          },
          // Raised with a release: migrations that were applied before it must still be there.
          { name: 'migrations', sql: 'SELECT count(*) FROM django_migrations', atLeast: 120 },
          {
            name: 'no booking without its customer',
            sql: 'SELECT NOT EXISTS (SELECT FROM booking b LEFT JOIN customer c ON c.id = b.customer_id WHERE c.id IS NULL)',
          },
        ],
      },
    },
  },
});
