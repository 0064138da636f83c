import { type Job, jobs, type Monitors } from '../config/notify.ts';
import type { Installation } from '../installation/installation.ts';
import { mailPasswordOf } from '../installation/mail-password.ts';
import { ask, lineOf, type Message, type Target, untold, urlOf } from './target.ts';

const json = { 'content-type': 'application/json' };

/** Everybody whom homeauth.yaml names under `notify`, and nobody else. */
export function targetsOf(installation: Installation): readonly Target[] {
  const { mail, ntfy, gotify, webhook, healthchecks, 'uptime-kuma': kuma } = installation.config.notify;
  return [
    ...(mail ? [byMail(mail, installation)] : []),
    ...(ntfy ? [byNtfy(ntfy, installation)] : []),
    ...(gotify ? [byGotify(gotify, installation)] : []),
    ...(webhook ? [byWebhook(webhook, installation)] : []),
    ...monitors('healthchecks', healthchecks, byHealthchecks, installation),
    ...monitors('uptime-kuma', kuma, byUptimeKuma, installation),
  ];
}

/** From this server itself, and not from authentik's container, which may be what does not run. */
function byMail(to: readonly string[], { config, world }: Installation): Target {
  return {
    name: 'mail',
    async tell({ title, text }) {
      const { mail } = config;
      if (!mail) throw untold('mail', 'homeauth.yaml names no mail server.', 'Add mail: with your mail server.');
      const { host, port, tls, from, username } = mail;
      const password = await mailPasswordOf(config, world);
      // A name without a dot may be that of a container, which only Docker can find.
      const inside =
        host.includes('.') || host.includes(':')
          ? undefined
          : await world.docker.dialAddress(host, port).catch(() => undefined);
      const server = {
        ...(inside ? { ...inside, name: host } : { host, port }),
        tls,
        ...(username !== undefined && password && { login: { username, password } }),
      };
      await world.mail.send({ server, authorities: world.host.authorities(), from, to, subject: title, text });
      return `taken by ${host} for ${to.join(', ')}`;
    },
  };
}

/** ntfy: a message as JSON to the root of the server (docs.ntfy.sh/publish, "Publish as JSON", "Access tokens"). */
function byNtfy({ url, token }: { url: string; token?: string }, installation: Installation): Target {
  return {
    name: 'ntfy',
    async tell({ title, text, good }) {
      const at = await urlOf('ntfy', url, installation);
      const [, above = '', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(at.pathname) ?? [];
      if (topic === '')
        throw untold('ntfy', `The address in ${url} has no topic at its end.`, 'Write it like https://ntfy.sh/TOPIC');
      const key = token === undefined ? undefined : await lineOf('ntfy', token, installation);
      const headers = { ...json, ...(key && { authorization: `Bearer ${key.reveal()}` }) };
      const tags = [good ? 'white_check_mark' : 'warning'];
      const body = JSON.stringify({ topic, title, message: text, priority: good ? 3 : 4, tags });
      return said(await ask('ntfy', installation, { url: `${at.origin}${above}`, method: 'POST', headers, body }));
    },
  };
}

/** Gotify: a message of an application (gotify.net/docs/pushmsg, and gotify.net/api-docs, POST /message). */
function byGotify({ address, token }: { address: string; token: string }, installation: Installation): Target {
  return {
    name: 'gotify',
    async tell({ title, text, good }) {
      const key = await lineOf('gotify', token, installation);
      const headers = { ...json, 'x-gotify-key': key.reveal() };
      const body = JSON.stringify({ title, message: text, priority: good ? 4 : 8 });
      return said(await ask('gotify', installation, { url: `${address}/message`, method: 'POST', headers, body }));
    },
  };
}

/** Whatever takes JSON: `title` and `text` for people, and the same as data. */
function byWebhook({ url }: { url: string }, installation: Installation): Target {
  return {
    name: 'webhook',
    async tell({ title, text, data }) {
      const at = await urlOf('webhook', url, installation);
      const body = JSON.stringify({ title, text, ...data });
      return said(await ask('webhook', installation, { url: at.href, method: 'POST', headers: json, body }));
    },
  };
}

type Ping = (name: string, path: string, message: Message, installation: Installation) => Promise<string>;

const monitors = (kind: string, files: Monitors = {}, ping: Ping, installation: Installation): readonly Target[] =>
  jobs.flatMap((job: Job): Target[] => {
    const path = files[job];
    const name = `${kind} (${job})`;
    return path === undefined ? [] : [{ name, job, tell: (message) => ping(name, path, message, installation) }];
  });

/**
 * Healthchecks: the address alone for success, /fail, /log (healthchecks.io/docs/http_api). It answers 200 for a check
 * that is not there, too, and says so in the body.
 */
async function byHealthchecks(name: string, path: string, message: Message, installation: Installation) {
  const url = await urlOf(name, path, installation);
  const way = message.trial ? '/log' : message.good ? '' : '/fail';
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${way}`;
  const answer = await ask(name, installation, {
    url: url.href,
    method: 'POST',
    body: `${message.title}\n\n${message.text}`,
  });
  if (!answer.body.includes('not found')) return said(answer);
  throw untold(
    name,
    `${url.host} has no check of that address.`,
    'Write the address as it is shown there. Then: homeauth notify test',
  );
}

/**
 * Uptime Kuma, a monitor of the type Push: status and msg in the query (github.com/louislam/uptime-kuma/wiki/Internal-API,
 * /api/push/TOKEN). The address that it shows has values of its own behind the question mark.
 */
async function byUptimeKuma(name: string, path: string, message: Message, installation: Installation) {
  const url = await urlOf(name, path, installation);
  const isUp = message.good || message.trial;
  url.search = new URLSearchParams({ status: isUp ? 'up' : 'down', msg: message.title }).toString();
  return said(await ask(name, installation, { url: url.href }));
}

const said = ({ status }: { readonly status: number }): string => `answered ${status}`;
