import pMap from 'p-map';
import { isLeftAlone } from '../config/app-login.ts';
import type { App } from '../config/config.ts';
import type { Installation } from '../installation/installation.ts';
import type { Entering } from '../model/overview.ts';
import { domainApplication } from '../model/sso.ts';
import { evaluate } from './access-policy.ts';
import { type Account, accounts, isPerson } from './accounts.ts';

/**
 * Which people may open which apps, by a handful of requests: authentik's own check is asked only about rules that it
 * alone can run.
 */
export async function accessTable({ world, config }: Pick<Installation, 'world' | 'config'>): Promise<Entering[]> {
  const { authentik } = world;
  const [all, applications, bindings, groups] = await Promise.all([
    accounts({ world }),
    authentik.list('core/applications'),
    authentik.list('policies/bindings'),
    authentik.list('core/groups'),
  ]);
  const opens = async (account: Account, app: App): Promise<boolean> => {
    if (isLeftAlone(app)) return true;
    const slug = app.mode === 'domain' ? domainApplication : app.name;
    const application = applications.find((one) => one.slug === slug);
    if (!application || account.is_active === false) return false;
    const { passes } = evaluate({ app, account, application, bindings, groups });
    if (passes !== undefined) return passes;
    const path = `core/applications/${slug}/check_access`;
    return (await authentik.get<{ readonly passing: boolean }>(path, { for_user: account.pk })).passing;
  };
  const people = all.filter(isPerson).toSorted((a, b) => a.username.localeCompare(b.username));
  return pMap(
    people,
    async (account) => {
      const apps = await pMap(config.apps, async (app) => ((await opens(account, app)) ? [app.name] : []), {
        concurrency: 4,
      });
      const { username, is_active: active, is_superuser: admin } = account;
      return { username, active: active ?? true, admin, apps: apps.flat() };
    },
    { concurrency: 4 },
  );
}
