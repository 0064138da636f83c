import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { installed } from '../fakes/installed.ts';

const hostile = `<script>alert("1")</script>`;

interface Looks {
  readonly width: number;
  readonly paper: string;
  readonly ink: string;
  readonly cell: string;
  readonly scripts: number;
  readonly text: string;
}

let html: string;
let browser: Browser;
let place: string;
// The page comes first: time in a fake machine passes only while no other process runs.
beforeAll(async () => {
  const fake = await installed(['whoami']);
  const homeauth = homeauthIn(fake);
  await homeauth('add-app', ['photos'], { upstream: 'photos:80', group: 'family', title: hostile });
  await homeauth('doctor', [], { scheduled: true });
  expect(await homeauth('report', [], { html: '/srv/report.html' })).toMatchObject({ code: 0 });
  html = (await fake.files.read('/srv/report.html')) ?? '';
  await fake.close();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  place = await mkdtemp(join(tmpdir(), 'report-'));
});
afterAll(async () => {
  await browser.close();
  await rm(place, { recursive: true });
});

/** The page on such a screen, what it asked for, and what the browser had against it. */
async function shown(html: string, width: number, colorScheme: 'light' | 'dark') {
  const path = join(place, 'report.html');
  await writeFile(path, html);
  const context = await browser.newContext({ viewport: { width, height: 740 }, colorScheme });
  const view = await context.newPage();
  const [asked, complaints]: [string[], string[]] = [[], []];
  view.on('request', (request) => asked.push(request.url()));
  view.on('console', (message) => complaints.push(message.text()));
  view.on('pageerror', (error) => complaints.push(String(error)));
  await view.goto(`file://${path}`);
  const looks = await view.evaluate<Looks>(`({
    width: document.documentElement.scrollWidth,
    paper: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color,
    cell: getComputedStyle(document.querySelector('td')).display,
    scripts: document.scripts.length,
    text: document.body.textContent,
  })`);
  return { ...looks, asked, complaints, view, close: () => context.close() };
}

test('a phone shows it without scrolling sideways, light and dark; nothing is asked for', async () => {
  const looks = {
    width: 360,
    scripts: 0,
    cell: 'block',
    asked: [`file://${join(place, 'report.html')}`],
    complaints: [],
  };
  const light = await shown(html, 360, 'light');
  expect(light).toMatchObject({ ...looks, paper: 'rgb(255, 255, 255)', ink: 'rgb(27, 31, 36)' });
  expect(light.text).toContain(hostile);
  expect(await light.view.locator('polyline').count()).toBeGreaterThan(2);
  const dark = await shown(html, 360, 'dark');
  expect(dark).toMatchObject({ ...looks, paper: 'rgb(20, 24, 29)', ink: 'rgb(230, 233, 238)' });
  const wide = await shown(html, 1200, 'light');
  expect(wide).toMatchObject({ ...looks, width: 1200, cell: 'table-cell' });
  for (const one of [light, dark, wide]) await one.close();
});

test('its policy holds what gets in all the same', async () => {
  let reached = 0;
  const server = createServer((_, response) => {
    reached++;
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const picture = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.png`;
  const forged = `<script>document.title = "taken"</script><img src="${picture}"><style>td { color: red }</style>`;
  const told = await shown(html.replace('</body>', `${forged}</body>`), 360, 'light');
  expect(await told.view.title()).not.toBe('taken');
  expect(await told.view.evaluate(`getComputedStyle(document.querySelector('td')).color`)).toBe('rgb(27, 31, 36)');
  expect(reached).toBe(0);
  expect(told.complaints.join()).toContain('Content Security Policy');
  server.close();
  await told.close();
});
