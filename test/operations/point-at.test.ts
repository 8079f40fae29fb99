/** A point as of an instant: the newest whose snapshot was taken by then. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePoint, NEWEST } from '../../lib/operations/choose-point';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import type { Signer } from '../../lib/runtime/signer';
import { manifestOf, putDump, putManifest, putPoint } from '../support/made-point';
import { editManifest } from '../support/tampering';

const NOW = new Date('2026-11-28T12:00:00Z');
const day = (date: number, time = '02:00:00') => new Date(`2026-11-${date}T${time}Z`);

let store: DirectoryStore;
let signer: Signer;
beforeEach(async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'point-at-'));
  await createKeyFile(path.join(home, 'key.pem'));
  signer = await FileSigner.open(path.join(home, 'key.pem'));
  store = new DirectoryStore(path.join(home, 'store'));
});

async function chosenAt(at: Date) {
  const trust = { keys: await signer.trustedPublicKeys(), allowUnsigned: false };
  return choosePoint(store, trust, { point: NEWEST, at, now: NOW });
}

async function snapshotAt(at: Date): Promise<string> {
  return (await chosenAt(at)).manifest.snapshotAt;
}

test('the newest snapshot at or before the instant is chosen', async () => {
  for (const date of [20, 21, 22]) await putPoint(store, signer, { startedAt: day(date) });
  expect(await snapshotAt(day(21, '13:00:00'))).toBe(day(21).toISOString());
  expect(await snapshotAt(day(22))).toBe(day(22).toISOString());
  expect(await snapshotAt(day(22, '01:59:59'))).toBe(day(21).toISOString());
});

test('the snapshot counts, not the start of its run: a run that waited is too young', async () => {
  await putPoint(store, signer, { startedAt: day(20) });
  const waited = { startedAt: day(21) };
  const snapshot = { snapshotAt: day(21, '02:30:00').toISOString() };
  await putManifest(store, signer, manifestOf(waited, await putDump(store, waited), snapshot));
  expect(await snapshotAt(day(21, '02:29:59'))).toBe(day(20).toISOString());
  expect(await snapshotAt(day(21, '02:30:00'))).toBe(snapshot.snapshotAt);
});

test('where nothing is old enough, the oldest point that is valid is named', async () => {
  await putPoint(store, signer, { startedAt: day(18), days: 1 });
  for (const date of [20, 21]) await putPoint(store, signer, { startedAt: day(date) });
  await expect(chosenAt(day(19))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(
      /^No valid recovery point is as old as 2026-11-19T02:00:00.000Z. The oldest is 20261120T020000Z-\w+, as of 2026-11-20T02:00:00.000Z.$/,
    ),
  });
});

test('an instant in the future is refused, because it is a slip of the pen', async () => {
  await putPoint(store, signer, { startedAt: day(20) });
  await expect(chosenAt(new Date(NOW.getTime() + 1))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('is in the future'),
  });
  expect(await snapshotAt(NOW)).toBe(day(20).toISOString());
});

test('a faulty point is passed over and told; only one that may be old enough is', async () => {
  await putPoint(store, signer, { startedAt: day(20) });
  const edited = [21, 25].map((date) => putPoint(store, signer, { startedAt: day(date) }));
  for (const key of await Promise.all(edited)) editManifest(store, key, { clientVersion: '17.2' });
  const { manifest, passedOver } = await chosenAt(day(23));
  expect(manifest.snapshotAt).toBe(day(20).toISOString());
  expect(passedOver).toEqual([expect.stringContaining('20261121T020000Z')]);
  await expect(chosenAt(day(19))).rejects.toMatchObject({ exitCode: 2 });
});

test('where all that is old enough is faulty, that is the fault, and not the instant', async () => {
  const key = await putPoint(store, signer, { startedAt: day(20) });
  await putPoint(store, signer, { startedAt: day(22) });
  editManifest(store, key, { clientVersion: '17.2' });
  await expect(chosenAt(day(21))).rejects.toMatchObject({
    exitCode: 7,
    message: expect.stringContaining('1 faulty or from the future, the rest expired or younger'),
  });
});
