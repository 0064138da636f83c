import { dirname, normalize } from 'node:path/posix';
import type { Layout } from '../desired/layout.ts';
import type { Made } from '../engine/ledger.ts';
import { kinds } from '../kinds/index.ts';
import { isDigest } from '../model/image-name.ts';
import { parseId } from '../model/resource.ts';
import type { Files } from '../world/world.ts';

/**
 * Whether a line of the ledger is about something that homeauth may have made for this installation. What stands there
 * is removed, or put back as it was, as root: a line about anything else was not written here.
 */
export async function isOfOurs(
  { id, precious, ours, before }: Made,
  { baseDir, root, caddy }: Layout,
  pointer: string,
  files: Files,
): Promise<boolean> {
  const { kind, key } = parseId(id);
  const isBelow = () => [root, caddy, dirname(pointer)].some((place) => key === place || key.startsWith(`${place}/`));
  const isPath = () => key.startsWith('/') && normalize(key) === key;
  switch (kind) {
    case 'directory':
      return isPath() && (isBelow() || (key === baseDir && !precious));
    case 'file':
      // One beside an app's own compose file goes only while it is as we made it.
      return isPath() && (isBelow() || (before === undefined && /\/(docker-)?compose\.override\.ya?ml$/.test(key)));
    case 'secrets':
      return isPath() && isBelow();
    case 'dataset': {
      const { source } = await files.filesystem(root);
      return before === undefined && (key === source || key === `${source}/authentik`);
    }
    case 'caddy':
      // The Caddyfile is wherever its owner has it; of that file, only our own marked part is ever taken out.
      return isPath() && before === undefined;
    case 'image':
      return before === undefined && isDigest((ours as { digest?: unknown } | undefined)?.digest);
    default:
      return before === undefined || kinds[kind].release !== undefined;
  }
}
