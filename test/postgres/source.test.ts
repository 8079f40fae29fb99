import { Client } from 'pg';
import { Failure } from '../../lib/contract/failure';
import { connect, connectionTarget, describeTarget, libpqEnvironment } from '../../lib/postgres/connection';
import { readServerFacts, refuseTransactionPooler } from '../../lib/postgres/server';
import { openSource } from '../../lib/postgres/source';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors, sharedServers } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { eventually } from '../support/spawn';
import { startTransactionPooler } from '../support/transaction-pooler';

const never = new AbortController().signal;

const options = {
  name: 'shop',
  applicationName: 'backstop test',
  lockTimeoutSeconds: 5,
  excludeTableData: [],
  tables: [],
};

async function ended<T extends { close(): Promise<void> }>(
  opened: T,
  use: (source: T) => Promise<void>,
): Promise<void> {
  try {
    await use(opened);
  } finally {
    await opened.close();
  }
}

describe.each(sharedMajors())('PostgreSQL %s', (major) => {
  test('a table emptied after the snapshot is full in it, because its lock came first', async () => {
    const url = await shopDatabase(major);
    await ended(await openSource(connectionTarget(url, {}), options), async (source) => {
      const migration = new Client({ connectionString: url });
      await migration.connect();
      await migration.query('SET lock_timeout = 200');
      await expect(migration.query('TRUNCATE audit_log')).rejects.toThrow(/lock timeout/);
      await migration.end();
      const joined = await source.join(never);
      const { rows } = await joined.query('SELECT count(*)::int AS rows FROM public.audit_log');
      expect(rows).toEqual([{ rows: 100 }]);
      await joined.end();
    });
  });

  test('a snapshot is taken after the locks: rows that were replaced while we waited are the new ones', async () => {
    const url = await shopDatabase(major);
    const sql = `TRUNCATE audit_log; INSERT INTO audit_log (what) VALUES ('new')`;
    await ended(await openedDuring(url, sql), async ({ holder }) => {
      expect((await holder.query('SELECT what FROM public.audit_log')).rows).toEqual([{ what: 'new' }]);
    });
  });

  test('sessions that join see what the holder sees, and nothing later', async () => {
    const url = await shopDatabase(major);
    await ended(await openSource(connectionTarget(url, {}), options), async (source) => {
      await query(url, `INSERT INTO audit_log (what) VALUES ('late')`);
      const joined = await source.join(never);
      for (const client of [source.holder, joined]) {
        const { rows } = await client.query(`SELECT count(*)::int AS rows FROM public.audit_log`);
        expect(rows).toEqual([{ rows: 100 }]);
      }
      await joined.end();
    });
  });

  test('facts of the server are those of the server', async () => {
    const client = await connect(connectionTarget(await freshDatabase(major), {}));
    expect(await readServerFacts(client)).toMatchObject({
      major,
      version: expect.stringMatching(new RegExp(`^${major}\\.\\d+$`)) as string,
      role: 'primary',
      replicaLagSeconds: null,
      namesArePlain: true,
      systemIdentifier: expect.stringMatching(/^\d+$/) as string,
    });
    await client.end();
  });
});

test('functions that users made under the names of the system are never run', async () => {
  const url = await freshDatabase();
  const trap = (name: string, type: string) =>
    `CREATE FUNCTION public.${name} RETURNS ${type} LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'trapped'; END$$;`;
  await query(
    url,
    `${trap('pg_backend_pid()', 'int')} ${trap('pg_is_in_recovery()', 'boolean')}
     ${trap('pg_database_size(name)', 'bigint')} ${trap('pg_table_is_visible(oid)', 'boolean')}
     CREATE TABLE kept (a int);
     ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = public, pg_catalog`,
  );
  const excluding = { ...options, excludeTableData: ['kept'] };
  await ended(await openSource(connectionTarget(url, {}), excluding), async (source) => {
    await (await source.join(never)).end();
    expect(source.dumped).toEqual([]);
  });
});

