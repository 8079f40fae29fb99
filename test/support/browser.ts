/** A page as a person sees it: in headless Chromium, with what it asked of the network and said to the console. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { chromiumProgram } from './find-chromium';

/** Root in a container has no sandbox of its own to give; what is opened is made here. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumProgram();
  if (executablePath === undefined) throw new Error('There is no Chromium here. Set CHROME_PATH.');
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return launch({
    executablePath,
    args: [...asRoot, '--disable-dev-shm-usage', '--force-color-profile=srgb', '--font-render-hinting=none'],
  });
}

export interface Look {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  /** @default - a screen */
  readonly media?: 'screen' | 'print';
  /** What the clock of the page says. @default - when the page was made: it is fresh */
  readonly now: string;
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** URLs other than the page's own file. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, and refusals of the page's policy among them. */
  readonly complaints: readonly string[];
}

export async function openPage(browser: Browser, html: string, look: Look): Promise<OpenPage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'status-page-'));
  const file = path.join(folder, 'index.html');
  writeFileSync(file, html);
  const page = await browser.newPage();
  const [requests, complaints]: [string[], string[]] = [[], []];
  const own = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url() !== own && !request.url().startsWith('data:')) requests.push(request.url());
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.setViewport({ width: look.width, height: 900 });
  // Both at once: each of puppeteer's own two calls takes back what the other one said.
  const session = await page.createCDPSession();
  const features = [{ name: 'prefers-color-scheme', value: look.scheme }];
  await session.send('Emulation.setEmulatedMedia', { media: look.media ?? 'screen', features });
  await page.evaluateOnNewDocument(`Date.now = () => ${Date.parse(look.now)};`);
  await page.goto(own, { waitUntil: 'load' });
  const close = async () => {
    await page.close();
    rmSync(folder, { recursive: true });
  };
  return { page, requests, complaints, [Symbol.asyncDispose]: close };
}
