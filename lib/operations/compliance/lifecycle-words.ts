/** Lifecycle rules in words, per class and database. Pure. */
import { z } from 'zod';
import type { Fact } from '../../contract/compliance';
import { EXPIRY_TAG } from '../../contract/expiry-tag';
import { classPrefix, RETENTION_CLASSES } from '../../contract/object-keys';
import { valueOf, type ToldProtection } from './protection';

const days = z.object({ Days: z.number().optional(), ExpiredObjectDeleteMarker: z.boolean().optional() });

const ruleSchema = z.object({
  enabled: z.boolean(),
  prefix: z.string(),
  tags: z.array(z.string()),
  Expiration: days.optional(),
  NoncurrentVersionExpiration: z.object({ NoncurrentDays: z.number() }).optional(),
  Transitions: z.array(z.object({ Days: z.number().optional(), StorageClass: z.string() })).optional(),
  AbortIncompleteMultipartUpload: z.object({ DaysAfterInitiation: z.number() }).optional(),
});
type Rule = z.infer<typeof ruleSchema>;

const RULE = 'lifecycle rule ';

/** Each rule; and that none of them takes what the keeper did not release. */
export function lifecycleFacts(told: ToldProtection): Fact[] {
  const name = 'lifecycle';
  const { denied } = valueOf(told, RULE.trim());
  if (denied !== undefined || told.denied !== undefined)
    return [{ name, state: 'could not be read', text: denied ?? '', source: 'aws' }];
  const rules = Object.entries(told.guardrails).filter(([key]) => key.startsWith(RULE));
  if (rules.length === 0) return [{ name, state: 'absent', text: 'no rule: nothing expires', source: 'aws' }];
  const parsed = rules.map(([key, value]) => ({ key, rule: ruleSchema.safeParse(value).data }));
  return [
    ...parsed.map(({ key, rule }): Fact => {
      const text = rule === undefined ? 'a rule of another kind: see it in S3' : ruleWords(rule);
      return { name: `${name}: ${key.slice(RULE.length)}`, state: 'seen', text, source: 'aws' };
    }),
    untaggedFact(parsed.flatMap(({ key, rule }) => (rule && takesUntagged(rule) ? [key] : []))),
  ];
}

/** Without the tag in its filter a rule would let the newest proven point expire too. */
function untaggedFact(rules: readonly string[]): Fact {
  const name = 'expiry of released points alone';
  return rules.length === 0
    ? { name, state: 'seen', text: `each rule that deletes asks for the tag ${TAG}`, source: 'aws' }
    : { name, state: 'absent', text: `without the tag ${TAG} deletes: ${rules.join(', ')}`, source: 'aws' };
}

const TAG = `${EXPIRY_TAG.key}=${EXPIRY_TAG.value}`;

function takesUntagged({ enabled, tags, Expiration, NoncurrentVersionExpiration }: Rule): boolean {
  const deletes = Expiration?.Days !== undefined || NoncurrentVersionExpiration !== undefined;
  return enabled && deletes && !tags.includes(TAG);
}

export function ruleWords(rule: Rule): string {
  const { Expiration, NoncurrentVersionExpiration, Transitions = [], AbortIncompleteMultipartUpload } = rule;
  const parts = [
    ...Transitions.map(
      ({ Days = 0, StorageClass }) =>
        `move to ${StorageClass} ${Days === 0 ? 'at once' : `after ${dayCount(Days)}`}`,
    ),
    ...(Expiration?.Days === undefined ? [] : [`expire after ${dayCount(Expiration.Days)}`]),
    ...(NoncurrentVersionExpiration === undefined
      ? []
      : [`are deleted ${dayCount(NoncurrentVersionExpiration.NoncurrentDays)} after they were hidden`]),
    ...(AbortIncompleteMultipartUpload === undefined
      ? []
      : [`unfinished uploads end after ${dayCount(AbortIncompleteMultipartUpload.DaysAfterInitiation)}`]),
    ...(Expiration?.ExpiredObjectDeleteMarker === true ? ['delete markers go that hide nothing'] : []),
  ];
  return `${rule.enabled ? '' : 'switched off: '}${subjectOf(rule)}: ${parts.join(', ') || 'nothing'}`;
}

function dayCount(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

function subjectOf({ prefix, tags }: Rule): string {
  const [, , , database = ''] = prefix.split('/');
  const retentionClass = RETENTION_CLASSES.find((name) => prefix === classPrefix(name, 'postgres', database));
  const objects =
    retentionClass === undefined ? prefix || 'the whole bucket' : `${retentionClass} points of ${database}`;
  return tags.length === 0 ? objects : `${objects} with the tag ${tags.join(', ')}`;
}
