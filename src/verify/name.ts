import { type Finding, ok, wrong } from '../model/finding.ts';
import type { ProbeContext } from './probe.ts';

/** Does a name lead to this server, as seen from here? */
export async function proveName({ world, config }: ProbeContext, host: string): Promise<Finding[]> {
  const own = (await world.host.addresses()).map(({ address }) => address);
  const lan = config.lanAddress ?? own[0];
  const found = await world.host.resolve(host).catch(() => []);
  const common = { id: 'dns', title: `${host} resolves` };
  const isBelow = host.endsWith(`.${config.domain}`);
  const here = found.filter((address) => [lan, config.proxyAddress, ...own].includes(address));
  if (here.length > 0) {
    const family = { is: 'names', name: host, title: `names below ${config.domain} resolve` };
    return [ok({ ...common, answer: here.join(', '), ...(isBelow && { family }) })];
  }
  const wildcard = `*.${config.domain}`;
  const width = Math.max(host.length, wildcard.length);
  const target = config.proxyAddress === undefined ? (lan ?? 'ADDRESS-OF-THIS-SERVER') : 'ADDRESS-OF-YOUR-PROXY';
  const record = (name: string) => `${name.padEnd(width)}  A  ${target}`;
  const once = isBelow ? [`or once for all:  ${record(wildcard)}`] : [];
  const fix = [`Add to your DNS:  ${record(host)}`, ...once];
  if (found.length === 0) {
    const problem = `${host} does not resolve on this network yet.`;
    if (!isBelow) return [wrong(common, 'warn', { problem, fix })];
    const family = {
      is: 'names',
      name: host,
      issue: {
        problem: `Names below ${config.domain} do not resolve on this network yet.`,
        fix: `Add to your DNS:  ${wildcard}  A  ${target}`,
      },
    };
    return [wrong({ ...common, family }, 'warn', { problem, fix })];
  }
  const family = { is: found.join(', '), name: host };
  const problem = `${host} resolves to ${found.join(', ')}, which is not this server.`;
  return [
    wrong({ ...common, family }, 'warn', {
      problem,
      why: 'That is fine if that machine forwards requests to this one.',
      fix,
    }),
  ];
}

/** That a name leads nowhere, or elsewhere: no news after every command. */
export const isAboutName = ({ id, status }: Finding): boolean => id === 'dns' && status === 'warn';
