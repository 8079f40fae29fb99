/** The real drill operation on a bench (make-backup.ts): its evidence, and what it left behind. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drillOfKey, type Evidence } from '../../lib/contract/evidence';
import { drill } from '../../lib/operations/drill';
import type { DrillRequest, DrillResult, DrillTools } from '../../lib/operations/drill-request';
import { readEvidence } from '../../lib/operations/read-evidence';
import { throwAwayServers } from '../../lib/postgres/throw-away-server';
import { systemClock } from '../../lib/runtime/clock';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { silentReporter } from '../../lib/runtime/reporter';
import { auditPrefix, type AuditEvent } from '../../lib/contract/audit-event';
import type { Bench } from './make-backup';

export interface DrillBench {
  readonly scratchRoot: string;
  readonly evidenceKeyFile: string;
  readonly evidencePublicKeyFile: string;
  readonly request: DrillRequest;
  /** As the request says, without what is usually added. */
  drillAs(request: DrillRequest): Promise<DrillResult>;
  drill(changes?: Partial<DrillRequest>, tools?: Partial<DrillTools>): Promise<DrillResult>;
  /** All there is, each believed by the key of evidence alone. */
  evidence(): Promise<Evidence[]>;
  audit(): Promise<AuditEvent[]>;
  remains(): Remains;
}

interface Remains {
  readonly scratch: readonly string[];
  /** Command lines that name the scratch folder: a server that still runs. */
  readonly processes: readonly string[];
}

export const NOTHING_REMAINS: Remains = { scratch: [], processes: [] };

export async function drillBench(bench: Bench): Promise<DrillBench> {
  const home = mkdtempSync(path.join(tmpdir(), 'drill-'));
  const evidenceKeyFile = path.join(home, 'evidence.pem');
  const evidencePublicKeyFile = await createKeyFile(evidenceKeyFile);
  const evidenceSigner = await FileSigner.open(evidenceKeyFile);
  const scratchRoot = path.join(home, 'scratch');
  mkdirSync(scratchRoot);
  // Started by root, the server runs as somebody who must be able to get there.
  for (const folder of [home, scratchRoot]) chmodSync(folder, 0o755);
  const request: DrillRequest = {
    ...{ point: 'newest', database: 'shop', jobs: 2, checks: [], alsoFailsOn: [], minimumRows: 1 },
    ...{ reason: 'test', requestedBy: 'tester', imageDigest: null, scratchRoot },
  };
  const trust = { keys: await bench.signer.trustedPublicKeys(), allowUnsigned: false };
  const tools: DrillTools = {
    ...{ store: bench.store, trust, evidenceSigner, servers: throwAwayServers, clock: systemClock },
    ...{ reporter: silentReporter, randomBytes, signal: new AbortController().signal },
  };
  return {
    ...{ request, scratchRoot, evidenceKeyFile, evidencePublicKeyFile },
    drillAs: (exactly) => drill(exactly, tools),
    drill: (changes = {}, others = {}) => drill({ ...request, ...changes }, { ...tools, ...others }),
    evidence: async () => {
      const keys = (await bench.keys('evidence/')).filter((key) => drillOfKey(key) !== undefined);
      const evidenceTrust = { keys: await evidenceSigner.trustedPublicKeys(), allowUnsigned: false };
      return Promise.all(keys.map((key) => readEvidence(bench.store, evidenceTrust, key)));
    },
    audit: async () => {
      const keys = await bench.keys(auditPrefix('drill'));
      return Promise.all(keys.map((key) => readJson(bench, key)));
    },
    remains: () => ({ scratch: readdirSync(scratchRoot), processes: processesIn(scratchRoot) }),
  };
}

/** For ten seconds: the helper of a server's lifeline is told by the server's end, and ends after it. */
const LOOKS = 100;

function processesIn(folder: string): string[] {
  for (let look = 1; ; look++) {
    const lines = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
    const found = lines.filter((line) => line.includes(folder));
    if (found.length === 0 || look === LOOKS) return found;
    execFileSync('sleep', ['0.1']);
  }
}

async function readJson(bench: Bench, key: string): Promise<AuditEvent> {
  const chunks: Buffer[] = [];
  for await (const chunk of await bench.store.get(key)) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as AuditEvent;
}
