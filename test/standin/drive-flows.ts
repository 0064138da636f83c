import { randomUUID } from 'node:crypto';
import { STAGE_KINDS } from './api/stage-kinds.ts';
import type { ReadyStack } from './ready.ts';
import type { Device } from './state-flows.ts';
import { edit } from './store.ts';

type Found = { pk: string; [name: string]: unknown };

/** What a stage of a kind cannot be made without. */
const NEEDED: Record<string, object> = {
  identification: { user_fields: ['username'] },
  password: { backends: ['authentik.core.auth.InbuiltBackend'] },
  'authenticator/totp': { digits: '6' },
};

/** Goes through the whole life of flows, stages, policies, invitations, second factors and sessions. */
export async function driveFlows({ api, store, server, token }: ReadyStack): Promise<void> {
  const send = async (method: string, path: string, body?: unknown): Promise<Found> => {
    const { status, body: answer } = await api(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} ${status} ${JSON.stringify(answer)}`);
    return answer as Found;
  };
  /** Makes one, looks at it, changes it in both ways; the end is left to the caller. */
  const live = async (collection: string, wanted: object, id = 'pk'): Promise<Found> => {
    const made = await send('POST', collection, wanted);
    const path = `${collection}${made[id]}/`;
    await send('GET', path);
    await send('PUT', path, wanted);
    await send('PATCH', path, wanted);
    await send('GET', collection);
    return made;
  };
  const flow = await live(
    '/flows/instances/',
    { name: 'Own', slug: 'own', title: 'Own', designation: 'recovery' },
    'slug',
  );
  const field = { name: 'own-password', field_key: 'password', label: 'Password', type: 'password' };
  const prompt = await live('/stages/prompt/prompts/', field);
  const policy = await live('/policies/expression/', { name: 'own', expression: 'return True' });
  const reputation = await live('/policies/reputation/', {
    name: 'low',
    check_ip: true,
    check_username: true,
    threshold: -5,
  });
  await send('DELETE', `/policies/reputation/${reputation.pk}/`);
  const score = { pk: randomUUID(), identifier: 'bob', ip: '192.0.2.1', score: -1 };
  const end = Date.now() + 60_000;
  await edit(store, (state) => state.reputations.push({ ...score, expires: end, updated: end }));
  await send('GET', '/policies/reputation/scores/');
  await send('GET', `/policies/reputation/scores/${score.pk}/`);
  await send('DELETE', `/policies/reputation/scores/${score.pk}/`);
  const stages: [string, Found][] = [];
  for (const { path } of STAGE_KINDS) {
    const more = path === 'prompt/stages' ? { fields: [prompt.pk], validation_policies: [] } : NEEDED[path];
    stages.push([path, await live(`/stages/${path}/`, { name: `own ${path}`, ...more })]);
  }
  await send('GET', '/stages/email/templates/');
  await send('GET', '/stages/all/');
  await send('GET', `/stages/all/${stages[0]?.[1].pk}/`);
  const bound = { target: flow.pk, stage: stages[0]?.[1].pk, order: 10 };
  const binding = await live('/flows/bindings/', bound);
  await live('/policies/bindings/', { target: binding.pk, policy: policy.pk, order: 0 });
  await send('GET', '/policies/all/');
  await send('GET', `/policies/all/${policy.pk}/`);
  const invitation = await live('/stages/invitation/invitations/', { name: 'for-dora', flow: flow.pk });
  const letter = { email_addresses: ['dora@example.com'], template: 'email/invitation.html' };
  await send('POST', `/stages/invitation/invitations/${invitation.pk}/send_email/`, letter);
  await send('DELETE', `/stages/invitation/invitations/${invitation.pk}/`);
  await send('DELETE', `/flows/bindings/${binding.pk}/`);
  await send('DELETE', `/policies/expression/${policy.pk}/`);
  const second = await send('POST', '/policies/expression/', { name: 'second', expression: 'return True' });
  await send('DELETE', `/policies/all/${second.pk}/`);
  await send('DELETE', `/stages/prompt/prompts/${prompt.pk}/`);
  for (const [path, one] of stages) await send('DELETE', `/stages/${path}/${one.pk}/`);
  const last = await send('POST', '/stages/dummy/', { name: 'last' });
  await send('DELETE', `/stages/all/${last.pk}/`);
  await send('DELETE', '/flows/instances/own/');

  const form = new FormData();
  form.set('path', 'example/flows-recovery-email-verification.yaml');
  const imported = await fetch(`${server.url}/api/v3/managed/blueprints/import/`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: form,
  });
  if (!imported.ok) throw new Error(await imported.text());
  const { user } = (await send('GET', '/core/users/me/')) as unknown as { user: { pk: number } };
  const reset = await send('GET', '/flows/instances/default-recovery-flow/');
  const brands = (await send('GET', '/core/brands/'))['results'] as { brand_uuid: string }[];
  await send('PATCH', `/core/brands/${brands[0]?.brand_uuid}/`, { flow_recovery: reset.pk });
  await send('POST', `/core/users/${user.pk}/recovery/`, {});
  const mail = (await send('GET', '/stages/email/'))['results'] as Found[];
  await send('POST', `/core/users/${user.pk}/recovery_email/`, { email_stage: mail[0]?.pk });

  await edit(store, (state) => {
    for (const kind of ['totp', 'static'] as const) state.devices.push(device(kind, state.serial.device++, user.pk));
  });
  await send('GET', `/authenticators/admin/all/?user=${user.pk}`);
  await send('GET', '/authenticators/all/');
  for (const kind of ['totp', 'static']) {
    const found = (await send('GET', `/authenticators/admin/${kind}/`))['results'] as Found[];
    const path = `/authenticators/admin/${kind}/${found[0]?.pk}/`;
    await send('GET', path);
    await send('PUT', path, { name: 'mine' });
    await send('PATCH', path, { name: 'mine' });
    await send('DELETE', path);
  }
}

/** A second factor that somebody has set up. */
export const device = (kind: 'totp' | 'static', pk: number, user: number): Device => ({
  pk,
  kind,
  user,
  name: kind,
  confirmed: true,
  created: 0,
  last_updated: 0,
  last_used: null,
  failures: 0,
  failedAt: 0,
  secret: 'AAAA',
  lastStep: 0,
  codes: ['one'],
});
