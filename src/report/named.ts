import type { Kinds } from '../engine/kind.ts';
import { type Id, parseId } from '../model/resource.ts';

/** A resource in the user's words: `container whoami`, `folder /srv/authentik/certs`. */
export function named(id: Id, kinds: Kinds): string {
  const { kind, key } = parseId(id);
  const { noun, isOne } = kinds[kind].told;
  return isOne ? noun : `${noun} ${key}`;
}
