/** What a prune deletes from a real directory, and what it leaves there. */
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { auditPrefix } from '../../lib/contract/audit-event';
import { Failure } from '../../lib/contract/failure';
import { check } from '../../lib/operations/check';
import { planPrune, prune, type PruneTools } from '../../lib/operations/prune';
import { readAudit } from '../../lib/operations/read-audit';
import { believeManifest } from '../../lib/operations/read-manifest';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { silentReporter } from '../../lib/runtime/reporter';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import type { Signer } from '../../lib/runtime/signer';
import { startBackstop } from '../support/backstop-cli';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import {
  manifestKeyOf,
  manifestOf,
  objectsOf,
  prefixOf,
  putDump,
  putManifest,
  type MadePoint,
} from '../support/made-point';
import { newSigner } from '../support/watched-shop';

const NOW = new Date('2026-11-20T12:00:00Z');
const DAY = 86_400_000;
const REQUEST = { requestedBy: 'tester', reason: 'test' };

class Shop {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'prune-'));
  readonly store = new DirectoryStore(this.folder);
  /** Of all that is put and looked at. */
  now = NOW;
  private previous: string | null = null;

  private constructor(
    readonly manifestSigner: Signer,
    readonly evidenceSigner: Signer,
    private readonly trust: PruneTools['trust'],
    private readonly evidenceTrust: PruneTools['trust'],
  ) {}

  static async make(own?: Signer): Promise<Shop> {
    const [a, b] = [own ?? (await newSigner()), own ?? (await newSigner())];
    const [trust, evidenceTrust] = await Promise.all(
      [a, b].map(async (signer) => ({ keys: await signer.trustedPublicKeys(), allowUnsigned: false })),
    );
    return new Shop(a, b, trust!, evidenceTrust!);
  }

  /** Kept for thirty days; in the order of their ages, for the chain. */
  async backUp(ageDays: number, changes: Partial<MadePoint> = {}): Promise<MadePoint> {
    const point = { startedAt: new Date(this.now.getTime() - ageDays * DAY), ...changes };
    const previousManifestSha256 = this.previous;
    const manifest = manifestOf(point, await putDump(this.store, point), { previousManifestSha256 });
    const key = await putManifest(this.store, this.manifestSigner, manifest);
    this.previous = createHash('sha256')
      .update(await buffer(await this.store.get(key)))
      .digest('hex');
    return point;
  }

  async prove(point: MadePoint, by = this.evidenceSigner): Promise<void> {
    const bytes = await buffer(await this.store.get(manifestKeyOf(point)));
    const manifest = believeManifest(bytes, this.trust, manifestKeyOf(point));
    const at = new Date(point.startedAt.getTime() + 3_600_000);
    await putEvidence(this.store, by, evidenceOf(manifest, bytes, at));
  }

  tools(changes: Partial<PruneTools> = {}): PruneTools {
    return {
      ...{ store: this.store, trust: this.trust, evidenceTrust: this.evidenceTrust, randomBytes },
      ...{ clock: { now: () => this.now }, reporter: silentReporter, signal: new AbortController().signal },
      ...changes,
    };
  }

  async prune(changes: Partial<PruneTools> = {}) {
    const tools = this.tools(changes);
    const plan = await planPrune(REQUEST, tools);
    return { ...plan, freed: await prune(plan, REQUEST, tools) };
  }

  isThere(point: MadePoint): boolean {
    return objectsOf(point).every((key) => existsSync(path.join(this.folder, key)));
  }

  /** @returns faults that `check` finds */
  async faults() {
    const tools = { ...this.tools(), scratchRoot: tmpdir() };
    const { findings } = await check({ deep: false, scratchRoot: tmpdir() }, tools);
    return findings.filter(({ severity, kind }) => severity === 'fault' || kind === 'chain');
  }

  /** As if nobody had touched it for so many days. */
  age(key: string, days: number): void {
    const at = new Date(NOW.getTime() - days * DAY);
    utimesSync(path.join(this.folder, key), at, at);
  }
}

