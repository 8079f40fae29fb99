/** What encrypts and locks a bucket, as facts in words. Pure. */
import type { Fact } from '../../contract/compliance';
import type { Json } from '../../contract/guardrails';
import { lifecycleFacts } from './lifecycle-words';
import { policyFact, type PolicyQuestion } from './policy-words';
import { partsOf, valueOf, wordOf, type Protection, type ToldProtection } from './protection';

const FOLDER = {
  encryption: 'a folder: what encrypts the disk is not known to Backstop',
  lock: 'a folder locks nothing: whoever may write to it may delete its recovery points',
};

export function encryptionFacts(protection: Protection): Fact[] {
  if (protection === null)
    return [{ name: 'default encryption', state: 'not known', text: FOLDER.encryption, source: 'nobody' }];
  const told = (name: string, guardrail: string, words: (value: Json) => Words) =>
    factOf(protection, name, guardrail, words);
  return [
    told('default encryption', 'encryption', (value) => seen(encryptionWords(partsOf(value)))),
    told('key of the bucket', 'backup key', (value) => {
      const { state } = partsOf(value);
      return state === 'Enabled' ? seen('enabled') : absent(`it is ${wordOf(state)}: objects cannot be read`);
    }),
    told('yearly rotation of the key', 'backup key', (value) =>
      partsOf(value)['rotation'] === true ? seen('on') : absent('off'),
    ),
    policyFactOf(protection, 'encryption in transit', 'TLS only'),
    policyFactOf(protection, 'TLS version', 'TLS version'),
    told('public access', 'public access block', publicAccess),
  ];
}

export function lockFacts(protection: Protection): Fact[] {
  if (protection === null)
    return [{ name: 'Object Lock', state: 'absent', text: FOLDER.lock, source: 'nobody' }];
  const told = (name: string, guardrail: string, words: (value: Json) => Words) =>
    factOf(protection, name, guardrail, words);
  return [
    told('versioning', 'versioning', (value) =>
      value === 'Enabled' ? seen('on') : absent(`it is ${wordOf(value)}`),
    ),
    told('Object Lock, by default', 'default lock', (value) => {
      const { mode, days, years } = partsOf(value);
      const time = years === undefined ? `${wordOf(days)} days` : `${wordOf(years)} years`;
      return seen(`${wordOf(mode).toLowerCase()} mode, ${time} from an object's birth`);
    }),
    ...lifecycleFacts(protection),
    told('replication', 'replication', () => seen('is set up: see its rules in S3')),
  ];
}

/** Absent without being a fault: nobody promised it. */
export const OPTIONAL_FACTS: readonly string[] = ['replication'];

type Words = Pick<Fact, 'state' | 'text'>;

function seen(text: string): Words {
  return { state: 'seen', text };
}

function absent(text: string): Words {
  return { state: 'absent', text };
}

function factOf(
  protection: ToldProtection,
  name: string,
  guardrail: string,
  words: (value: Json) => Words,
): Fact {
  const found = valueOf(protection, guardrail);
  if (found.denied !== undefined)
    return { name, state: 'could not be read', text: found.denied, source: 'aws' };
  if (found.value !== undefined) return { name, ...words(found.value), source: 'aws' };
  // Which key it is stands in the encryption alone; one that belongs to S3 itself is not named there.
  const { denied } = valueOf(protection, 'encryption');
  if (guardrail === 'backup key' && denied !== undefined)
    return { name, state: 'could not be read', text: denied, source: 'aws' };
  if (guardrail === 'backup key')
    return { name, state: 'not known', text: 'the bucket names no key of yours', source: 'aws' };
  return { name, ...absent('there is none'), source: 'aws' };
}

function policyFactOf(protection: ToldProtection, name: string, question: PolicyQuestion): Fact {
  const { denied } = valueOf(protection, 'policy statement');
  if (denied !== undefined || protection.denied !== undefined)
    return { name, state: 'could not be read', text: denied ?? '', source: 'aws' };
  return { name, ...policyFact(protection.guardrails, question), source: 'aws' };
}

function encryptionWords({ algorithm, key, bucketKey }: Readonly<Record<string, unknown>>): string {
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse')
    return `${wordOf(algorithm)}: keys of S3, not of yours`;
  const named = key === undefined ? "AWS's own key for S3" : `key ${wordOf(key)}`;
  return `SSE-KMS (${algorithm}), ${named}, bucket key ${bucketKey === true ? 'on' : 'off'}`;
}

function publicAccess(value: Json): Words {
  const open = Object.entries(partsOf(value)).flatMap(([name, on]) => (on === true ? [] : [name]));
  return open.length === 0
    ? seen('blocked, in all four ways')
    : absent(`not blocked: ${open.join(', ')} off`);
}
