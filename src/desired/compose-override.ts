import { stringify } from 'yaml';
import { writtenApps, writtenIn } from '../config/app-settings.ts';
import type { App, Config } from '../config/config.ts';
import type { Id, Resource } from '../model/resource.ts';
import { trustedFile } from '../model/trusted-file.ts';
import type { Layout } from './layout.ts';
import { authoritiesFile, needsTrust, takesVariables, variablesFile } from './variables.ts';

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
