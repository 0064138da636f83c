import { parse } from 'yaml';
import { decodeEnv } from '../../src/formats/env.ts';
import type { ComposeDefinition, ComposeRead, ComposeService } from '../../src/model/compose-service.ts';
import type { Files } from '../../src/world/world.ts';

interface Written extends Partial<Pick<ComposeDefinition, 'image' | 'scale'>> {
  readonly environment?: ComposeDefinition['environment'];
  readonly env_file?: readonly string[];
  readonly volumes?: readonly string[];
}

/** What Compose makes of a service: its files one over the other, variables from the .env beside them. */
export async function resolved(
  files: Pick<Files, 'read'>,
  { name, directory, files: paths }: ComposeService,
): Promise<Exclude<ComposeRead, { is: 'no-compose' }>> {
  const known = decodeEnv((await files.read(`${directory}/.env`)) ?? '');
  const unset = new Set<string>();
  const all: Written[] = [];
  const listed = new Map<string, string>();
  for (const path of paths) {
    const text = await files.read(path);
    if (text === undefined) return { is: 'unreadable' };
    const filled = text.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
      if (known[variable] === undefined) unset.add(variable);
      return known[variable] ?? '';
    });
    const service: Written | undefined = parse(filled).services?.[name];
    if (service) all.push(service);
    for (const file of service?.env_file ?? []) {
      const variables = await files.read(file);
      if (variables === undefined) return { is: 'unreadable' };
      for (const [key, value] of Object.entries(decodeEnv(variables))) listed.set(key, value);
    }
  }
  if (all.length === 0) return { is: 'read', unset: [...unset] };
  const { image, scale = 1 }: Written = Object.assign({}, ...all);
  const mounts = all.flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')));
  return {
    is: 'read',
    unset: [...unset],
    service: {
      ...(image !== undefined && { image }),
      scale,
      environment: Object.assign(Object.fromEntries(listed), ...all.map(({ environment }) => environment)),
      mounts: [...new Map(mounts.map(([source = '', target = '']) => [target, { source, target }])).values()],
    },
  };
}
