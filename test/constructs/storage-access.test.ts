import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { StorageAccess } from '../../lib/constructs/storage-access';
import { newStack, type Statement } from '../support/synthesize';

const BUCKET = 'arn:aws:s3:::test-postgres';

/** What a grant adds to a role, in words: names instead of tokens. */
function granted(grant: (access: StorageAccess, role: Role) => void): Statement[] {
  const stack = newStack();
  const role = new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111122223333') });
  grant(new StorageAccess(stack, 'test'), role);
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap((policy) => policy['Properties'].PolicyDocument.Statement as unknown[]);
  return JSON.parse(named(JSON.stringify(statements))) as Statement[];
}

function named(text: string): string {
  return text
    .replaceAll(/\{"Ref":"SsmParameterValuetest(\w+?)keyarn[^"]*Parameter"\}/g, '"$1-key"')
    .replaceAll(/\{"Fn::Join":\["",\[([^\]]*)\]\]\}/g, (_, parts: string) => {
      const joined = (JSON.parse(`[${parts}]`) as (string | { Ref: string })[]).map((part) =>
        typeof part === 'string'
          ? part
          : ({ 'AWS::Partition': 'aws', 'AWS::Region': 'region' }[part.Ref] ?? ''),
      );
      return JSON.stringify(joined.join('').replace(/--region/, ''));
    });
}

const actionsOf = (statements: readonly Statement[]) =>
  statements.flatMap(({ Action }) => Action).sort((a, b) => a.localeCompare(b));

/** Objects on which the role may do that, as prefixes of keys. */
function prefixesOf(statements: readonly Statement[], action: string): string[] {
  return statements
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource as string | string[]].flat())
    .map((resource) => resource.replace(`${BUCKET}/`, ''))
    .sort();
}

const GRANTS = {
  backup: granted((access, role) => {
    access.grantBackup(role, 'shop', ['daily', 'weekly']);
  }),
  drill: granted((access, role) => {
    access.grantDrill(role, 'shop');
  }),
  restore: granted((access, role) => {
    access.grantRestore(role);
  }),
  monitor: granted((access, role) => {
    access.grantMonitor(role);
  }),
  keeper: granted((access, role) => {
    access.grantKeep(role);
  }),
};

test.each(Object.entries(GRANTS))(
  '%s: no wildcard as action or resource, and nothing destroys',
  (_, grants) => {
    for (const { Effect, Resource } of grants) {
      expect(Effect).toBe('Allow');
      for (const resource of [Resource as string | string[]].flat()) expect(resource).not.toBe('*');
    }
    const actions = actionsOf(grants).join(' ');
    expect(actions).not.toContain('*');
    expect(actions).not.toMatch(/Delete|Bypass|PutBucket|PutLifecycle|PutReplication|PutEncryption|Policy/);
  },
);

test.each(Object.entries(GRANTS))('%s uses the key only through S3 and only for this bucket', (_, grants) => {
  const uses = grants.filter(({ Action }) => [Action].flat().includes('kms:Decrypt'));
  expect(uses.length).toBeGreaterThan(0);
  for (const { Resource, Condition } of uses) {
    expect(Resource).toBe('backup-key');
    expect(Condition?.['StringEquals']).toEqual({ 'kms:ViaService': 's3.region.amazonaws.com' });
    const contexts = [Condition?.['StringLike']?.['kms:EncryptionContext:aws:s3:arn']].flat() as string[];
    for (const context of contexts) expect(context.startsWith(BUCKET)).toBe(true);
  }
});

describe('backup', () => {
  const grants = GRANTS.backup;

  test('creates points of its classes, manifests, exports and history of its own database', () => {
    expect(prefixesOf(grants, 's3:PutObject')).toEqual([
      'audit/backup/shop/*',
      'exports/postgres/shop/*',
      'manifests/postgres/shop/*',
      'points/daily/postgres/shop/*',
      'points/weekly/postgres/shop/*',
    ]);
  });

  test('reads and lists its own manifests, and nothing else', () => {
    expect(prefixesOf(grants, 's3:GetObjectVersion')).toEqual(['manifests/postgres/shop/*']);
    const list = grants.find(({ Action }) => Action === 's3:ListBucketVersions');
    expect(list).toMatchObject({
      Resource: BUCKET,
      Condition: { StringLike: { 's3:prefix': ['manifests/postgres/shop/*'] } },
    });
  });

  test('has no other action', () => {
    expect(actionsOf(grants)).toEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'kms:GetPublicKey',
      'kms:Sign',
      's3:AbortMultipartUpload',
      's3:GetObjectVersion',
      's3:ListBucketVersions',
      's3:PutObject',
    ]);
  });

  test('signs with the manifests’ key in the one algorithm of our documents', () => {
    expect(grants.find(({ Action }) => Action === 'kms:Sign')).toMatchObject({
      Resource: 'manifestsigning-key',
      Condition: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
    });
  });
});

