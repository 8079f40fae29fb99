/** The least that Backstop needs: one database, kept for 30 days. */
import { defineSettings } from 'backstop/settings';

export default defineSettings({
  name: 'backstop',
  databases: {
    app: {
      connection: {
        host: 'db.example.com',
        database: 'app',
        user: 'backstop',
        password: { secret: 'backstop/app' },
      },
      keepDays: { daily: 30 },
    },
  },
});
