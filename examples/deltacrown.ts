/** A PostgreSQL 15 of 12 GB that may lose one hour. docs/examples/deltacrown.md says what replaces what. */
import { defineSettings } from 'backstop/settings';

export default defineSettings({
  name: 'deltacrown',
  // 48 dumps a day read 576 GB: beside the server that costs nothing, through a NAT gateway hundreds of dollars a month.
  network: {
    mode: 'existing',
    vpcId: 'vpc-0fedcba9876543210',
    subnetIds: ['subnet-0fedcba9876543210', 'subnet-0fedcba9876543211'],
    securityGroupIds: ['sg-0fedcba9876543210'],
  },
  notifications: {
    emails: ['devops@deltacrown.example'],
    webhooks: [{ secret: 'deltacrown/slack-webhook', format: 'slack' }],
    contacts: [
      { when: 'any alarm', who: 'on call', how: '#backups in Slack' },
      { when: 'a restore in place of production', who: 'head of infrastructure', how: '+49 30 23125 150' },
    ],
  },
  databases: {
    deltacrown: {
      connection: {
        host: 'postgres.deltacrown.example',
        database: 'deltacrown',
        user: 'backstop',
        password: { secret: 'deltacrown/postgres' },
      },
      major: 15,
      databaseGigabytes: 12,
      // Their hourly dump could not keep an RPO of 1 h. 30 min of interval + 5 of window + 20 of run are 55 minutes.
      schedule: { cron: '*/30 * * * *', timeZone: 'UTC', flexibleMinutes: 5, expectedMinutes: 20 },
      rpoHours: 1,
      // The shortest of their scenarios, corruption.
      rtoMinutes: 15,
      // Seven days of 48 points each: both points of an hour belong to its class.
      keepDays: { hourly: 7 },
      // Theirs. `gzip:1` stores 8 % more in less than a third of the time; directory format dumps in parallel.
      dump: { format: 'custom', compression: 'gzip:9' },
      // One core compresses, the other one uploads.
      task: { cpu: 2048, memoryMiB: 4096 },
      // They drilled monthly. After each backup would be 48 restores of 12 GB a day, which cost more than all the rest together: one
      // a day, on four cores, as they restore with four jobs.
      drill: {
        when: { cron: '10 4 * * *', timeZone: 'UTC', flexibleMinutes: 10 },
        expectedMinutes: 45,
        minimumRows: 1_000_000,
        task: { cpu: 4096, memoryMiB: 16_384, ephemeralStorageGiB: 60 },
        // Put your tables and numbers here.
        checks: [
          {
            // The RPO of 1 h, and at most an hour until the drill asks.
            name: 'newest order within the RPO',
            sql: 'SELECT extract(epoch FROM now() - max(created_at)) / 60 FROM orders',
            atMost: 120,
          },
          { name: 'orders', sql: 'SELECT count(*) FROM orders', atLeast: 100_000 },
        ],
      },
      alarms: { minimumBytes: 500_000_000 },
    },
  },
});
