/** Crontab's five fields as sets of numbers, and as EventBridge Scheduler writes them. */
import { CronPattern } from 'croner';
import { Failure, messageOf } from './failure';

export interface Cron {
  /** 0 to 59. */
  readonly minutes: readonly number[];
  /** 0 to 23. */
  readonly hours: readonly number[];
  /** 1 to 31. */
  readonly daysOfMonth: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** 0 Sunday to 6 Saturday. */
  readonly daysOfWeek: readonly number[];
}

const DAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTH_NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** The parser knows more, such as L and ?, which no crontab does. */
const CRONTAB = new RegExp(`^([\\d*,/ -]|${[...DAY_NAMES, ...MONTH_NAMES].join('|')})+$`, 'i');

/** @throws Failure `usage` that says what is wrong */
export function parseCron(text: string): Cron {
  const [, , dayOfMonth, , dayOfWeek] = text.split(' ');
  if (!CRONTAB.test(text)) throw new Failure('usage', 'only digits, names of months and days, and * , - /');
  if (dayOfMonth !== '*' && dayOfWeek !== '*')
    throw new Failure(
      'usage',
      'either the day of month or the day of week must be *: EventBridge knows no "or"',
    );
  const pattern = patternOf(text);
  return {
    minutes: numbersIn(pattern.minute),
    hours: numbersIn(pattern.hour),
    daysOfMonth: numbersIn(pattern.day, 1),
    months: numbersIn(pattern.month, 1),
    daysOfWeek: numbersIn(pattern.dayOfWeek),
  };
}

function patternOf(text: string): CronPattern {
  try {
    return new CronPattern(text, undefined, { mode: '5-part' });
  } catch (cause) {
    throw new Failure('usage', messageOf(cause).replace(/^CronPattern: /, ''), { cause });
  }
}

function numbersIn(flags: readonly number[], first = 0): number[] {
  return flags.flatMap((flag, index) => (flag === 0 ? [] : [index + first]));
}

/**
 * As EventBridge Scheduler takes it. Every field is written out, because steps and the numbers of weekdays mean
 * something else there: docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 * @param months instead of the cron's own, 1 to 12. @default - those of the cron
 */
export function eventBridgeCron(text: string, months?: readonly number[]): string {
  const cron = parseCron(text);
  const weekly = cron.daysOfWeek.length < DAY_NAMES.length;
  const fields = [
    listed(cron.minutes, 60),
    listed(cron.hours, 24),
    weekly ? '?' : listed(cron.daysOfMonth, 31),
    listed(months ?? cron.months, 12),
    weekly ? cron.daysOfWeek.map((day) => DAY_NAMES[day]).join(',') : '?',
    '*',
  ];
  return `cron(${fields.join(' ')})`;
}

function listed(numbers: readonly number[], all: number): string {
  return numbers.length === all ? '*' : [...numbers].sort((a, b) => a - b).join(',');
}
