/** docs/backup-format.md says what lib/contract says, and its commands verify a manifest without Backstop. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { auditEventSchema } from '../../lib/contract/audit-event';
import { evidenceSchema } from '../../lib/contract/evidence';
import { envelopeSchema } from '../../lib/contract/envelope';
import { manifestSchema, type Manifest } from '../../lib/contract/manifest';
import { backstop } from '../support/backstop-cli';
import { shopDatabase } from '../support/small-database';
import { codeBlocks, read, ROOT, tableRows } from './markdown';
import { fieldsOf, type Field } from './schema-fields';

const PAGE = read('docs/backup-format.md');
const run = promisify(execFile);

function documented(heading: string): Field[] {
  return tableRows(PAGE, heading).map(([name = '', type = '']) => ({ path: name.replaceAll('`', ''), type }));
}

test('the page lists every field of the manifest with its type, and no other', () => {
  expect(documented('Fields')).toEqual(fieldsOf(manifestSchema));
});

test('the page lists every field of the envelope with its type, and no other', () => {
  expect(documented('Envelope')).toEqual(fieldsOf(envelopeSchema));
});

test('the page lists every field of evidence with its type, and no other', () => {
  expect(documented('Evidence')).toEqual(fieldsOf(evidenceSchema));
});

test('the page lists every field of an audit event with its type, and no other', () => {
  expect(documented('Audit events')).toEqual(fieldsOf(auditEventSchema));
});

describe('verifying without Backstop', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'verify-'));
  const key = path.join(folder, 'key.pem');
  const store = path.join(folder, 'store');
  let manifest: string;
  let evidence: string;

  beforeAll(async () => {
    await backstop(['keys', 'create', key]);
    const args = ['--database', 'shop', '--from', await shopDatabase(), '--store', `file:${store}`];
    const made = await backstop(['backup', ...args, '--signer', `file:${key}`, '--json']);
    manifest = path.join(store, (JSON.parse(made.stdout) as { manifestKey: string }).manifestKey);
    const trusted = ['--signer', `file:${key}`, '--evidence-signer', `file:${key}`];
    const proven = await backstop(['drill', '--store', `file:${store}`, ...trusted, '--json']);
    evidence = path.join(store, (JSON.parse(proven.stdout) as { evidenceKey: string }).evidenceKey);
  });

  function follow(file: string, marked: 'verify' | 'evidence' = 'verify') {
    const script = codeBlocks(PAGE)
      .filter(({ marks }) => marks.includes(marked))
      .map(({ text }) => text)
      .join('\n');
    const { PATH = '' } = process.env;
    return run('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: mkdtempSync(path.join(folder, 'work-')),
      env: {
        PATH: `${path.join(ROOT, 'node_modules/.bin')}:${PATH}`,
        ...{ DOCUMENT: file, PUBLIC_KEY: key.replace('.pem', '.pub.pem') },
        ...{ MANIFEST: manifest, STORE: store },
      },
    });
  }

  test('the commands of the page accept a true manifest, and name its signer', async () => {
    const { stdout } = await follow(manifest);
    const signer = /signed by ([0-9a-f]{64})/.exec(stdout)?.[1] ?? 'nobody';
    expect(stdout).toContain(`${signer} *stdin`);
    expect(stdout).toContain('Verified OK');
  });

  test('they refuse one that was edited', async () => {
    const edited = path.join(folder, 'edited.json');
    writeFileSync(edited, readFileSync(manifest, 'utf8').replace('"reason": "manual"', '"reason": "other"'));
    await expect(follow(edited)).rejects.toMatchObject({
      stdout: expect.stringContaining('Verification failure'),
    });
  });

  test('they accept true evidence of the manifest that is there, and say of what', async () => {
    const { stdout } = await follow(evidence, 'evidence');
    expect(stdout).toContain('Verified OK');
    expect(stdout).toMatch(/"outcome":"proven"\n"point":"\d{8}T\d{6}Z-[0-9a-f]{6}"\n"snapshotAt":"20/);
  });

  test('they refuse evidence that was edited, and of another manifest', async () => {
    const edited = path.join(folder, 'edited-evidence.json');
    writeFileSync(edited, readFileSync(evidence, 'utf8').replace('"exitCode": 0', '"exitCode": 10'));
    await expect(follow(edited, 'evidence')).rejects.toMatchObject({
      stdout: expect.stringContaining('Verification failure') as string,
    });
    const whole = readFileSync(manifest);
    try {
      writeFileSync(manifest, `${whole.toString()} `);
      await expect(follow(evidence, 'evidence')).rejects.toMatchObject({
        stdout: expect.not.stringContaining('"outcome"') as string,
      });
    } finally {
      writeFileSync(manifest, whole);
    }
  });

  test('they find an object that was changed', async () => {
    const { payload } = JSON.parse(readFileSync(manifest, 'utf8')) as { payload: Manifest };
    const object = path.join(store, payload.files.at(-1)!.key);
    const whole = readFileSync(object);
    try {
      writeFileSync(object, whole.subarray(1));
      await expect(follow(manifest)).rejects.toMatchObject({ stdout: expect.stringContaining('FAILED') });
    } finally {
      writeFileSync(object, whole);
    }
  });
});
