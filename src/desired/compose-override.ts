import { stringify } from 'yaml';
import { writtenApps, writtenIn } from '../config/app-settings.ts';
import type { App, Config, Written } from '../config/config.ts';
import { composeKey } from '../model/compose-service.ts';
import type { Id, Resource } from '../model/resource.ts';
import { trustedFile } from '../model/trusted-file.ts';
import type { Facts } from './facts.ts';
import type { Layout } from './layout.ts';
import {
  authoritiesFile,
  type Known,
  needsTrust,
  takesVariables,
  toldTo,
  unmade,
  valuesFor,
  variablesFile,
} from './variables.ts';

/** What belongs into an app's own compose file: a file of variables, and a mount. */
export function composeLines(config: Pick<Config, 'tls'>, layout: Layout, app: App) {
  if (!takesVariables(config, app)) return undefined;
  const volume = needsTrust(config, app) ? { volume: `${authoritiesFile(layout)}:${trustedFile}:ro` } : {};
  return { envFile: variablesFile(layout, app), ...volume };
}

/** The same as a file that Compose reads beside the app's own, where its owner wants that. Theirs to go on with. */
export function composeOverrides(config: Config, layout: Layout): Resource[] {
  return writtenApps(config).flatMap((app): Resource[] => {
    const override = writtenIn(app)?.override;
    const lines = composeLines(config, layout, app);
    if (!override || !lines) return [];
    const { envFile, volume } = lines;
    const service = { env_file: [envFile], ...(volume !== undefined && { volumes: [volume] }) };
    const head = `# homeauth made this for the login of ${app.name}, and takes it away with it while it is unchanged.\n`;
    const content = head + stringify({ services: { [override.service]: service } }, { lineWidth: 0 });
    const like = override.file.replace('.override.', '.');
    const after: Id[] = [`file:${envFile}`];
    return [{ kind: 'file', key: override.file, spec: { content, mode: 0o644, once: true, like }, after }];
  });
}

export const composeServiceId = ({ file, service }: NonNullable<Written['override']>): Id =>
  `compose-service:${composeKey(file, service)}`;

/** The containers that have to be made anew for it, where their owner lets homeauth do that. */
export function composeServices(config: Config, layout: Layout, facts: Known & Pick<Facts, 'authorities'>): Resource[] {
  return writtenApps(config).flatMap((app): Resource[] => {
    const { override } = writtenIn(app) ?? {};
    if (!override?.up || !takesVariables(config, app)) return [];
    const { file, service } = override;
    const mounts = needsTrust(config, app) ? [{ source: authoritiesFile(layout), target: trustedFile }] : [];
    const spec = {
      ...{ service, override: file, envFile: variablesFile(layout, app) },
      // A stage before this one makes what they are.
      environment: toldTo(config, app, valuesFor(app, facts) ?? unmade, facts.authorities),
      mounts,
      begun: `${layout.home}/${app.ldap ? 'ldap' : 'apps'}/${app.name}.up`,
    };
    return [{ kind: 'compose-service', key: composeKey(file, service), spec }];
  });
}
