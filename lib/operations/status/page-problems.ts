/** What is wrong, in sentences with a way out. Pure. */
import type { Status, StatusProblem } from '../../contract/status';
import { html, type Html } from './html';
import { mark } from './marks';
import { webAddress } from './words';

const URGENCY: Readonly<Record<StatusProblem['severity'], string>> = {
  high: 'High: act now',
  medium: 'Medium: act today',
  low: 'Low: act this week',
};

export function pageProblems({ problems }: Status): Html {
  return html`<section class="problems" aria-labelledby="problems">
    <h2 id="problems">${problems.length === 0 ? 'Nothing is known to be wrong' : 'What is wrong'}</h2>
    ${
      problems.length === 0
        ? html`<p>No alarm has a reason, as far as could be seen when this page was made.</p>`
        : html`<ul>
            ${problems.map((problem) => pageProblem(problem, true))}
          </ul>`
    }
  </section>`;
}

/** @param named with the name of its database, where that does not stand above it */
export function pageProblem(problem: StatusProblem, named: boolean): Html {
  const { severity, database, text } = problem;
  const of = named ? html`<strong>${database ?? 'the installation'}</strong>: ` : undefined;
  return html`<li class="problem ${severity === 'high' ? 'wrong' : 'look'}">
    <span class="tag">${mark(severity === 'high' ? 'failed' : 'look')} ${URGENCY[severity]}</span>
    <p>${of}${text} ${runbook(problem)}</p>
  </li>`;
}

/** A path leads nowhere from where the page lies: it is said, not linked. */
function runbook({ runbook: target, alarm }: StatusProblem): Html | undefined {
  if (target === null) return undefined;
  const address = webAddress(target);
  const name = alarm === null ? 'What to do' : `What to do: ${alarm}`;
  return address === undefined
    ? html`<span class="still">${name}</span> in <code>${target}</code>`
    : html`<a href="${address}">${name}</a>`;
}
