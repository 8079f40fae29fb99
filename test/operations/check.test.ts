import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pointPrefix } from '../../lib/contract/object-keys';
import { ARCHIVE_FORMATS } from '../../lib/contract/manifest';
import { check, type CheckRequest } from '../../lib/operations/check';
import { protection } from '../../lib/operations/check-objects';
import { listRecoveryPoints } from '../../lib/operations/recovery-points';
import { systemClock } from '../../lib/runtime/clock';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { silentReporter } from '../../lib/runtime/reporter';
import type { ObjectState } from '../../lib/runtime/store';
import { makeBench, type Bench } from '../support/make-backup';
import { sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { cutShort, editManifest, fileOf, flipByte, remove, signAgain } from '../support/tampering';

let shop: string;
beforeAll(async () => {
  shop = await shopDatabase();
});

const DAY_MS = 24 * 60 * 60 * 1000;

async function checked(bench: Bench, changes: Partial<CheckRequest> = {}, now = new Date()) {
  const scratchRoot = mkdtempSync(path.join(tmpdir(), 'check-'));
  return check(
    { deep: false, scratchRoot, ...changes },
    {
      store: bench.store,
      trust: { keys: await bench.signer.trustedPublicKeys(), allowUnsigned: false },
      clock: { now: () => now },
      reporter: silentReporter,
      signal: new AbortController().signal,
    },
  );
}

async function backedUp(changes: Parameters<Bench['backup']>[0] = {}) {
  const bench = await makeBench(shop);
  const backup = await bench.backup(changes);
  const toc = backup.manifest.files.find(({ key }) => /toc\.dat$|dump\./.test(key))!.key;
  return { bench, toc, ...backup };
}

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  test.each(ARCHIVE_FORMATS)('a whole %s point has no fault, read to its end', async (format) => {
    const bench = await makeBench(await shopDatabase(major));
    await bench.backup({ format });
    expect(await checked(bench, { deep: true })).toEqual({
      points: { valid: 1, expired: 0, faulty: 0 },
      bytesProvenBy: 'sha256',
      findings: [],
    });
  });
});

describe('faults', () => {
  test('a missing object is found', async () => {
    const { bench, toc } = await backedUp();
    remove(bench.store, toc);
    expect((await checked(bench)).findings).toEqual([
      { severity: 'fault', kind: 'missing', subject: toc, text: 'is not in the store' },
    ]);
  });

  test('another size is found without reading', async () => {
    const { bench, toc } = await backedUp();
    cutShort(bench.store, toc);
    expect((await checked(bench)).findings).toEqual([
      expect.objectContaining({ severity: 'fault', kind: 'size', subject: toc }),
    ]);
  });

  test.each(ARCHIVE_FORMATS)('a flipped byte of a %s dump is found by reading', async (format) => {
    const { bench, toc } = await backedUp({ format });
    flipByte(bench.store, toc);
    expect(await checked(bench)).toMatchObject({ findings: [], bytesProvenBy: 'size' });
    expect((await checked(bench, { deep: true })).findings).toEqual([
      expect.objectContaining({ severity: 'fault', kind: 'checksum', subject: toc }),
    ]);
  });

  test('deep names each faulty file, also beside one that is missing', async () => {
    const { bench, manifest } = await backedUp();
    const [first, second, third] = manifest.files
      .filter(({ key }) => /\d\.dat/.test(key))
      .map(({ key }) => key);
    remove(bench.store, first!);
    flipByte(bench.store, second!);
    flipByte(bench.store, third!);
    const { findings } = await checked(bench, { deep: true });
    expect(findings.map(({ kind, subject }) => [kind, subject]).sort()).toEqual(
      [
        ['missing', first],
        ['checksum', second],
        ['checksum', third],
      ].sort(),
    );
  });

  test.each(ARCHIVE_FORMATS)(
    'a %s dump that was broken when it was made is found by reading it to its end',
    async (format) => {
      const { bench, manifest, manifestKey } = await backedUp({ format });
      const dump = manifest.files.find(({ key }) => /dump\.|\d\.dat/.test(key))!;
      const halved = await bench.store.put('spare/x', readHalf(bench, dump.key));
      const files = manifest.files.map((file) => (file === dump ? { ...halved, key: dump.key } : file));
      writeFileSync(fileOf(bench.store, dump.key), readHalf(bench, dump.key));
      await signAgain(bench.store, manifestKey, manifest, { files }, bench.signer);
      expect((await checked(bench)).findings).toEqual([]);
      expect((await checked(bench, { deep: true })).findings).toEqual([
        expect.objectContaining({ kind: 'archive', severity: 'fault' }),
      ]);
    },
  );

  test('an edited manifest, and one signed by another key, are found', async () => {
    const { bench, manifestKey } = await backedUp();
    const second = await bench.backup();
    editManifest(bench.store, manifestKey, { reason: 'another' });
    const keyFile = path.join(mkdtempSync(path.join(tmpdir(), 'other-')), 'key.pem');
    await createKeyFile(keyFile);
    await signAgain(bench.store, second.manifestKey, second.manifest, {}, await FileSigner.open(keyFile));
    const { findings, points } = await checked(bench);
    expect(points).toEqual({ valid: 0, expired: 0, faulty: 2 });
    expect(
      findings.filter(({ kind }) => kind === 'manifest').map(({ severity, text }) => [severity, text]),
    ).toEqual(
      expect.arrayContaining([
        ['fault', expect.stringContaining('changed after it was signed')],
        ['fault', expect.stringContaining('signed by the key')],
      ]),
    );
  });

  test('a store without any recovery point is no success', async () => {
    const bench = await makeBench(shop);
    await expect(checked(bench)).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('holds no recovery point'),
    });
  });
});

