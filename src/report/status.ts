import type { Status } from '../model/status.ts';
import type { Style } from './style.ts';
import { width } from './text.ts';
import { troubled } from './trouble.ts';

/** As much of a digest as Docker shows: `sha256:` and twelve digits. */
const shown = 19;

/** `homeauth status` in words. */
export function statusText(
  { login, release, config, unfinished, containers, images, trouble, apps }: Status,
  style: Style,
): string {
  const pad = columnOf(containers);
  const padImage = columnOf(images.map(({ reference }) => ({ name: reference })));
  const padApp = columnOf(apps);
  return [
    `${style.colour.bold(login)}   authentik ${release}`,
    style.colour.dim(style.text(config)),
    '',
    ...(unfinished ? ['The set-up has not come to its end. Go on with it: homeauth init', ''] : []),
    ...(trouble ? [...troubled(trouble, style), ''] : []),
    ...containers.map(({ name, state, health }) => {
      const good = state === 'running' && health !== 'unhealthy';
      const words = health === 'none' || state !== 'running' ? state : `${state}, ${health}`;
      return style.marked(good ? (health === 'starting' ? 'wait' : 'done') : 'wrong', `${pad(name)}${words}`);
    }),
    ...(images.length > 0 ? [''] : []),
    ...images.map(({ reference, digest }) =>
      style.text(`  ${padImage(reference)}${digest?.slice(0, shown) ?? 'not pinned: no registry told its digest'}`),
    ),
    ...(apps.length > 0 || unfinished ? [''] : ['', 'No apps yet. Your first one: homeauth add-app whoami']),
    ...apps.map(({ name, url, group, mode, login, notMade }) => {
      if (notMade)
        return style.marked('wait', `${padApp(name)}${url}   not set up yet${unfinished ? '' : ': homeauth apply'}`);
      const anybody = login === 'none' ? 'everybody: authentik has no part in it' : undefined;
      const who =
        anybody ?? (mode === 'domain' ? 'everyone who can log in (domain)' : (group ?? 'everyone who can log in'));
      return style.text(`  ${padApp(name)}${url}   ${who}`);
    }),
  ].join('\n');
}

/** Names padded to the longest of them. */
function columnOf(rows: readonly { readonly name: string }[]): (name: string) => string {
  const wide = Math.max(...rows.map(({ name }) => width(name))) + 2;
  return (name) => name + ' '.repeat(wide - width(name));
}
