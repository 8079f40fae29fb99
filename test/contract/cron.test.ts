import { eventBridgeCron, parseCron } from '../../lib/contract/cron';

describe('EventBridge gets what crontab means', () => {
  test.each([
    ['0 2 * * *', 'cron(0 2 * * ? *)'],
    ['*/20 */6 * * *', 'cron(0,20,40 0,6,12,18 * * ? *)'],
    ['5 1-3 * * *', 'cron(5 1,2,3 * * ? *)'],
    ['0 2 1,15 * *', 'cron(0 2 1,15 * ? *)'],
    ['0 2 */10 jan,jul *', 'cron(0 2 1,11,21,31 1,7 ? *)'],
    ['* * * * *', 'cron(* * * * ? *)'],
  ])('%s is %s', (crontab, expected) => {
    expect(eventBridgeCron(crontab)).toBe(expected);
  });

  test.each([
    ['0 2 * * 0', 'SUN'],
    ['0 2 * * 7', 'SUN'],
    ['0 2 * * 1-5', 'MON,TUE,WED,THU,FRI'],
    ['0 2 * * sat', 'SAT'],
    ['0 2 * * */2', 'SUN,TUE,THU,SAT'],
  ])('the weekdays of %s are named, because their numbers differ', (crontab, days) => {
    expect(eventBridgeCron(crontab)).toBe(`cron(0 2 ? * ${days} *)`);
  });

  test('a season has its months', () => {
    expect(eventBridgeCron('0 */6 * * *', [12, 1])).toBe('cron(0 0,6,12,18 * 1,12 ? *)');
  });
});

describe('what crontab does not know, or EventBridge cannot say, is refused', () => {
  test.each([
    ['0 2 1 * 1', /either the day of month or the day of week must be \*/],
    ['0 2 1-31 * 1', /either the day of month or the day of week must be \*/],
    ['0 24 * * *', /Invalid value for hour: 24/],
    ['60 2 * * *', /Invalid value for minute: 60/],
    ['0 2 L * *', /only digits, names/],
    ['0 2 ? * *', /only digits, names/],
    ['0 2 * * 1#2', /only digits, names/],
    ['0 2 31-1 * *', /larger/],
    ['*/0 2 * * *', /stepping/],
    ['0 2 * *', /only digits|parts/],
  ])('%s', (crontab, message) => {
    expect(() => parseCron(crontab)).toThrow(message);
  });
});
