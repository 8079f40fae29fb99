/**
 * What AWS would answer to a request within one account, from the identity policies of who asks and the policy of what is
 * asked for: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-req-context.html.
 * Boundaries, service control policies and session policies can only take away from it; none is simulated.
 */
import { conditionsHold, matchesArn, matchesPattern, type Context } from './conditions';
import { listOf, statementsOf, type PolicyDocument, type Statement } from './policy-document';

/** Who asks. Only a role has policies of its own; the sessions of a role are the role. */
export type Principal =
  | { readonly type: 'role'; readonly arn: string; readonly policies: readonly PolicyDocument[] }
  | { readonly type: 'service'; readonly service: string }
  | { readonly type: 'anonymous' };

export interface Request {
  readonly action: string;
  /** An ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  readonly context: Context;
}

export type Verdict =
  | { readonly outcome: 'allowed' }
  /** No statement allows it. */
  | { readonly outcome: 'not allowed' }
  /** A statement denies it, whatever others allow; `by` is its Sid. */
  | { readonly outcome: 'refused'; readonly by: string };

/** Keys and roles that do not agree by a policy of their own cannot be used, whatever an identity policy says. */
const MUST_AGREE = ['kms', 'sts'];

export function evaluate(
  principal: Principal,
  request: Request,
  resourcePolicies: readonly PolicyDocument[],
): Verdict {
  const asked = { ...request, context: { ...contextOf(principal), ...request.context } };
  const own = principal.type === 'role' ? principal.policies.flatMap(statementsOf) : [];
  const ofResource = resourcePolicies.flatMap(statementsOf);

  const applyingOwn = own.filter((statement) => applies(statement, asked));
  const applying = ofResource.filter((statement) => applies(statement, asked));
  const named = applying.filter((statement) => names(statement, principal) === 'directly');
  const delegated = applying.filter((statement) => names(statement, principal) === 'by account');

  const refusal = [...applyingOwn, ...named, ...delegated].find(({ Effect }) => Effect === 'Deny');
  if (refusal !== undefined) return { outcome: 'refused', by: refusal.Sid ?? 'a statement without a name' };

  const identityAllows = applyingOwn.length > 0;
  const needsAgreement = MUST_AGREE.includes(serviceOf(request.action));
  const allowed = named.length > 0 || (identityAllows && (!needsAgreement || delegated.length > 0));
  return { outcome: allowed ? 'allowed' : 'not allowed' };
}

export function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':'));
}

/** What AWS itself puts into the context of each request. */
function contextOf(principal: Principal): Context {
  if (principal.type !== 'role') return {};
  const account = principal.arn.split(':')[4]!;
  return { 'aws:PrincipalArn': principal.arn, 'aws:PrincipalAccount': account };
}

function applies({ Action, Resource, Condition = {} }: Statement, request: Request): boolean {
  return (
    listOf(Action).some((each) => matchesPattern(each.toLowerCase(), request.action.toLowerCase())) &&
    (Resource === undefined || listOf(Resource).some((each) => matchesArn(each, request.resource))) &&
    conditionsHold(Condition, request.context)
  );
}

/** A statement that names the account lets the account's own identity policies decide. */
function names({ Principal: element }: Statement, principal: Principal): 'directly' | 'by account' | 'no' {
  if (element === '*') return 'directly';
  if (principal.type === 'service')
    return listOf(element?.Service).includes(principal.service) || listOf(element?.AWS).includes('*')
      ? 'directly'
      : 'no';
  const identities = listOf(element?.AWS);
  if (identities.includes('*')) return 'directly';
  if (principal.type === 'anonymous') return 'no';
  if (identities.includes(principal.arn)) return 'directly';
  const account = principal.arn.split(':')[4]!;
  const isAccount = (each: string) => each === account || each.endsWith(`::${account}:root`);
  return identities.some(isAccount) ? 'by account' : 'no';
}
