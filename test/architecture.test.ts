/** The import arrows and single owners of docs/architecture.md hold; and each rule notices when one does not. */
import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { PREFIXES } from '../lib/contract/object-keys';
import { parseModule, readModules } from './architecture/parsed-module';
import {
  ARROWS,
  arrowsPointDown,
  cdkOnlyInSynthesis,
  keysKnownOnlyTo,
  noBarrels,
  noCycles,
  onlyImporter,
  onlyPackages,
  optionalPropsSayTheirDefault,
} from './architecture/rules';

const root = path.resolve(__dirname, '..');
const project = readModules(
  root,
  ['lib', 'bin', 'lambda', 'containers'].filter((folder) => existsSync(path.join(root, folder))),
);

/** Modules that do not exist: `{ 'lib/contract/a': 'import "pg"' }`. */
function made(sources: Readonly<Record<string, string>>) {
  return Object.entries(sources).map(([name, text]) => parseModule(`${name}.ts`, text));
}

describe('the parser', () => {
  const targets = (text: string) =>
    parseModule('lib/cli/a.ts', text).imports.map(({ target, typeOnly }) => [target, typeOnly]);

  test.each([
    ["import x from '../runtime/b'", 'lib/runtime/b', false],
    ["import '../runtime/b'", 'lib/runtime/b', false],
    ["import { x, type Y } from '../runtime/b'", 'lib/runtime/b', false],
    ["import type { X } from '../runtime/b'", 'lib/runtime/b', true],
    ["import { type X, type Y } from '../runtime/b'", 'lib/runtime/b', true],
    ["export { x } from './b'", 'lib/cli/b', false],
    ["export * from './b.js'", 'lib/cli/b', false],
    ["import x = require('./b')", 'lib/cli/b', false],
    ["const x = await import('./b')", 'lib/cli/b', false],
    ["const x = require('./b')", 'lib/cli/b', false],
    ["let x: import('./b').X", 'lib/cli/b', true],
    ["import { spawn } from 'child_process'", 'node:child_process', false],
    ["import { S3Client } from '@aws-sdk/client-s3'", '@aws-sdk/client-s3', false],
  ])('reads %s', (text, target, typeOnly) => {
    expect(targets(text)).toEqual([[target, typeOnly]]);
  });

  test('reads no import out of comments and texts', () => {
    expect(targets(`// import '../stacks/x'\nconst a = "import '../stacks/x'";`)).toEqual([]);
  });

  test('finds the whole project', () => {
    const names = project.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['lib/contract/manifest', 'lib/runtime/store', 'bin/app']));
    expect(project.filter(({ imports }) => imports.length > 0).length).toBeGreaterThan(50);
  });
});

describe('imports follow the arrows', () => {
  test('in the project', () => {
    expect(arrowsPointDown(project)).toEqual([]);
  });

  test.each([
    ['lib/contract/a', '../runtime/b'],
    ['lib/runtime/a', '../postgres/b'],
    ['lib/postgres/a', '../operations/b'],
    ['lib/postgres/a', '../redis/b'],
    ['lib/operations/a', '../cli/b'],
    ['lib/settings/a', '../constructs/b'],
    ['lib/constructs/a', '../stacks/b'],
    ['lib/constructs/a', '../runtime/b'],
    ['lib/constructs/a', '../operations/b'],
    ['lib/stacks/a', '../postgres/b'],
    ['lib/constructs/a', '../../lambda/monitor/b'],
    ['lib/cli/a', '../stacks/b'],
    ['lambda/a', '../lib/constructs/b'],
    ['bin/app', '../lib/operations/b'],
    ['lib/runtime/a', '../../test/support/b'],
  ])('%s must not import %s', (name, specifier) => {
    expect(arrowsPointDown(made({ [name]: `import type { X } from '${specifier}'` }))).toHaveLength(1);
  });

  test('a folder that the table does not know is refused', () => {
    expect(arrowsPointDown(made({ 'lib/helpers/a': '' }))).toHaveLength(1);
  });

  test('the table itself has no way back', () => {
    const areas = Object.entries(ARROWS).map(
      ([area, targets]) => [area, targets.map((t) => `import '${relative(area, t)}'`)] as const,
    );
    expect(
      noCycles(made(Object.fromEntries(areas.map(([area, lines]) => [area, lines.join('\n')])))),
    ).toEqual([]);
  });

  function relative(from: string, to: string): string {
    const way = path.posix.relative(path.posix.dirname(from), to);
    return way.startsWith('.') ? way : `./${way}`;
  }
});

