/**
 * `npm run benchmark -- --points 10000`: what the monitor's index of so many recovery points takes. They are made in a
 * directory; then a process of its own makes the index from nothing, and another one brings it up to date with the points of
 * a day. Memory is the largest that the operating system saw of the process.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Inventory } from '../../lib/contract/inventory';
import type { Manifest } from '../../lib/contract/manifest';
import { manifestKey } from '../../lib/contract/object-keys';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { encodeEnvelope, sign } from '../../lib/runtime/signed-document';
import type { Signer } from '../../lib/runtime/signer';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import { manifestOf, prefixOf } from '../support/made-point';

const ROOT = path.resolve(__dirname, '../..');
const NODE = [process.execPath, '--max-semi-space-size=4', '--require', 'tsx/cjs'] as const;
const HOUR_MS = 3_600_000;
/** Of a day. */
const NEW_POINTS = 24;
const TABLES = Array.from({ length: 60 }, (_, index) => `orders_of_year_${index}`);
const CATALOG_ENTRIES = 150;
const HEX = '0123456789abcdef'.repeat(4);

function inventoryOfTables(): Inventory {
  return {
    level: 'rows+content',
    tables: TABLES.map((name, index) => ({
      ...{ schema: 'public', name, rows: 1000 + index * 37, bytes: 8192 * (index + 1) },
      content: {
        method: 'row',
        columns: ['id', 'made_at', 'name', 'price'],
        sums: ['-1234567890123456789', '987654321'],
      },
    })),
    largeObjects: { count: 0, bytes: 0 },
    materializedViews: [],
    sequenceOwners: TABLES.map((name) => ({
      ...{ sequence: `public.${name}_id_seq`, table: `public.${name}`, column: 'id', ascending: true },
      ...{ extreme: '123456', behind: false },
    })),
  };
}

function catalogOfTables(): Manifest['catalog'] {
  return Array.from({ length: CATALOG_ENTRIES }, (_, index) => ({
    kind: index % 2 === 0 ? 'column' : 'constraint',
    identity: `public.${TABLES[index % TABLES.length] ?? ''}.column_${index}`,
    facts: {
      ...{ type: 'character varying(255)', notNull: true, position: index, comment: null },
      default: `nextval('public.sequence_${index}'::regclass)`,
    },
  }));
}

/** As an hourly backup of a database with sixty tables leaves it. */
function manifestOfHour(startedAt: Date): Manifest {
  const point = { startedAt, class: 'hourly' as const, days: 3650 };
  const names = [...TABLES.map((_, index) => `dump/${3000 + index}.dat.zst`), 'dump/toc.dat', 'globals.sql'];
  const files = names.map((name) => ({
    ...{ key: `${prefixOf(point)}${name}`, bytes: 123_456, sha256: HEX, crc32: '0a1b2c3d' },
  }));
  return manifestOf(point, files, { inventory: inventoryOfTables(), catalog: catalogOfTables() });
}

interface Signers {
  readonly manifests: Signer;
  readonly evidence: Signer;
}

/** One each hour; each day's first is drilled. @returns how many bytes a manifest has */
async function makePoints(
  store: DirectoryStore,
  signers: Signers,
  from: Date,
  count: number,
): Promise<number> {
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const manifest = manifestOfHour(new Date(from.getTime() + index * HOUR_MS));
    const body = encodeEnvelope(await sign(manifest, signers.manifests));
    bytes = body.byteLength;
    await store.put(manifestKey(manifest.database, manifest.id), body);
    if (index % 24 > 0) continue;
    const drilledAt = new Date(Date.parse(manifest.startedAt) + HOUR_MS / 2);
    await putEvidence(store, signers.evidence, evidenceOf(manifest, body, drilledAt));
  }
  return bytes;
}

/** @returns what it tells of itself */
async function pass(home: string, now: Date): Promise<string> {
  const child = spawn(NODE[0], [...NODE.slice(1), 'test/benchmark/index-pass.ts', home, now.toISOString()], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  if (exitCode !== 0) throw new Error(`the pass ended with ${String(exitCode)}`);
  return told;
}

async function signerIn(home: string, name: string): Promise<Signer> {
  const file = path.join(home, `${name}.pem`);
  await createKeyFile(file);
  return FileSigner.open(file);
}

export async function benchmarkIndex(home: string, points: number): Promise<void> {
  const store = new DirectoryStore(path.join(home, 'store'));
  const signers = {
    manifests: await signerIn(home, 'manifests'),
    evidence: await signerIn(home, 'evidence'),
  };
  const end = new Date('2026-11-20T00:00:00Z');
  const bytes = await makePoints(store, signers, new Date(end.getTime() - points * HOUR_MS), points);
  process.stdout.write(`${points} points, manifests of ${Math.round(bytes / 1024)} KiB\n`);
  process.stdout.write(`from nothing:        ${await pass(home, end)}`);
  await makePoints(store, signers, end, NEW_POINTS);
  const later = new Date(end.getTime() + NEW_POINTS * HOUR_MS);
  process.stdout.write(`with ${NEW_POINTS} new ones:    ${await pass(home, later)}`);
}