test.each(['SQL, DMY', 'German', 'Postgres, MDY'])(
  'a database with the DateStyle %s has an age',
  async (style) => {
    const url = await freshDatabase();
    await query(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET DateStyle = '${style}'`);
    const before = Date.now();
    await ended(await openSource(connectionTarget(url, {}), options), async ({ snapshot }) => {
      expect(Math.abs(snapshot.at.getTime() - before)).toBeLessThan(60_000);
      return Promise.resolve();
    });
  },
);

test('an export that would lack the rows of partitions or children is refused', async () => {
  const url = await freshDatabase();
  await query(
    url,
    `CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (9);
     CREATE TABLE parent (a int); CREATE TABLE heir () INHERITS (parent)`,
  );
  for (const table of ['p', 'parent']) {
    const opened = openSource(connectionTarget(url, {}), { ...options, tables: [table] });
    await expect(opened).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/lack rows of public\.(p: public\.p_1|parent: public\.heir) /) as string,
    });
  }
  await ended(
    await openSource(connectionTarget(url, {}), { ...options, tables: ['p*', 'heir'] }),
    async (source) => {
      expect(source.dumped.map(({ name }) => name).sort()).toEqual(['heir', 'p_1', 'parent']);
      return Promise.resolve();
    },
  );
});

test('a name that is no text is told, not called a defect', async () => {
  const name = `ascii_${Date.now().toString(36)}`;
  const maintenance = sharedServers().postgres['15'] ?? '';
  await query(maintenance, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'`);
  const url = maintenance.replace(/[^/]*$/, name);
  await query(url, `DO $$BEGIN EXECUTE 'CREATE TABLE "' || E'caf\\xe9' || '" (a int)'; END$$`);
  await expect(openSource(connectionTarget(url, {}), options)).rejects.toMatchObject({
    kind: 'database-unreachable',
    hint: expect.stringContaining('rename it') as string,
  });
});

test('tables created while we lock are in the snapshot, or it is taken again', async () => {
  const url = await shopDatabase();
  const working = new AbortController();
  const migration = (async () => {
    for (let n = 0; !working.signal.aborted; n++) await query(url, `CREATE TABLE made_${n} AS SELECT 1 AS a`);
  })();
  for (let attempt = 0; attempt < 5; attempt++) {
    const opened = await openSource(connectionTarget(url, {}), options).catch((error: unknown) => error);
    if (opened instanceof Failure) {
      expect(opened.message).toMatch(/Tables were created or dropped/);
      continue;
    }
    await ended(opened as Awaited<ReturnType<typeof openSource>>, async (source) => {
      const { rows } = await source.holder.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
      );
      expect(source.snapshot.tables).toHaveLength(rows[0]?.n ?? 0);
    });
  }
  working.abort();
  await migration;
});

