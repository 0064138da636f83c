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
  if (found?.kind !== 'file') throw new Error(`no text ${file}`);
  return String(found.spec.content);
}
