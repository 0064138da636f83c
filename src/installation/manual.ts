import { manualText } from '../proxy/manual.ts';
import type { Installation } from './installation.ts';

/** What the owner does who keeps the proxy's configuration in their own hands; undefined where homeauth writes it. */
export async function manual(installation: Installation): Promise<string | undefined> {
  if (installation.config.proxy !== 'manual') return undefined;
  const { text, steps } = manualText(installation.config, await installation.templates());
  return ['For your proxy:', '', text, ...steps.map((step) => `- ${step}`)].join('\n');
}
