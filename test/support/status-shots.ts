/**
 * Pictures of the status page for the documentation: npx tsx test/support/status-shots.ts [FOLDER]
 * With a folder: whole pages, bright and dark, wide and narrow, and on paper, to look at.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'puppeteer-core';
import { statusPage } from '../../lib/operations/status/page';
import { openBrowser, openPage, type Look } from './browser';
import { MADE_AT, sampleStatus } from './sample-status';

const IMAGES = path.resolve(__dirname, '../../docs/images');
const WIDE = 1280;
const NARROW = 360;

interface Shot extends Omit<Look, 'now'> {
  readonly name: string;
  /** @default - the whole page */
  readonly height?: number;
}

const FOR_DOCS: readonly Shot[] = [
  { name: 'status-light-wide', width: WIDE, scheme: 'light', height: 1500 },
  { name: 'status-dark-narrow', width: NARROW, scheme: 'dark', height: 1500 },
];

const TO_LOOK_AT: readonly Shot[] = [
  { name: 'light-wide', width: WIDE, scheme: 'light' },
  { name: 'dark-wide', width: WIDE, scheme: 'dark' },
  { name: 'light-narrow', width: NARROW, scheme: 'light' },
  { name: 'dark-narrow', width: NARROW, scheme: 'dark' },
];

async function shoot(browser: Browser, folder: string, { name, height, ...look }: Shot): Promise<void> {
  await using opened = await openPage(browser, statusPage(sampleStatus()), { ...look, now: MADE_AT });
  const clip = height === undefined ? {} : { clip: { x: 0, y: 0, width: look.width, height } };
  const picture = await opened.page.screenshot({
    fullPage: height === undefined,
    captureBeyondViewport: true,
    ...clip,
  });
  writeFileSync(path.join(folder, `${name}.png`), picture);
}

async function print(browser: Browser, folder: string): Promise<void> {
  const look = { width: WIDE, scheme: 'dark', media: 'print', now: MADE_AT } as const;
  await using opened = await openPage(browser, statusPage(sampleStatus()), look);
  writeFileSync(
    path.join(folder, 'paper.pdf'),
    await opened.page.pdf({ format: 'a4', preferCSSPageSize: true }),
  );
}

async function main(given: string | undefined): Promise<void> {
  const folder = given ?? IMAGES;
  mkdirSync(folder, { recursive: true });
  const browser = await openBrowser();
  try {
    for (const shot of given === undefined ? FOR_DOCS : TO_LOOK_AT) await shoot(browser, folder, shot);
    if (given !== undefined) await print(browser, folder);
  } finally {
    await browser.close();
  }
}

void main(process.argv[2]);
