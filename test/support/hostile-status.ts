/** The same status, with what somebody could write into every text of it who wants to break the pages. */
import type { Status } from '../../lib/contract/status';
import { sampleStatus } from './sample-status';

export const HOSTILE = {
  markup: `<script>alert(1)</script><img src=x onerror=alert(2)>"'\`&amp;]]>-->{{7*7}}`,
  markdown: '| a ` b | <b onclick=x>[run](javascript:alert(3))![](http://evil.example/x.png) *bold* \\| $x$',
  control: 'a\u0000\u0007\u001b[31mred\r\nSubject: other\u202egnp.exe\u2066\u200b\u2028\ud800z',
  long: 'x'.repeat(10_000),
} as const;

/** Fields that choose among words or hold a time keep what they hold: the schema lets nothing else in. */
const KEPT = /^(type|version|madeAt|nextBy|alarm|severity|state|class|program|standing|\w*At|at)$/;

export function hostileStatus(text: string): Status {
  const put = (value: unknown, field: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => put(each, field));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, put(each, name)]));
    return typeof value === 'string' && !KEPT.test(field) ? text : value;
  };
  const status = put(sampleStatus(), '') as Status;
  return { ...status, alarmTest: status.alarmTest && { ...status.alarmTest, alarm: text } };
}
