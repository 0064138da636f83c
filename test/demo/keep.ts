import { once } from 'node:events';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { openFront } from './front.ts';
import type { Machine } from './machine.ts';
import { password } from './place.ts';

/** Leaves everything running for a person with a browser, until Ctrl-C. */
export async function stay(machine: Machine, direct: boolean, { terminal, signal }: Runtime): Promise<void> {
  const { domain } = machine;
  const caddy = () => machine.world.docker.dialAddress('caddy', 443, 'caddy_caddynet');
  const front = direct ? undefined : await openFront(domain, caddy);
  const address = (host: string) => front?.address(host) ?? `https://${host}/`;
  const port = front && new URL(front.address(domain)).port;
  terminal.data(
    [
      '',
      'It stays as it is until you press Ctrl-C. In a browser on this machine open',
      `  ${terminal.stdout.colour.bold(address(`whoami.${domain}`))}`,
      `and log in as helen with the password ${password}. authentik's own page:`,
      `  ${address(`auth.${domain}`)}`,
      ...(port
        ? [
            'Is your browser on another computer? Run this there, and then open the same addresses:',
            `  ssh -L ${port}:127.0.0.1:${port} USER@SERVER`,
          ]
        : []),
      ...(direct ? ["The browser warns of a certificate by Caddy's own authority; go on past that."] : []),
    ].join('\n'),
  );
  if (!signal.aborted) await once(signal, 'abort');
  await front?.close();
}
