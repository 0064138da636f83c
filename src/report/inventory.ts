import type { Inventory } from '../model/inventory.ts';
import type { Style } from './style.ts';
import { width } from './text.ts';

/** `homeauth status` in words. */
export function inventory({ login, release, config, containers, apps }: Inventory, style: Style): string {
  const wide = Math.max(0, ...[...containers, ...apps].map(({ name }) => width(name))) + 2;
  const pad = (text: string) => text + ' '.repeat(Math.max(1, wide - width(text)));
  return [
    `${style.colour.bold(login)}   authentik ${release}`,
    style.colour.dim(style.text(config)),
    '',
    ...containers.map(({ name, state, health }) => {
      const good = state === 'running' && health !== 'unhealthy';
      const words = health === 'none' || state !== 'running' ? state : `${state}, ${health}`;
      return `${style.mark(good ? (health === 'starting' ? 'wait' : 'done') : 'wrong')} ${pad(name)}${words}`;
    }),
    ...(apps.length > 0 ? [''] : ['', 'No apps yet. Your first one: homeauth add-app whoami']),
    ...apps.map(({ name, url, group, mode }) => {
      const who = mode === 'domain' ? 'everyone who can log in (domain)' : (group ?? 'everyone who can log in');
      return style.text(`  ${pad(name)}${url}   ${who}`);
    }),
  ].join('\n');
}
