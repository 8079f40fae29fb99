/** What the files say, without a browser: the whole of it, in words, and nothing that a stored text could make of it. */
import { createHash } from 'node:crypto';
import { statusSchema, type DatabaseStatus, type Status } from '../../../lib/contract/status';
import { statusBadge } from '../../../lib/operations/status/badge';
import { DIGEST_BYTES, digestOf } from '../../../lib/operations/status/digest';
import { escapeMarkdown, statusMarkdown } from '../../../lib/operations/status/markdown';
import { statusPage } from '../../../lib/operations/status/page';
import { statusFiles } from '../../../lib/operations/status/status-files';
import { HOSTILE, hostileStatus } from '../../support/hostile-status';
import { sampleStatus } from '../../support/sample-status';

const STATUS = sampleStatus();
const [SHOP, BILLING, CRM] = STATUS.databases as [DatabaseStatus, DatabaseStatus, DatabaseStatus];
const FINE: Status = { ...STATUS, problems: [], databases: [SHOP, BILLING] };
const medium = { ...CRM.problems[2]!, database: 'shop' };
const LOOK: Status = { ...STATUS, problems: [medium], databases: [{ ...SHOP, problems: [medium] }, BILLING] };
const UNPROVEN: Status = { ...FINE, databases: [{ ...SHOP, proven: null }, BILLING] };
/** Tags and entities become what a reader sees. */
const words = (html: string) =>
  html
    .replaceAll(/<(style|script|svg)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const HOSTILE_TEXTS = Object.entries(HOSTILE);

describe('status.json', () => {
  test('is the status as the schema has it, field by field in its order', () => {
    const { json } = statusFiles(STATUS);
    const parsed: unknown = JSON.parse(json);
    expect(statusSchema.parse(parsed)).toEqual(STATUS);
    expect(Object.keys(parsed as Status)).toEqual(Object.keys(statusSchema.shape));
  });

  test('is not written where a field is not what was promised', () => {
    expect(() => statusFiles({ ...STATUS, madeAt: 'yesterday' })).toThrow('madeAt');
  });
});

describe('index.html', () => {
  const page = statusPage(STATUS);
  const text = words(page);

  test('tells first the whole state, then when it was made and is due, then what is wrong', () => {
    const order = [
      '1 of 3 databases needs attention: crm.',
      'Made on 2026-11-20 11:00 UTC',
      'A newer one is due by 2026-11-20 13:00 UTC',
      'What is wrong',
      'The newest recovery point has 0.71 GB',
      'Proven restorable up to 2026-11-20 02:00 UTC 8 h 59 min before this page was made',
      'Proven restorable up to 2026-11-14 02:30 UTC 6 d 8 h before this page was made',
      'Restore right now',
      'backstop restore 20261114T023000Z',
      '134.4 GB and 3.09 USD a month',
      'Objects are born locked for 7 days, in governance mode.',
      'arrived after 41 s',
      'compare with the small backup',
      'Ada Example, +49 30 23125 100',
      'the same for programs: status.json',
    ];
    const found = order.map((part) => text.indexOf(part, text.indexOf('Backups of')));
    expect(found.filter((index) => index === -1)).toEqual([]);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
  });

  test('says of a database that nobody proved, and of one that has nothing, that it has', () => {
    const nothing: DatabaseStatus = {
      ...SHOP,
      ...{ objectives: null, schedule: null, newest: null, proven: null, points: [], drills: [] },
      ...{ failures: [], largestTables: [] },
    };
    const bare: Status = {
      ...FINE,
      ...{ installation: null, nextBy: null, runbook: null, contacts: [], audit: [] },
      ...{ protection: null, alarmTest: null, databases: [nothing] },
    };
    const told = words(statusPage(bare));
    expect(told).toContain('Not proven: there is no recovery point');
    expect(told).toContain('Nobody makes a new one by itself.');
    expect(told).toContain('No drill has measured it.');
    expect(told).toContain('The way of an alarm was not tested yet.');
    expect(statusPage(bare)).not.toContain('<script>');
  });

  test('says since when it tells, where a full list does not reach back over all the days', () => {
    expect(text).toMatch(/214.0 MB now, between 193.7 MB and 214.4 MB since 2026-10-30\./);
    expect(text).toMatch(/1.24 GB now, between 1.07 GB and 1.24 GB in the last 30 days\./);
  });

  test('names in red what does not protect', () => {
    const protection = {
      lock: null,
      encryption: null,
      versioned: false,
      differences: ['lifecycle rule x is gone'],
    };
    const told = words(statusPage({ ...FINE, protection }));
    expect(told).toContain('Nothing is locked');
    expect(told).toContain('Not as it was deployed: lifecycle rule x is gone');
    expect(told).not.toContain('All is as it was deployed');
  });

  test('lets in its one script by its digest, and nothing else', () => {
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? [];
    const digest = createHash('sha256').update(script).digest('base64');
    const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    expect(policy).toBe(
      `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page.match(/<script/g)).toHaveLength(1);
  });

  test('is the same each time, and every id on it is there once', () => {
    expect(statusPage(STATUS)).toBe(page);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const used = [...page.matchAll(/(?:href="#|url\(#|aria-labelledby=")([^")]+)/g)].map(([, id]) => id);
    expect(used.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('a runbook that is a path is said and not linked', () => {
    const problem = { ...medium, runbook: 'docs/runbook.md#drillmissing' };
    const html = statusPage({ ...LOOK, problems: [problem], runbook: 'docs/runbook.md' });
    expect(html).toContain('<code>docs/runbook.md#drillmissing</code>');
    expect(html).not.toContain('href="docs/');
  });

  test.each(HOSTILE_TEXTS)('a text with %s stays a text of bearable length', (_, hostile) => {
    const html = statusPage(hostileStatus(hostile));
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/[\u0000\u0007\u001b\u202e\u2066\u200b\u2028\ud800]/);
    expect(html).not.toContain('x'.repeat(601));
  });
});

describe('badge.svg', () => {
  test.each([
    ['green where all is proven and nothing wrong', FINE, 'proven 2026-11-20', '#2b7a3d'],
    ['amber where something is to be looked at', LOOK, 'proven 2026-11-20', '#8a5a00'],
    [
      'red where something is urgent, with the day up to which all is proven',
      STATUS,
      'proven 2026-11-14',
      '#b3261e',
    ],
    ['red where a database is not proven', UNPROVEN, '1 of 2 proven', '#b3261e'],
    ['red where nothing is', { ...FINE, databases: [] }, 'nothing proven', '#b3261e'],
  ])('is %s', (_, status, text, color) => {
    const badge = statusBadge(status);
    expect(badge).toContain(`>${text}</text>`);
    expect(badge).toContain(`fill="${color}"`);
    expect(badge).toContain(`aria-label="backups: ${text}.`);
    expect(badge).toContain(`<title>backups: ${text}.`);
  });

  test.each(HOSTILE_TEXTS)('a database called %s breaks nothing', (_, hostile) => {
    const badge = statusBadge(hostileStatus(hostile));
    expect(badge.match(/<\w+/g)).toEqual(statusBadge(STATUS).match(/<\w+/g));
    expect(badge.length).toBeLessThan(2000);
  });
});

describe('BACKUP_STATUS.md', () => {
  const markdown = statusMarkdown(STATUS);

  test('has the sentence, what is wrong with links, a table for each database, drills and costs', () => {
    expect(markdown).toContain('# Backups of acme\n\n**1 of 3 databases needs attention&#58; crm.**');
    expect(markdown).toContain('([DrillFailed](<https://wiki.example.com/backstop/runbook.md#drillfailed>))');
    expect(markdown).toContain('| Proven restorable up to | **2026-11-14 02:30 UTC** (6 d 8 h old) |');
    expect(markdown).toContain('| Newest backup | 2026-11-20 02:00 UTC, 1.24 GB |');
    expect(markdown).toContain('measured 6 d 8 h old, **not kept** |');
    expect(markdown).toContain('| 2026-11-18 02:45 | crm | **failed&#58; 3 differences** |');
    expect(markdown).toContain('| **all** | 227 points | 134.4 GB | 3.09 USD | 3.60 USD |');
  });

  test('what is proven by nobody says so', () => {
    expect(statusMarkdown(UNPROVEN)).toContain('| Proven restorable up to | **not proven** |');
  });

  test.each(HOSTILE_TEXTS)('%s in a text opens no cell, no link, no tag and no line', (_, hostile) => {
    const shape = (text: string) =>
      text.split('\n').map((line) => [/^(#+|-|\||\*\*)?/.exec(line)?.[0], line.split('|').length]);
    const made = statusMarkdown(hostileStatus(hostile));
    expect(shape(made).filter(([, cells]) => cells !== 1)).toEqual(
      shape(markdown).filter(([, cells]) => cells !== 1),
    );
    expect(made).not.toContain('](');
    expect(made).not.toMatch(/<(?!https)/);
    expect(escapeMarkdown(hostile)).not.toMatch(/[\\`*_[\]<>|!]/);
  });
});

describe('the digest', () => {
  test('has a subject that says it all, then what is wrong, then the worst database', () => {
    const { subject, text } = digestOf(STATUS);
    expect(subject).toBe('Backstop acme 2026-11-20: 1 of 3 databases needs attention: crm.');
    expect(text.split('\n').slice(0, 6)).toEqual([
      '1 of 3 databases needs attention: crm.',
      'Installation acme, s3://acme-postgres-111122223333-eu-central-1, as of 2026-11-20 11:00 UTC.',
      '',
      'What is wrong:',
      '  HIGH crm: The newest recovery point has 0.71 GB, 29 % of the usual 2.41 GB; at least 80 % are expected.',
      '    What to do: https://wiki.example.com/backstop/runbook.md#backupshrunken',
    ]);
    expect(text).toContain(
      [
        'crm',
        '  proven restorable up to 2026-11-14 02:30 UTC (6 d 8 h old)',
        '  newest backup: 2026-11-20 02:30 UTC (8 h 29 min old)',
        '  last drill: 2026-11-18 02:45 UTC, failed: 3 differences in 13 min 32 s',
      ].join('\n'),
    );
    expect(text.indexOf('\ncrm\n')).toBeLessThan(text.indexOf('\nshop\n'));
    expect(text).toContain('Ada Example');
  });

  test.each(HOSTILE_TEXTS)('with %s the subject is one that SNS takes', (_, hostile) => {
    const { subject, text } = digestOf(hostileStatus(hostile));
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(text).not.toMatch(/[\u0000\u0007\u001b\r\u202e]/);
  });

  test.each([
    ['500 databases', FINE, SHOP],
    [
      '500 databases full of long texts',
      hostileStatus(HOSTILE.long),
      hostileStatus(HOSTILE.long).databases[2]!,
    ],
  ])('%s fit into a message, what is wrong first', (_, status, database) => {
    const databases = Array.from({ length: 500 }, () => database);
    const { text } = digestOf({
      ...status,
      databases,
      problems: databases.flatMap(({ problems }) => problems),
    });
    expect(Buffer.byteLength(text)).toBeLessThan(DIGEST_BYTES + 200);
    expect(text.startsWith(status === FINE ? 'All 500' : '500 of 500')).toBe(true);
  });
});
