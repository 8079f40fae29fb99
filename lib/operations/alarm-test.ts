/**
 * Sets an alarm off and looks that its message arrives where people's do, then the same back. CloudWatch tells only of
 * changes, so an alarm that is there for real is left alone; one that CloudWatch takes back by itself counts as well.
 */
import { ARRIVAL_SECONDS } from '../contract/alarm-test';
import { messageOf } from '../contract/failure';
import type { AlarmState, CloudWatchAlarms, LiveAlarm } from '../runtime/cloudwatch-alarms';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import type { WitnessMessage, WitnessQueue } from '../runtime/witness-queue';
import { noticeOf } from './alarm-notice';

/** How the reason of each test begins. */
const TEST = 'TEST';
/** So far a machine's clock may be from AWS's. */
const CLOCKS_DIFFER_MS = 60_000;

export interface AlarmTestRequest {
  /** Who asked for it: stands in what everybody gets. */
  readonly requestedBy: string;
  /** Of this test alone: stands in what everybody gets. */
  readonly id: string;
  /** @default ARRIVAL_SECONDS.atMost */
  readonly waitSeconds?: number;
}

export interface AlarmTestTools {
  readonly alarms: Pick<CloudWatchAlarms, 'named' | 'setState'>;
  readonly witness: Pick<WitnessQueue, 'receive' | 'forget'>;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal;
}

export interface AlarmTested {
  readonly alarm: string;
  readonly outcome: 'arrived' | 'late' | 'never' | 'not-tested';
  /** When it was set off. */
  readonly testedAt: string;
  /** From setting the state to the arrival of its message; null where it never came, or was not waited for. */
  readonly secondsToAlarm: number | null;
  readonly secondsToOk: number | null;
  /** Why it was not tested. */
  readonly why?: string;
}

/** Why an alarm cannot be tested now; undefined where it can. */
export function notTestable({ state, actionsEnabled, reason }: LiveAlarm): string | undefined {
  if (state === 'ALARM') return `it is in ALARM: ${reason}`;
  return actionsEnabled ? undefined : 'its actions are disabled, so nobody would be told';
}

/** @throws Failure `usage` where something may not be done; what the signal says, with the state put back */
export async function testAlarm(
  name: string,
  request: AlarmTestRequest,
  tools: AlarmTestTools,
): Promise<AlarmTested> {
  const { alarms, clock } = tools;
  const testedAt = clock.now().toISOString();
  const nothing = { alarm: name, testedAt, secondsToAlarm: null, secondsToOk: null };
  // It may have come since it was chosen.
  const live = await alarms.named(name);
  const why = live === undefined ? 'CloudWatch does not know it' : notTestable(live);
  if (why !== undefined) return { ...nothing, outcome: 'not-tested', why };
  const test = new AlarmOnTest(name, request, tools);
  // Had it no right to, nobody would hear whether the message came.
  await tools.witness.receive(0, tools.signal);
  const secondsToAlarm = await test.setOff();
  const secondsToOk = secondsToAlarm === null ? null : await test.arrival('OK');
  return { ...nothing, secondsToAlarm, secondsToOk, outcome: outcomeOf([secondsToAlarm, secondsToOk]) };
}

function outcomeOf(seconds: readonly (number | null)[]): AlarmTested['outcome'] {
  if (seconds.includes(null)) return 'never';
  return seconds.some((each) => (each ?? 0) > ARRIVAL_SECONDS.late) ? 'late' : 'arrived';
}

class AlarmOnTest {
  private setAt = new Date();

  constructor(
    private readonly name: string,
    private readonly request: AlarmTestRequest,
    private readonly tools: AlarmTestTools,
  ) {}

  /** @returns the seconds to the message's arrival; the state is put back whatever happens */
  async setOff(): Promise<number | null> {
    const { requestedBy, id } = this.request;
    const text = `${TEST} ${id} by ${requestedBy.slice(0, 200)}: nothing is wrong, and nothing is to be done. It was set off to see that alarms arrive.`;
    try {
      await this.set('ALARM', text);
      return await this.arrival('ALARM');
    } finally {
      await this.putBack();
    }
  }

  /** null where it did not come in time. */
  async arrival(state: AlarmState): Promise<number | null> {
    const { clock, witness, signal } = this.tools;
    const { waitSeconds = ARRIVAL_SECONDS.atMost } = this.request;
    const elapsed = () => (clock.now().getTime() - this.setAt.getTime()) / 1000;
    while (elapsed() < waitSeconds) {
      const messages = await witness.receive(waitSeconds - elapsed(), signal);
      const own = messages.find((message) => this.isOwn(message, state));
      if (own === undefined) continue;
      await witness.forget(own);
      return elapsed();
    }
    return null;
  }

  /** That it went may also be CloudWatch's own finding, at its next look. */
  private isOwn({ body }: WitnessMessage, state: AlarmState): boolean {
    const notice = noticeOf({ Message: body }, '');
    if (!('alarm' in notice) || notice.alarm !== this.name || notice.state !== state) return false;
    if (notice.reason.includes(this.request.id)) return true;
    const ofAnother = notice.reason.startsWith(TEST);
    return (
      state === 'OK' && !ofAnother && Date.parse(notice.changedAt) >= this.setAt.getTime() - CLOCKS_DIFFER_MS
    );
  }

  /** Where CloudWatch has looked meanwhile, the state is its own: a real alarm is not taken back. */
  private async putBack(): Promise<void> {
    const { alarms, reporter } = this.tools;
    const { id } = this.request;
    try {
      const live = await alarms.named(this.name).catch(() => undefined);
      const isOurs = live === undefined || live.reason.includes(id);
      if (isOurs) await this.set('OK', `${TEST} ${id} is over: nothing was wrong.`);
      else if (live.state === 'ALARM')
        reporter.warn(`${this.name} came for real during its test: ${live.reason}`);
    } catch (error) {
      reporter.warn(
        `${this.name} was not put back (${messageOf(error)}); CloudWatch does it itself within minutes.`,
      );
    }
  }

  private async set(state: AlarmState, reason: string): Promise<void> {
    this.setAt = this.tools.clock.now();
    await this.tools.alarms.setState(this.name, state, reason);
  }
}