describe('imports make no cycle', () => {
  test('in the project', () => {
    expect(noCycles(project)).toEqual([]);
  });

  test('a cycle of three is found, once', () => {
    const cycle = { 'lib/cli/a': "import './b'", 'lib/cli/b': "import './c'", 'lib/cli/c': "import './a'" };
    expect(noCycles(made({ 'lib/cli/z': "import './a'", ...cycle }))).toHaveLength(1);
  });

  test('an import of types alone closes none', () => {
    const pair = { 'lib/cli/a': "import './b'", 'lib/cli/b': "import type { A } from './a'" };
    expect(noCycles(made(pair))).toEqual([]);
  });
});

describe.each([
  ['node:child_process', 'lib/runtime/child-process', ['node:child_process']],
  ['the S3 client', 'lib/runtime/s3-api', ['@aws-sdk/client-s3']],
])('%s has one importer', (_, owner, packages) => {
  test('in the project', () => {
    expect(onlyImporter(project, owner, packages)).toEqual([]);
  });

  test.each(packages)('a second importer of %s is found', (name) => {
    const two = made({ [owner]: `import '${name}'`, 'lib/cli/a': `import type { X } from '${name}'` });
    expect(onlyImporter(two, owner, packages)).toHaveLength(1);
  });

  test('an owner that moved away is found', () => {
    expect(onlyImporter(made({ [owner]: '' }), owner, packages)).toHaveLength(1);
  });
});

describe('the contract', () => {
  // croner: settings and monitor must read a schedule alike; pure functions without I/O, like zod.
  const isAllowed = (target: string) =>
    isBuiltin(target) || ['zod', 'canonicalize', 'croner'].includes(target);

  test('imports only node built-ins, zod, canonicalize and croner', () => {
    expect(onlyPackages(project, 'lib/contract', isAllowed)).toEqual([]);
  });

  test.each(['pg', 'aws-cdk-lib', '@aws-sdk/client-kms', 'zod-extra'])('an import of %s is found', (name) => {
    const sources = { 'lib/contract/a': `import { z } from 'zod'; import '${name}'; import 'fs'` };
    expect(onlyPackages(made(sources), 'lib/contract', isAllowed)).toHaveLength(1);
  });
});

describe('the CDK stays in synthesis', () => {
  test('in the project', () => {
    expect(cdkOnlyInSynthesis(project)).toEqual([]);
  });

  test.each(['aws-cdk-lib', 'aws-cdk-lib/aws-s3', 'constructs'])(
    'an import of %s elsewhere is found',
    (name) => {
      const sources = { 'lib/runtime/a': `import '${name}'`, 'lib/stacks/a': `import '${name}'` };
      expect(cdkOnlyInSynthesis(made(sources))).toEqual([`lib/runtime/a imports ${name}`]);
    },
  );
});

describe('there are no barrels', () => {
  test('in the project', () => {
    expect(noBarrels(project)).toEqual([]);
  });

  test('an index.ts below lib is found, the public one is not', () => {
    expect(noBarrels(made({ 'lib/index': '', 'lib/runtime/index': '' }))).toEqual(['lib/runtime/index']);
  });
});

describe('one module knows the keys of objects', () => {
  const owner = 'lib/contract/object-keys';
  const prefixes = Object.values(PREFIXES);

  test('in the project', () => {
    expect(prefixes).toEqual(expect.arrayContaining(['points/', 'manifests/']));
    expect(keysKnownOnlyTo(project, owner, prefixes)).toEqual([]);
  });

  test.each([
    "'points/'",
    '`manifests/postgres/${x}/`',
    "'arn:aws:s3:::bucket/points/*'",
    '`${x}/manifests/${y}`',
  ])('the literal %s elsewhere is found', (literal) => {
    const sources = { [owner]: `const a = ${literal}`, 'lib/constructs/a': `const a = ${literal}` };
    expect(keysKnownOnlyTo(made(sources), owner, prefixes)).toHaveLength(1);
  });

  test('words that only end alike, comments and imports are none', () => {
    const sources = { 'lib/cli/a': "import '../points/x'; const a = 'checkpoints/'; // points/" };
    expect(keysKnownOnlyTo(made(sources), owner, prefixes)).toEqual([]);
  });
});

describe('optional props of constructs and stacks say their default', () => {
  test('in the project', () => {
    expect(optionalPropsSayTheirDefault(project)).toEqual([]);
  });

  test('one that does not is found', () => {
    const text = `export interface Props {
      readonly needed: string;
      /** Days. @default 30 */
      readonly kept?: number;
      /** Days. */
      readonly forgotten?: number;
    }`;
    expect(optionalPropsSayTheirDefault(made({ 'lib/constructs/a': text }))).toEqual([
      'lib/constructs/a: Props.forgotten',
    ]);
    expect(optionalPropsSayTheirDefault(made({ 'lib/cli/a': text }))).toEqual([]);
  });
});
