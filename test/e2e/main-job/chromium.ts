import { type Browser, chromium, type Page } from 'playwright-core';
import { domain } from './place.ts';

/** A real browser in the home LAN: every name of the house leads to this host's published ports. */
export const openChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium-headless-shell',
    args: [
      `--host-resolver-rules=MAP *.${domain} 192.168.0.4`,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** Somebody who never was here, with a page that takes the certificates of the house. */
export async function visit(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await page.goto(url);
  return page;
}

/** What people type at authentik, one page after the other. */
export async function logIn(page: Page, username: string, password: string): Promise<void> {
  await page.waitForURL(`https://auth.${domain}/if/flow/**`);
  await page.locator('input[name=uid_field]').fill(username);
  await page.getByRole('button').click();
  await page.locator('input[name=password]').fill(password);
  await page.getByRole('button').click();
}
