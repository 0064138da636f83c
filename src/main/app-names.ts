import { locate } from '../config/locate.ts';
import { readYaml } from '../config/yaml-document.ts';
import { exitCodes } from '../model/failure.ts';
import { nodeFiles } from '../world/files.ts';

/**
 * `homeauth app-names`, for completion: the names of this server's apps, one a line. Somebody waits for it with a
 * finger on the key, so the file is not checked, and whatever is wrong with it means no names.
 */
export async function appNames(): Promise<number> {
  const places = { variable: process.env['HOMEAUTH_CONFIG'], workingDirectory: process.cwd() };
  try {
    const { text } = await locate(places, { read: nodeFiles().read, isThere: async () => false });
    const { apps } = readYaml(text).data as { apps?: readonly (string | { readonly name: string })[] };
    const names = (apps ?? []).map((app) => (typeof app === 'string' ? app : app.name));
    for (const name of names) if (/^[a-z0-9-]+$/.test(name)) process.stdout.write(`${name}\n`);
  } catch {}
  return exitCodes.fine;
}