/** What a migration does while the holder waits for its table, and commits. */
async function openedDuring(url: string, sql: string) {
  const migration = new Client({ connectionString: url });
  await migration.connect();
  await migration.query(`BEGIN; ${sql}`);
  const opening = openSource(connectionTarget(url, {}), { ...options, lockTimeoutSeconds: 60 });
  await eventually('the holder waits', async () => {
    const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'audit_log'::regclass`;
    expect(await query(url, waiting)).toHaveLength(1);
  });
  await migration.query('COMMIT');
  await migration.end();
  return opening;
}

test('a table that was made while the holder waited is in the snapshot, and locked', async () => {
  const url = await shopDatabase();
  const sql = 'CREATE TABLE made AS SELECT 1 AS a; LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE';
  await ended(await openedDuring(url, sql), async ({ snapshot }) => {
    expect(snapshot.tables.map(({ name }) => name)).toContain('made');
    const locks = await query(url, `SELECT mode FROM pg_locks WHERE relation = 'made'::regclass AND granted`);
    expect(locks).toEqual([{ mode: 'AccessShareLock' }]);
  });
});

test('a table that was dropped while the holder waited is not missed', async () => {
  const url = await shopDatabase();
  await ended(await openedDuring(url, 'DROP TABLE audit_log'), ({ snapshot }) => {
    expect(snapshot.tables.map(({ name }) => name)).not.toContain('audit_log');
    expect(snapshot.tables).toHaveLength(3);
    return Promise.resolve();
  });
});

test('what was locked is given back before the end, and the backup is still the only one', async () => {
  const url = await shopDatabase();
  await ended(await openSource(connectionTarget(url, {}), options), async (source) => {
    await source.release();
    await query(url, `SET lock_timeout = '10s'; TRUNCATE audit_log`);
    await expect(openSource(connectionTarget(url, {}), options)).rejects.toMatchObject({
      kind: 'already-running',
    });
  });
});

test('a snapshot whose holder was ended is not held any more', async () => {
  const url = await shopDatabase();
  await ended(await openSource(connectionTarget(url, {}), options), async (source) => {
    const { rows } = await source.holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await query(url, `SELECT pg_terminate_backend(${rows[0]?.pid ?? 0})`);
    await expect(source.release()).rejects.toMatchObject({ kind: 'database-unreachable' });
  });
});

test('a holder whose transaction has failed holds nothing', async () => {
  const url = await shopDatabase();
  await ended(await openSource(connectionTarget(url, {}), options), async (source) => {
    await expect(source.holder.query('SELECT 1/0')).rejects.toThrow(/division by zero/);
    await expect(source.release()).rejects.toMatchObject({ kind: 'database-unreachable' });
  });
});

test('each pattern of chosen tables must match one', async () => {
  const url = await shopDatabase();
  const tables = ['invoice*', 'misspelt'];
  await expect(openSource(connectionTarget(url, {}), { ...options, tables })).rejects.toMatchObject({
    kind: 'usage',
    message: 'No table matches misspelt.',
  });
});

test('a transaction pooler is refused, and the message says what to use', async () => {
  const url = new URL(sharedServers().postgres['15'] ?? '');
  const pooler = await startTransactionPooler(Number(url.port));
  url.port = String(pooler.port);
  const target = connectionTarget(url.toString(), {});
  try {
    const failure = await openSource(target, options).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({
      kind: 'database-unreachable',
      message: expect.stringContaining('is a transaction pooler') as string,
      hint: expect.stringContaining('direct host') as string,
    });
  } finally {
    await pooler.stop();
  }
});

test('the server itself is no pooler', async () => {
  const target = connectionTarget(sharedServers().postgres['15'] ?? '', {});
  const client = await connect(target);
  await expect(refuseTransactionPooler(target, client)).resolves.toBeUndefined();
  await client.end();
});

test('a role that may not read a table is told which', async () => {
  const url = await shopDatabase();
  const role = `reader_${new URL(url).pathname.slice(1)}`;
  await query(url, `CREATE ROLE ${role} LOGIN; GRANT SELECT ON customer TO ${role}`);
  const target = connectionTarget(url.replace('backstop:', `${role}:`), {});
  await expect(openSource(target, options)).rejects.toMatchObject({
    kind: 'database-unreachable',
    message: expect.stringMatching(/may not be read: permission denied for table/) as string,
  });
});

describe('connection', () => {
  const environment = { PGPASSWORD: 'secret', PGSSLMODE: undefined };

  test('a server elsewhere is verified in full, one on this machine is not', () => {
    expect(connectionTarget('postgres://u@db.example.com/d', environment).sslMode).toBe('verify-full');
    expect(connectionTarget('postgres://u@127.0.0.1/d', environment).sslMode).toBe('prefer');
    expect(connectionTarget('postgres://u@db.example.com/d?sslmode=require', environment).sslMode).toBe(
      'require',
    );
  });

  test('the password travels by environment, and is in no message', async () => {
    const target = connectionTarget('postgres://u:hidden@db.example.com:6543/d', {});
    expect(await libpqEnvironment(target)).toMatchObject({
      PGPASSWORD: 'hidden',
      PGPORT: '6543',
      PGTZ: 'UTC',
    });
    expect(describeTarget(target)).toBe('u@db.example.com:6543/d');
  });

  test.each([
    ['mysql://u@h/d', /cannot be read/],
    ['postgres://u@h/d?sslmode=maybe', /sslmode is maybe; allowed are disable, prefer/],
    ['postgres://u@h/d?sslmod=require', /unknown parameters: sslmod\./],
    ['postgres://h/d', /names no user/],
  ])('%s is refused in words', (url, message) => {
    expect(() => connectionTarget(url, {})).toThrow(message);
  });

  test('a URL that cannot be read is not repeated: it may hold a password', () => {
    expect(() => connectionTarget('postgres//u:hidden@h/d', {})).toThrow(/^(?!.*hidden)/);
  });

  test.each([['postgres://backstop@127.0.0.1:1/d', /ECONNREFUSED/, /Nothing listens there/]])(
    '%s: the failure says what to look at',
    async (url, message, hint) => {
      await expect(connect(connectionTarget(url, {}))).rejects.toMatchObject({
        kind: 'database-unreachable',
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(hint) as string,
      });
    },
  );
});
