/**
 * CloudFormation knows a resource by its logical id, which CDK makes of the construct's path. Under another id it is
 * another resource: CloudFormation makes a new one and forgets or deletes the old one. So these ids never change.
 */
import { installation } from '../policies/installation';

const STORED =
  'its name is taken by the old bucket, so nothing can be deployed any more; by hand, the new one would be empty';
const SIGNED = 'everything signed so far would be signed by a key that no reader is told of any more';
const FOUND = 'CloudFormation would make it anew and then delete it, and nobody would find what it names';

/** What would happen under another logical id. */
const STATEFUL: Readonly<Record<string, string>> = {
  PostgresBackupsBucket6979FAEE: `every recovery point is in it: ${STORED}`,
  StatusBucket1E63CB1A: `the status pages and the monitor's memory are in it: ${STORED}`,
  AccessLogsBucketCD784A59: `the history of accesses is in it: ${STORED}`,
  BackupKey1226E6A1: 'new points would get another key than all those that are there',
  ManifestSigningKeyE938019C: SIGNED,
  EvidenceSigningKey1B14CF63: SIGNED,
  BackupKeyParameter423C2981: FOUND,
  ManifestSigningKeyParameter1A3140B7: FOUND,
  EvidenceSigningKeyParameterB002F4CA: FOUND,
  NetworkSubnetIdsD01BCBBE: FOUND,
  NetworkSecurityGroupIds29FE7197: FOUND,
  NetworkAssignPublicIpF534A415: FOUND,
  NetworkDrillSecurityGroupIdsEEBAD4F9: FOUND,
  TasksDeadLetterQueueArnDA50CF7C: FOUND,
  AlarmTopicC2164170:
    'every address would have to confirm its subscription again, and no alarm reaches it until then',
  AlarmTopicKeyBA1A4AA7: 'its alias is taken by the old key, so nothing can be deployed any more',
  RestoreTargetE3381107: 'its name is taken by the old secret, so nothing can be deployed any more',
};

const TYPES = ['S3::Bucket', 'KMS::Key', 'SSM::Parameter', 'SNS::Topic', 'SecretsManager::Secret'];

const ids = TYPES.flatMap((type) => installation().all(`AWS::${type}`)).map(({ logicalId }) => logicalId);

test.each(Object.entries(STATEFUL))('%s keeps its id, for else: %s', (id) => {
  expect(ids).toContain(id);
});

test('whatever keeps something is in the list above', () => {
  expect(ids.filter((id) => STATEFUL[id] === undefined)).toEqual([]);
});
