import { parse } from 'yaml';
import { decodeEnv } from '../../src/formats/env.ts';
import type { ComposeRead, ComposeService } from '../../src/model/compose-service.ts';
import type { Mount } from '../../src/model/container.ts';
import type { Files } from '../../src/world/world.ts';

interface Written {
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly env_file?: readonly string[];
  readonly volumes?: readonly string[];
}
type Resolved = Extract<ComposeRead, { is: 'read' }> & { readonly mounts: readonly Mount[] };

/** What Compose makes of a service: its files one over the other, variables from the .env beside them. */
export async function resolved(
  files: Pick<Files, 'read'>,
  { name, directory, files: paths }: ComposeService,
): Promise<{ readonly is: 'unreadable' } | Resolved> {
  const known = decodeEnv((await files.read(`${directory}/.env`)) ?? '');
  const unset = new Set<string>();
  const environment: Record<string, string | null> = {};
  const listed = new Map<string, string>();
  const mounts = new Map<string, Mount>();
  for (const path of paths) {
    const text = await files.read(path);
    if (text === undefined) return { is: 'unreadable' };
    const filled = text.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
      if (known[variable] === undefined) unset.add(variable);
      return known[variable] ?? '';
    });
    const service: Written = parse(filled).services?.[name] ?? {};
    for (const file of service.env_file ?? []) {
      const variables = await files.read(file);
      if (variables === undefined) return { is: 'unreadable' };
      for (const [key, value] of Object.entries(decodeEnv(variables))) listed.set(key, value);
    }
    Object.assign(environment, service.environment);
    for (const volume of service.volumes ?? []) {
      const [source = '', target = ''] = volume.split(':');
      mounts.set(target, { source, target, readOnly: true });
    }
  }
  return {
    is: 'read',
    unset: [...unset],
    environment: { ...Object.fromEntries(listed), ...environment },
    targets: [...mounts.keys()],
    mounts: [...mounts.values()],
  };
}