function readHalf(bench: Bench, key: string): Buffer {
  const bytes = readFileSync(fileOf(bench.store, key));
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

describe('notes', () => {
  test('a dump without a manifest is told, is no recovery point, and is no fault', async () => {
    const { bench } = await backedUp();
    const orphan = pointPrefix('daily', 'shop', '20260101T000000Z-abcdef');
    await bench.store.put(`${orphan}dump/toc.dat`, Buffer.from('x'));
    expect((await checked(bench)).findings).toEqual([
      {
        severity: 'note',
        kind: 'orphan',
        subject: orphan,
        text: expect.stringContaining('may still be running'),
      },
    ]);
    const later = new Date(Date.now() + 2 * DAY_MS);
    expect((await checked(bench, {}, later)).findings).toEqual([
      {
        severity: 'note',
        kind: 'orphan',
        subject: orphan,
        text: expect.stringContaining('left behind by a backup that failed'),
      },
    ]);
    const trust = { keys: await bench.signer.trustedPublicKeys(), allowUnsigned: false };
    expect(await listRecoveryPoints(bench.store, trust, { now: systemClock.now() })).toHaveLength(1);
  });

  test('an object that the manifest does not name is told', async () => {
    const { bench, manifest } = await backedUp();
    const extra = `${pointPrefix(manifest.class, 'shop', manifest.id)}dump/extra.dat`;
    await bench.store.put(extra, Buffer.from('x'));
    expect((await checked(bench)).findings).toEqual([
      expect.objectContaining({ severity: 'note', kind: 'extra', subject: extra }),
    ]);
  });

  test('an expired point is expired and not faulty, also when its objects are gone', async () => {
    const { bench, manifest } = await backedUp();
    for (const { key } of manifest.files) remove(bench.store, key);
    const afterwards = new Date(Date.parse(manifest.expiresAt) + 1);
    expect(await checked(bench, {}, afterwards)).toMatchObject({
      points: { valid: 0, expired: 1, faulty: 0 },
      findings: [],
    });
  });

  test('a manifest that was taken out of the chain is told', async () => {
    const { bench } = await backedUp();
    const { manifestKey } = await bench.backup();
    const last = await bench.backup();
    expect((await checked(bench)).findings).toEqual([]);
    remove(bench.store, manifestKey);
    const { findings } = await checked(bench);
    expect(findings.filter(({ kind }) => kind === 'chain')).toEqual([
      expect.objectContaining({ severity: 'note', subject: last.manifestKey }),
    ]);
  });
});

describe('locks', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const state: ObjectState = {
    key: 'x',
    bytes: 1,
    crc32: '00000000',
    lockedUntil: new Date('2026-12-20T00:00:00Z'),
    legalHold: false,
    hidden: false,
    version: '1',
    modifiedAt: now,
  };
  const findings = async (
    changes: Partial<ObjectState>,
    finishedAt = '2026-11-20T02:00:00Z',
    locks = true,
  ) => {
    const { manifest } = await point;
    const checkedPoint = {
      manifest: { ...manifest, finishedAt, retainUntil: '2026-12-20T00:00:00Z' },
      manifestKey: 'm',
      now,
    };
    return protection(checkedPoint, { ...state, ...changes }, locks).map(
      ({ severity, kind }) => `${severity} ${kind}`,
    );
  };
  let point: ReturnType<typeof backedUp>;
  beforeAll(() => {
    point = backedUp();
  });

  test.each([
    ['locked until it may go', {}, []],
    ['never locked', { lockedUntil: undefined }, ['fault unlocked']],
    ['a lock that has run out', { lockedUntil: new Date('2026-11-20T11:00:00Z') }, ['fault unlocked']],
    ['a lock that is too short', { lockedUntil: new Date('2026-11-25T00:00:00Z') }, ['note unlocked']],
    ['a legal hold instead of a lock', { lockedUntil: undefined, legalHold: true }, []],
    ['a delete marker above it', { hidden: true }, ['note hidden']],
  ])('%s', async (_, changes, expected) => {
    expect(await findings(changes)).toEqual(expected);
  });

  test("the bucket's default lock is enough in the first hour", async () => {
    const short = { lockedUntil: new Date('2026-11-21T00:00:00Z') };
    expect(await findings(short, '2026-11-20T11:30:00Z')).toEqual([]);
    expect(await findings({ lockedUntil: undefined }, '2026-11-20T11:30:00Z')).toEqual(['fault unlocked']);
  });

  test('a store that locks nothing is not asked for locks', async () => {
    expect(await findings({ lockedUntil: undefined }, undefined, false)).toEqual([]);
  });
});

test('one point alone can be checked, by the beginning of its id', async () => {
  const { bench, manifest, toc } = await backedUp();
  await bench.backup({ database: 'other' });
  remove(bench.store, toc);
  const result = await checked(bench, { point: manifest.id.slice(0, 18), database: 'shop' });
  expect(result).toMatchObject({ points: { valid: 1 }, findings: [{ kind: 'missing' }] });
  expect(await checked(bench, { point: 'newest', database: 'other' })).toMatchObject({ findings: [] });
});