describe('drill', () => {
  const grants = GRANTS.drill;
  const readable = [
    'manifests/postgres/shop/*',
    ...['daily', 'hourly', 'monthly', 'weekly', 'yearly'].map((name) => `points/${name}/postgres/shop/*`),
  ];

  test('reads and lists points of every class and manifests of its own database', () => {
    expect(prefixesOf(grants, 's3:GetObjectVersion')).toEqual(readable);
    const list = grants.find(({ Action }) => Action === 's3:ListBucketVersions');
    const prefixes = list?.Condition?.['StringLike']?.['s3:prefix'] as string[];
    expect([...prefixes].sort()).toEqual(readable);
  });

  test('creates evidence and history of its own database: no point and no manifest', () => {
    expect(prefixesOf(grants, 's3:PutObject')).toEqual(['audit/drill/shop/*', 'evidence/postgres/shop/*']);
  });

  test('signs with the key of evidence alone, and reads the public half of both', () => {
    expect(grants.filter(({ Action }) => Action === 'kms:Sign')).toEqual([
      expect.objectContaining({
        Resource: 'evidencesigning-key',
        Condition: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
      }),
    ]);
    expect(grants.find(({ Action }) => Action === 'kms:GetPublicKey')?.Resource).toEqual([
      'evidencesigning-key',
      'manifestsigning-key',
    ]);
  });

  test('has no other action: it thaws, locks, holds and tags nothing', () => {
    expect([...new Set(actionsOf(grants))]).toEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'kms:GetPublicKey',
      'kms:Sign',
      's3:AbortMultipartUpload',
      's3:GetObjectVersion',
      's3:ListBucketVersions',
      's3:PutObject',
    ]);
  });
});

describe('restore', () => {
  const grants = GRANTS.restore;

  test('reads what is stored and what proves it, thaws points, and writes nothing but its history', () => {
    expect(prefixesOf(grants, 's3:GetObjectVersion')).toEqual([
      'evidence/*',
      'exports/*',
      'manifests/*',
      'points/*',
    ]);
    expect(prefixesOf(grants, 's3:RestoreObject')).toEqual(['points/*']);
    expect(prefixesOf(grants, 's3:PutObject')).toEqual(['audit/restore/*']);
  });

  test('cannot sign a manifest or evidence, lock, tag or hold', () => {
    expect(actionsOf(grants).filter((action) => /Sign$|PutObject./.test(action))).toEqual([]);
  });

  test('reads the public half of both signing keys: of what is stored, and of what proves it', () => {
    expect(grants.find(({ Action }) => Action === 'kms:GetPublicKey')?.Resource).toEqual([
      'evidencesigning-key',
      'manifestsigning-key',
    ]);
  });
});

describe('monitor', () => {
  const grants = GRANTS.monitor;

  test('reads manifests, evidence and history, and of points only their protection', () => {
    expect(prefixesOf(grants, 's3:GetObjectVersion')).toEqual([
      'arn:aws:s3:::test-status/*',
      'audit/*',
      'evidence/*',
      'manifests/*',
    ]);
    expect(prefixesOf(grants, 's3:GetObjectRetention')).toContain('points/*');
  });

  test('writes into the status bucket alone', () => {
    expect(prefixesOf(grants, 's3:PutObject')).toEqual(['arn:aws:s3:::test-status/*']);
    expect(actionsOf(grants).filter((action) => /Sign$|PutObject./.test(action))).toEqual([]);
  });
});

describe('keeper', () => {
  const grants = GRANTS.keeper;

  test('reads manifests and evidence, and no byte of a point', () => {
    expect(prefixesOf(grants, 's3:GetObjectVersion')).toEqual(['evidence/*', 'manifests/*']);
  });

  test('tags points only, and only as expiring', () => {
    const [tagging, ...others] = grants.filter(({ Action }) =>
      [Action].flat().some((action) => action.startsWith('s3:Put') && action.includes('Tagging')),
    );
    expect(others).toEqual([]);
    expect(tagging).toMatchObject({
      Action: 's3:PutObjectVersionTagging',
      Resource: `${BUCKET}/points/*`,
      Condition: {
        StringEquals: { 's3:RequestObjectTag/expire': 'yes' },
        'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['expire'] },
      },
    });
  });

  test('locks and holds points, manifests and evidence; creates nothing but its history, and signs nothing', () => {
    for (const action of ['s3:PutObjectRetention', 's3:PutObjectLegalHold'])
      expect(prefixesOf(grants, action)).toEqual(['evidence/*', 'manifests/*', 'points/*']);
    expect(prefixesOf(grants, 's3:PutObject')).toEqual(['audit/keeper/*']);
    expect(actionsOf(grants)).not.toContain('kms:Sign');
  });
});
