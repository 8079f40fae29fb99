/** Tables that a writer keeps changing, and what is true of them in every snapshot, and in no mixture of two. */
import { Client } from 'pg';
import { query } from '../support/postgres-cluster';
import { eventually } from '../support/spawn';

const ACCOUNTS = 500;
const BASKETS = 200;
const TOTAL = ACCOUNTS * 1000;
/** Leaves the processors to the backup. */
const PAUSE_MS = 4;
const CHANGES_PER_TRANSACTION = 5;

export const LEDGER = `
  CREATE TABLE account (id integer PRIMARY KEY, balance bigint NOT NULL, moves bigint NOT NULL DEFAULT 0);
  INSERT INTO account SELECT i, 1000 FROM generate_series(1, ${ACCOUNTS}) i;
  CREATE TABLE transfer (id bigserial PRIMARY KEY, payer integer NOT NULL REFERENCES account,
    payee integer NOT NULL REFERENCES account, amount integer NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE TABLE basket (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content jsonb NOT NULL);
  INSERT INTO basket (content) SELECT to_jsonb(i) FROM generate_series(1, ${BASKETS}) i`;

/** A connection that inserts, updates and deletes until it is stopped. */
export class Writer {
  private transactions = 0;
  private stopping = false;
  private readonly ended: Promise<void>;

  private constructor(private readonly client: Client) {
    this.ended = this.write();
    // It is told when the writer is stopped, and not before.
    this.ended.catch(() => undefined);
  }

  static async start(url: string): Promise<Writer> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    return new Writer(client);
  }

  /** Rows inserted, updated and deleted so far. */
  get changes(): number {
    return this.transactions * CHANGES_PER_TRANSACTION;
  }

  async hasBegun(): Promise<void> {
    await eventually('the writer changes something', () =>
      this.transactions > 0 ? Promise.resolve() : Promise.reject(new Error('nothing yet')),
    );
  }

  /** @throws what it failed with */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.ended;
  }

  private async write(): Promise<void> {
    try {
      while (!this.stopping) {
        await this.client.query(transaction(this.transactions));
        this.transactions++;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } finally {
      await this.client.end();
    }
  }
}

/** Five rows: two updated, two inserted, one deleted. */
function transaction(n: number): string {
  const payer = 1 + (n % ACCOUNTS);
  const payee = 1 + ((n * 7 + 3) % ACCOUNTS);
  const amount = 1 + (n % 90);
  const move = (id: number, by: number) =>
    `UPDATE account SET balance = balance + ${by}, moves = moves + 1 WHERE id = ${id};`;
  return `BEGIN;
    ${move(payer, -amount)} ${move(payee, amount)}
    INSERT INTO transfer (payer, payee, amount) VALUES (${payer}, ${payee}, ${amount});
    DELETE FROM basket WHERE id = (SELECT min(id) FROM basket);
    INSERT INTO basket (content) VALUES ('{"n": ${n}}');
    COMMIT`;
}

/**
 * @returns the number of transfers
 * @throws Error where the ledger is that of no single moment
 */
export async function auditLedger(url: string): Promise<number> {
  const [row] = await query(
    url,
    `SELECT (SELECT sum(balance) FROM account) AS total, (SELECT sum(moves) FROM account) AS moves,
            (SELECT count(*) FROM transfer) AS transfers, (SELECT count(*) FROM basket) AS baskets`,
  );
  const [total, moves, transfers, baskets] = ['total', 'moves', 'transfers', 'baskets'].map((name) =>
    Number(row?.[name]),
  );
  if (transfers === undefined || total !== TOTAL || moves !== 2 * transfers || baskets !== BASKETS)
    throw new Error(`The ledger does not balance: ${JSON.stringify(row)}.`);
  return transfers;
}
