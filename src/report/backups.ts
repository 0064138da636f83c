import { type Copy, type Loss, type Manifest, sizeOf } from '../model/copy.ts';
import type { Style } from './style.ts';
import { pairs, table } from './table.ts';
import { minute } from './time.ts';

const reasons: Readonly<Record<Manifest['why'], string>> = {
  asked: '',
  'before-restore': 'before a restore',
  'before-upgrade': 'before an upgrade',
};

/** `homeauth backup list` in words. */
export function copies(all: readonly Copy[], place: string, style: Style): string {
  if (all.length === 0) return style.text(`There is no copy in ${place}. Make one: homeauth backup`);
  const rows = all.map(({ name, manifest }) => [
    name,
    minute(manifest.made),
    bytes(sizeOf(manifest)),
    manifest.authentik,
    reasons[manifest.why],
  ]);
  return [style.text(place), '', table(['Copy', 'Made', 'Size', 'authentik', ''], rows, style)].join('\n');
}

/** What is left of a dataset's past, below the copies. */
export function snapshots(
  {
    dataset,
    snapshots: all,
  }: {
    readonly dataset: string;
    readonly snapshots: readonly { readonly name: string; readonly used: number }[];
  },
  style: Style,
): string {
  const rows = all.map(({ name, used }) => [`@${name}`, bytes(used)]);
  return [style.text(`ZFS snapshots of ${dataset}`), '', table(['Snapshot', 'Holds'], rows, style)].join('\n');
}

/** `homeauth backup show` in words. */
export function copy({ path, manifest }: Copy, style: Style): string {
  const { counts, people, apps, leftOut, files, why } = manifest;
  const reason = reasons[why];
  return pairs(
    [
      ['copy', path],
      ['made', `${minute(manifest.made)}${reason && `, ${reason}`}, by homeauth ${manifest.homeauth}`],
      ['of', `${manifest.domain}, ${manifest.baseDir}`],
      ['authentik', `${manifest.authentik}, PostgreSQL ${manifest.postgres}`],
      ['people', people?.map(({ username }) => username).join(', ') ?? 'not known: authentik did not answer then'],
      ['apps', apps.join(', ') || 'none'],
      ...(counts
        ? [
            [
              'counts',
              Object.entries(counts)
                .map(([of, n]) => `${n} ${of}`)
                .join(', '),
            ] as const,
          ]
        : []),
      ...(leftOut.length > 0
        ? [['without', 'rows of jobs, their log and caches, which a restore does not need'] as const]
        : []),
      ...Object.entries(files).map(([file, { size, sha256 }]) => [file, `${bytes(size)}, sha256 ${sha256}`] as const),
    ],
    style,
  );
}

/** What would be lost by going back to a copy. */
export const lossWords = ({ people, apps, back, known }: Loss): string[] => [
  ...(known
    ? []
    : ['It is not known who was added or removed since: authentik did not answer, now or when the copy was made.']),
  ...(people.length > 0 ? [`People who were added since go: ${people.join(', ')}`] : []),
  ...(apps.length > 0 ? [`Apps that were added since go: ${apps.join(', ')}`] : []),
  ...(back.length > 0 ? [`People who were removed or disabled since can log in again: ${back.join(', ')}`] : []),
  'Passwords, second factors, groups and settings that were changed since are lost.',
];

/** A copy for a script. */
export const copyData = ({ name, path, manifest }: Copy) => ({ name, path, size: sizeOf(manifest), ...manifest });

/** `12.3 MB`. */
export function bytes(count: number): string {
  const [unit, size] =
    count >= 1e9 ? (['GB', 1e9] as const) : count >= 1e6 ? (['MB', 1e6] as const) : (['kB', 1e3] as const);
  return `${(count / size).toFixed(1)} ${unit}`;
}
