import { Failure } from '../model/failure.ts';
import { proxyOf } from '../proxy/choose.ts';
import { manualSteps } from '../proxy/manual.ts';
import { dialledBy } from '../proxy/upstream.ts';
import type { Installation } from './installation.ts';
import { survey } from './survey.ts';

/** What the owner does who keeps the proxy's configuration in their own hands; undefined where homeauth writes it. */
export function manual({ config }: Installation): string | undefined {
  return config.proxy === 'manual' ? ['For your proxy:', '', ...manualSteps(config)].join('\n') : undefined;
}

/** One of the texts for a proxy that its owner keeps, by the name of its file, as homeauth.yaml says now. */
export async function textForProxy(installation: Installation, file: string): Promise<string> {
  const { proxy, networkOwners = {}, templates } = await survey(installation);
  const parts = proxyOf(proxy).part(dialledBy(installation.config, networkOwners), templates);
  const found = parts.find((one) => one.kind === 'file' && one.key.endsWith(`/${file}`));
  if (found?.kind !== 'file') throw noneAfterTls(file);
  return String(found.spec.content);
}

const noneAfterTls = (file: string): Failure =>
  new Failure({
    code: 'proxy-text-tls',
    problem: `There is no ${file} while TLS ends before your proxy (tls: external).`,
    why: 'Its text could not say who may ask without TLS, so anybody on your network could, and passwords would go over it in clear.',
    fix: [
      'Let the tunnel ask your proxy over https, with the name of the site, and take tls and tls-from out of homeauth.yaml.',
      'Or use Caddy or nginx: homeauth proxy text caddy, homeauth proxy text nginx',
    ],
  });
