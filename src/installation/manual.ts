import { manualSteps } from '../proxy/manual.ts';
import type { Installation } from './installation.ts';

/** What the owner does who keeps the proxy's configuration in their own hands; undefined where homeauth writes it. */
export function manual({ config }: Installation): string | undefined {
  return config.proxy === 'manual' ? ['For your proxy:', '', ...manualSteps(config)].join('\n') : undefined;
}
