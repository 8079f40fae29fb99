/** The page as people see it: read by everybody, on any screen and on paper, asking nothing of the network. */
import axe from 'axe-core';
import type { Browser } from 'puppeteer-core';
import { statusPage } from '../../../lib/operations/status/page';
import { openBrowser, openPage, type Look } from '../../support/browser';
import { chromiumProgram } from '../../support/find-chromium';
import { HOSTILE, hostileStatus } from '../../support/hostile-status';
import { MADE_AT, sampleStatus } from '../../support/sample-status';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PAGE = statusPage(sampleStatus());

const there = chromiumProgram() !== undefined;
if (!there) {
  const text =
    'There is no Chromium here: THE STATUS PAGE IS NOT TESTED. Run: node bin/setup, or set CHROME_PATH.';
  if (process.env['CI'] === 'true') throw new Error(text);
  process.stderr.write(`\nWARNING: ${text}\n\n`);
}

(there ? describe : describe.skip)('in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  const open = (look: Partial<Look> = {}, html = PAGE) =>
    openPage(browser, html, { width: 1280, scheme: 'light', now: MADE_AT, ...look });

  test.each([
    { width: 1280, scheme: 'light', media: 'screen' },
    { width: 1280, scheme: 'dark', media: 'screen' },
    { width: 360, scheme: 'light', media: 'screen' },
    { width: 360, scheme: 'dark', media: 'screen' },
    { width: 794, scheme: 'dark', media: 'print' },
  ] as const)('everybody can read it: $width px, $scheme, on $media', async (look) => {
    await using opened = await open(look);
    await opened.page.evaluate(
      `document.querySelectorAll('details').forEach((each) => { each.open = true; })`,
    );
    await opened.page.evaluate(axe.source);
    const asked = JSON.stringify({ runOnly: RULES, resultTypes: ['violations'] });
    const { violations, passes } = (await opened.page.evaluate(
      `axe.run(document, ${asked})`,
    )) as axe.AxeResults;
    const told = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => [id, html, failureSummary]),
    );
    expect(told).toEqual([]);
    expect(passes.length).toBeGreaterThan(25);
    expect([opened.requests, opened.complaints]).toEqual([[], []]);
  });

  test.each([
    ['as it is', PAGE],
    ['with words of 10,000 letters', statusPage(hostileStatus(HOSTILE.long))],
  ])('nothing is wider than a screen of 320 px, %s', async (_, html) => {
    await using opened = await open({ width: 320 }, html);
    const [wide, screen] = (await opened.page.evaluate(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    )) as [number, number];
    expect(wide).toBe(screen);
    expect(screen).toBe(320);
  });

  test('on paper nothing is cut off, and the ground is white in a dark room too', async () => {
    await using opened = await open({ width: 718, scheme: 'dark', media: 'print' });
    const [ground, cut] = (await opened.page.evaluate(`[
      getComputedStyle(document.body).backgroundColor,
      [...document.querySelectorAll('main *')].filter((each) => each.getBoundingClientRect().right > 719).length,
    ]`)) as [string, number];
    expect([ground, cut]).toEqual(['rgb(255, 255, 255)', 0]);
  });

  const BANNER = `(({ hidden, innerText }) => [hidden, hidden ? '' : innerText])(document.getElementById('stale'))`;
  const LINK = `document.querySelector('#stale a').href`;

  test.each([
    ['until its time is over it is as any page', '2026-11-20T13:00:00.000Z', [true, '']],
    [
      'after its time it says loudly that it is old',
      '2026-11-20T13:00:01.000Z',
      [
        false,
        'This page is 2 hours old: the monitor is silent, believe nothing on it. What to do: MonitorSilent',
      ],
    ],
    [
      'after days it says how many',
      '2026-11-23T12:00:00.000Z',
      [
        false,
        'This page is 3 days old: the monitor is silent, believe nothing on it. What to do: MonitorSilent',
      ],
    ],
  ])('%s', async (_, now, shown) => {
    await using opened = await open({ now });
    expect(await opened.page.evaluate(BANNER)).toEqual(shown);
    expect(await opened.page.evaluate(LINK)).toBe(
      'https://wiki.example.com/backstop/runbook.md#monitorsilent',
    );
    expect(await opened.page.title()).toBe(
      shown[0] === true
        ? '1 of 3 databases needs attention: crm.'
        : 'OLD: 1 of 3 databases needs attention: crm.',
    );
    expect(opened.complaints).toEqual([]);
  });

  test.each([HOSTILE.markup, HOSTILE.markdown, HOSTILE.control])(
    'a hostile text is text: %j',
    async (text) => {
      await using opened = await open({}, statusPage(hostileStatus(text)));
      const made = await opened.page.evaluate(
        `[...document.querySelectorAll('img, b, iframe, script, [onclick], [onerror], a[href^="javascript:"]')].map((each) => each.outerHTML.slice(0, 20))`,
      );
      expect(made).toEqual(['<script>(function ()']);
      expect([opened.requests, opened.complaints]).toEqual([[], []]);
    },
  );
});