test('an expired point goes with its folders; its manifest stays, and check finds nothing wrong', async () => {
  const shop = await Shop.make();
  const [old, young] = [await shop.backUp(40), await shop.backUp(10)];
  const { goes, stays, freed } = await shop.prune();
  expect(goes).toMatchObject([{ kind: 'point', prefix: prefixOf(old), objects: 4, bytes: freed }]);
  expect(stays).toMatchObject([{ prefix: prefixOf(young), why: expect.stringContaining('not expired') }]);
  expect(freed).toBeGreaterThan(100);
  expect(existsSync(path.join(shop.folder, prefixOf(old)))).toBe(false);
  expect(existsSync(path.join(shop.folder, manifestKeyOf(old)))).toBe(true);
  expect(shop.isThere(young)).toBe(true);
  expect(await shop.faults()).toEqual([]);
  expect((await shop.prune()).goes).toEqual([]);
});

test('a plan deletes nothing', async () => {
  const shop = await Shop.make();
  const points = [await shop.backUp(40), await shop.backUp(10)];
  expect((await planPrune(REQUEST, shop.tools())).goes).toHaveLength(1);
  expect(points.map((point) => shop.isThere(point))).toEqual([true, true]);
});

test('the newest proven point and all newer ones stay, however old', async () => {
  const shop = await Shop.make();
  const points = [90, 80, 70, 60];
  const made: MadePoint[] = [];
  for (const age of points) made.push(await shop.backUp(age));
  await shop.prove(made[0]!);
  await shop.prove(made[1]!);
  await shop.prune();
  expect(made.map((point) => shop.isThere(point))).toEqual([false, true, true, true]);
});

test.each([
  ['of another key', async (shop: Shop, point: MadePoint) => shop.prove(point, await newSigner())],
  [
    'signed with the key of manifests',
    (shop: Shop, point: MadePoint) => shop.prove(point, shop.manifestSigner),
  ],
  [
    'of a point that is damaged',
    async (shop: Shop, point: MadePoint) => {
      await shop.prove(point);
      unlinkSync(path.join(shop.folder, objectsOf(point)[0]!));
    },
  ],
])('evidence %s proves nothing, but says that drills run: nothing goes', async (_, prove) => {
  const shop = await Shop.make();
  const [oldest, older] = [await shop.backUp(95), await shop.backUp(90)];
  const newer = await shop.backUp(5);
  await prove(shop, newer);
  const { goes, stays } = await shop.prune();
  expect(goes).toEqual([]);
  expect([shop.isThere(oldest), shop.isThere(older)]).toEqual([true, true]);
  expect(stays[0]).toMatchObject({ why: expect.stringContaining('no point that is there is proven') });
});

test('a point whose manifest was edited stays, and makes no other one go', async () => {
  const shop = await Shop.make();
  const [older, edited] = [await shop.backUp(90), await shop.backUp(80)];
  const file = path.join(shop.folder, manifestKeyOf(edited));
  rmSync(file);
  writeFileSync(file, '{}');
  expect((await shop.prune()).goes).toEqual([]);
  expect([shop.isThere(older), shop.isThere(edited)]).toEqual([true, true]);
});

test('a dump without a manifest goes after a week, unless a drill once named it', async () => {
  const shop = await Shop.make();
  await shop.backUp(1);
  const [old, young, taken] = [40, 3, 39].map((age) => ({ startedAt: new Date(NOW.getTime() - age * DAY) }));
  for (const [point, days] of [
    [old!, 8],
    [young!, 6],
  ] as const)
    for (const { key } of await putDump(shop.store, point)) shop.age(key, days);
  await shop.backUp(39);
  await shop.prove(taken!);
  for (const key of objectsOf(taken!)) shop.age(key, 39);
  rmSync(path.join(shop.folder, manifestKeyOf(taken!)));
  const { goes } = await shop.prune();
  expect(goes.map(({ prefix }) => prefix)).toEqual([prefixOf(old!)]);
  expect([shop.isThere(old!), shop.isThere(young!), shop.isThere(taken!)]).toEqual([false, true, true]);
});

test('only the named database is pruned', async () => {
  const shop = await Shop.make();
  const made = [];
  for (const database of ['shop', 'orders'])
    for (const age of [50, 40]) made.push(await shop.backUp(age, { database }));
  const tools = shop.tools();
  const request = { ...REQUEST, database: 'orders' };
  await prune(await planPrune(request, tools), request, tools);
  expect(made.map((point) => shop.isThere(point))).toEqual([true, true, false, true]);
});

