import type { ProtectFlags } from '../cli/apps.ts';
import { addApp as withApp } from '../config/edit.ts';
import type { AppDraft } from '../config/homeauth-yaml.ts';
import { checkHostName, isInside } from '../config/host-name.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Edit } from '../installation/installation.ts';
import { open } from '../installation/open.ts';
import { ownersSite } from '../installation/survey.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { prose } from '../report/layout.ts';
import { putBehindLogin } from './add-app.ts';
import { screenOf } from './screen.ts';

const command = 'protect';

/** `homeauth protect HOST`: put a site of the owner's own Caddyfile behind the login. */
export async function protect(host: string, flags: ProtectFlags, runtime: Runtime): Promise<ExitCode> {
  const refusal = checkHostName(host);
  if (refusal) throw notAHost(host, refusal.problem);
  const before = await open(flags.config, runtime);
  const { config } = before;
  const known = config.apps.find((app) => app.host === host);
  if (known && !known.replacesSite) throw isThere(host, known.name);
  // The one whose site became a comment is proven once more.
  if (known) return putBehindLogin(before, (text) => text, { command, name: known.name, typed: host }, flags, runtime);
  const { leftBehind, ...site } = await ownersSite(before, host);
  const name = flags.name ?? nameFor(host, config.domain);
  const { title, group, mode } = flags;
  const draft: AppDraft = {
    name,
    ...(title !== undefined && { title }),
    ...(host !== `${name}.${config.domain}` && { host }),
    ...site,
    ...(group !== undefined && { group }),
    ...(mode !== undefined && { mode: mode as 'app' | 'domain' }),
    'replaces-site': true,
  };
  if (leftBehind.length > 0) {
    const { say, style } = screenOf(runtime, command);
    say(prose('These lines of the site stay out, since homeauth has its own login and certificates:', style));
    for (const line of leftBehind) say(`  ${style.text(line)}`);
  }
  const edit: Edit = (text) => withApp(text, draft, before.source);
  return putBehindLogin(before, edit, { command, name, typed: host }, flags, runtime);
}

/** As `add-app` would have it the other way round. */
function nameFor(host: string, domain: string): string {
  const inside = isInside(host, domain) ? host.slice(0, -domain.length - 1) : host.replace(/\..*$/, '');
  return inside.replaceAll('.', '-');
}

const notAHost = (host: string, problem: string): Failure =>
  new Failure({
    code: 'flag-invalid',
    problem: `"${host}" ${problem}.`,
    fix: 'Name the site as its address says: homeauth protect wiki.home.example.com',
  });

const isThere = (host: string, name: string): Failure =>
  new Failure({
    code: 'app-exists',
    problem: `${host} is behind the login already, as the app ${name}.`,
    fix: 'Prove it: homeauth verify',
  });
