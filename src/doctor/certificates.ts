import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { certificatesAt, type Served } from '../verify/certificate.ts';
import type { ProbeContext } from '../verify/probe.ts';
import type { World } from '../world/world.ts';

const day = 86_400_000;
/** Who renews does so when a third of the life is left (Caddy), or 30 days (certbot): with this part left it has failed. */
const last = 0.2;
/** What is bought for a year is renewed by hand; three weeks are enough for that. */
const most = 21 * day;
/** A certificate of authentik's lasts for a year, and is made anew by hand. */
const patience = 30 * day;

/** Are the certificates that visitors get renewed in time? */
export async function servedCertificates(context: ProbeContext, about: About, now: number): Promise<Finding[]> {
  const all = await certificatesAt(context);
  const near = all.filter(({ from, until }) => until - now < Math.min((until - from) * last, most));
  if (all.length === 0) return [skip(about, unseen('no certificate was seen'))];
  if (near.length > 0) return near.map((one) => ending(one, about, context, now));
  const first = all.reduce((one, other) => (one.until < other.until ? one : other));
  return [ok({ ...about, title: `${about.title} (the first ends ${inWords(first.until)}: ${first.host})` })];
}

function ending({ host, until }: Served, about: About, { entrance, config }: ProbeContext, now: number): Finding {
  const isOver = until < now;
  const elsewhere = 'See how what ends TLS before Caddy renews its certificates.';
  const log = entrance.log ?? 'the log of your proxy';
  const fix = config.tls === 'external' ? elsewhere : `See why it was not renewed: ${log}`;
  const together = `The certificates of these hosts ${isOver ? 'have ended' : 'end soon'}.`;
  const family = { is: isOver ? 'ended' : 'ending', name: host, issue: { problem: together, fix } };
  return wrong({ ...about, subject: host, family }, isOver ? 'fail' : 'warn', {
    problem: `The certificate of ${host} ${isOver ? 'ended' : 'ends'} ${inWords(until)}.`,
    why: 'It should have been renewed by now. Afterwards browsers refuse the page.',
    fix,
  });
}

/** To the minute: those of Caddy's own authority last for half a day. */
const inWords = (time: number): string => `on ${new Date(time).toISOString().slice(0, 16).replace('T', ' at ')} UTC`;

/** Do the certificates end that authentik signs with, and that its LDAP servers show? One that nothing uses may. */
export async function authentikCertificates(
  { authentik }: Pick<World, 'authentik'>,
  about: About,
  now: number,
): Promise<Finding[]> {
  const reach = await authentik.reach();
  if (reach.is !== 'ready') return [skip(about, reach.because)];
  const [keys, speakers, ldap] = await Promise.all([
    authentik.list('crypto/certificatekeypairs'),
    authentik.list('providers/oauth2'),
    authentik.list('providers/ldap'),
  ]);
  const found = keys.flatMap(({ pk, name, cert_expiry }): Finding[] => {
    const until = Date.parse(cert_expiry ?? '');
    const signs = speakers.filter(({ signing_key }) => signing_key === pk).map((one) => one.name);
    const shows = ldap.filter(({ certificate }) => certificate === pk).map((one) => one.name);
    if (!(until - now < patience) || signs.length + shows.length === 0) return [];
    const isOver = until < now;
    return [
      wrong({ ...about, subject: name }, 'warn', {
        problem: `The certificate "${name}" in authentik ${isOver ? 'ended' : 'ends'} ${inWords(until)}.`,
        why: `It is used by ${[...signs, ...shows].join(', ')}. Apps that look at the date then refuse every login.`,
        fix: 'In authentik, open System > Certificates and generate another one, choose it in these providers, then: homeauth apply',
      }),
    ];
  });
  return found.length > 0 ? found : [ok(about)];
}