test('the audit tells who pruned what', async () => {
  const shop = await Shop.make();
  const old = await shop.backUp(40);
  await shop.backUp(1);
  await shop.prune({ caller: { osUser: 'ops@laptop' } });
  const { entries } = await readAudit(shop.store, { since: NOW, program: 'prune' });
  const id = path.basename(prefixOf(old));
  expect(entries).toMatchObject([
    {
      ...{ database: 'shop', exitCode: 0, who: 'tester', osUser: 'ops@laptop' },
      what: expect.stringContaining(`point ${id}: `),
    },
  ]);
});

test('one that leaves no trace deletes nothing', async () => {
  const shop = await Shop.make();
  const old = await shop.backUp(40);
  await shop.backUp(1);
  writeFileSync(path.join(shop.folder, 'audit'), 'a file where the folder would be');
  await expect(shop.prune()).rejects.toMatchObject({ kind: 'store-failed' });
  expect(shop.isThere(old)).toBe(true);
});

test('a link in a point is not followed: what lies outside of the store stays', async () => {
  const shop = await Shop.make();
  const old = await shop.backUp(40);
  await shop.backUp(1);
  const outside = mkdtempSync(path.join(tmpdir(), 'outside-'));
  writeFileSync(path.join(outside, 'precious'), 'x');
  symlinkSync(outside, path.join(shop.folder, prefixOf(old), 'dump/link'));
  await shop.prune();
  expect(readdirSync(outside)).toEqual(['precious']);
  expect(shop.isThere(old)).toBe(false);
});

test('a bucket is refused: lifecycle does it', async () => {
  const store = new S3Store('shop-backups', s3Client());
  const shop = await Shop.make();
  await expect(planPrune(REQUEST, shop.tools({ store }))).rejects.toMatchObject({
    ...{ kind: 'usage', exitCode: 2, hint: expect.stringContaining('lifecycle') },
  });
});

test('a prune that is stopped half-way leaves points expired, not faulty; the next one completes it', async () => {
  const shop = await Shop.make();
  const old = [await shop.backUp(60), await shop.backUp(50), await shop.backUp(40)];
  await shop.backUp(1);
  const controller = new AbortController();
  const info = () => {
    controller.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
  };
  const reporter = { ...silentReporter, info };
  await expect(shop.prune({ reporter, signal: controller.signal })).rejects.toMatchObject({ exitCode: 11 });
  expect(old.map((point) => shop.isThere(point))).toEqual([false, true, true]);
  unlinkSync(path.join(shop.folder, objectsOf(old[1]!)[1]!));
  expect(await shop.faults()).toEqual([]);
  expect((await shop.prune()).goes).toHaveLength(2);
  expect(old.map(({ startedAt }) => existsSync(path.join(shop.folder, prefixOf({ startedAt }))))).toEqual([
    false,
    false,
    false,
  ]);
  expect(await shop.faults()).toEqual([]);
});

test('a prune that is killed has no end in the audit, and the next one completes it', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'killed-'));
  const keyFile = path.join(home, 'key.pem');
  await createKeyFile(keyFile);
  const shop = await Shop.make(await FileSigner.open(keyFile));
  shop.now = new Date();
  for (let age = 200; age > 100; age--) await shop.backUp(age);
  const args = [
    '--store',
    shop.store.url,
    '--signer',
    `file:${keyFile}`,
    '--evidence-signer',
    `file:${keyFile}`,
  ];
  const killed = startBackstop(['prune', '--yes', ...args]);
  killed.child.stderr?.once('data', () => killed.child.kill('SIGKILL'));
  expect((await killed.ended).exitCode).toBeNull();
  const prefixes: string[] = [];
  expect(await shop.faults()).toEqual([]);
  await shop.prune();
  for await (const { key } of shop.store.list('points/')) prefixes.push(key.split('/')[4]!);
  expect(new Set(prefixes).size).toBe(1);
  const events: string[] = [];
  for await (const { key } of shop.store.list(auditPrefix('prune'))) events.push(key.replace(/.*-/, ''));
  expect(events.sort()).toEqual(['ended.json', 'started.json', 'started.json']);
});
