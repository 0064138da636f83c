import { manualText } from '../proxy/manual.ts';
import { dialledBy, networkOwners } from '../proxy/upstream.ts';
import type { Installation } from './installation.ts';

/** What the owner does who keeps the proxy's configuration in their own hands; undefined where homeauth writes it. */
export async function manual(installation: Installation): Promise<string | undefined> {
  const { config, world } = installation;
  if (config.proxy !== 'manual') return undefined;
  const { text, steps } = manualText(
    dialledBy(config, await networkOwners(config, world)),
    await installation.templates(),
  );
  return ['For your proxy:', '', text, ...steps.map((step) => `- ${step}`)].join('\n');
}
