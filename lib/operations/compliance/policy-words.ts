/** What a bucket's policy refuses to everybody. Pure. */
import { z } from 'zod';
import type { Fact } from '../../contract/compliance';
import type { Guardrails } from '../../contract/guardrails';

export type PolicyQuestion = 'TLS only' | 'TLS version';

/** As lib/contract/guardrails.ts writes them: lists of texts. */
const denialSchema = z.object({
  Effect: z.literal('Deny'),
  Principal: z.literal('*'),
  Action: z.array(z.string()),
  Resource: z.array(z.string()),
  Condition: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
});
type Denial = z.infer<typeof denialSchema>;

/** A denial counts where it holds for everybody, each action and all objects, and under this condition alone. */
export function policyFact(guardrails: Guardrails, question: PolicyQuestion): Pick<Fact, 'state' | 'text'> {
  const denials = Object.entries(guardrails)
    .filter(([name]) => name.startsWith('policy statement '))
    .flatMap(([, value]) => denialSchema.safeParse(value).data ?? [])
    .filter(isOfEverything);
  const found = denials.flatMap((denial) => ANSWERS[question].of(denial) ?? []);
  const [text] = found;
  return text === undefined ? { state: 'absent', text: ANSWERS[question].missing } : { state: 'seen', text };
}

const ANSWERS: Readonly<
  Record<PolicyQuestion, { of(denial: Denial): string | undefined; readonly missing: string }>
> = {
  'TLS only': {
    of: (denial) =>
      onlyCondition(denial, 'Bool', 'aws:SecureTransport')?.join() === 'false'
        ? 'requests without TLS are refused'
        : undefined,
    missing: 'no statement of the policy refuses requests without TLS',
  },
  'TLS version': {
    of: (denial) => {
      const [version] = onlyCondition(denial, 'NumericLessThan', 's3:TlsVersion') ?? [];
      return version === undefined ? undefined : `below TLS ${version} is refused`;
    },
    missing: 'no statement of the policy asks for a version of TLS',
  },
};

function isOfEverything({ Action, Resource }: Denial): boolean {
  return Action.includes('s3:*') && Resource.some((resource) => resource === '*' || resource.endsWith('/*'));
}

function onlyCondition({ Condition }: Denial, operator: string, key: string): string[] | undefined {
  const [entry, ...others] = Object.entries(Condition);
  if (entry?.[0] !== operator || others.length > 0) return undefined;
  return Object.keys(entry[1]).length === 1 ? entry[1][key] : undefined;
}
