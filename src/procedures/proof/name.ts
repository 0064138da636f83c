import type { Finding } from '../../model/finding.ts';
import type { Scene } from './scene.ts';

/** Does a name lead to this server, as seen from here? */
export async function proveName({ world, config }: Scene, host: string): Promise<Finding[]> {
  const own = (await world.host.addresses()).map(({ address }) => address);
  const lan = config.lanAddress ?? own[0];
  const found = await world.host.resolve(host).catch(() => []);
  const common = { id: 'dns', title: `${host} resolves` };
  const here = found.filter((address) => address === lan || own.includes(address));
  if (here.length > 0) return [{ ...common, status: 'ok', answer: here.join(', ') }];
  const wildcard = `*.${config.domain}`;
  const width = Math.max(host.length, wildcard.length);
  const record = (name: string) => `${name.padEnd(width)}  A  ${lan ?? 'ADDRESS-OF-THIS-SERVER'}`;
  const once = host.endsWith(`.${config.domain}`) ? `\nor once for all:  ${record(wildcard)}` : '';
  const fix = `Add to your DNS:  ${record(host)}${once}`;
  if (found.length === 0) {
    return [{ ...common, status: 'warn', cause: `${host} does not resolve on this network yet.`, fix }];
  }
  const cause = `${host} resolves to ${found.join(', ')}, which is not this server. That is fine where another machine hands it on.`;
  return [{ ...common, status: 'warn', cause, fix }];
}
