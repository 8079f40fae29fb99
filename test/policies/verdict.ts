/** The answer to a call: it is allowed where every permission is that it needs. */
import type { Call } from './calls';
import type { DeployedApp } from './deployed-app';
import { evaluate, type Principal, type Verdict } from './evaluate';

export function verdictOn(app: DeployedApp, principal: Principal, call: Call): Verdict {
  const verdicts = call.map((request) => evaluate(principal, request, app.policiesOf(request.resource)));
  const denial =
    verdicts.find(({ outcome }) => outcome === 'refused') ??
    verdicts.find(({ outcome }) => outcome === 'not allowed');
  return denial ?? { outcome: 'allowed' };
}
