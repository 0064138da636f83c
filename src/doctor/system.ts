import type { World } from '../world/world.ts';

type Machine = Pick<World, 'files' | 'host'>;

/** A system of its own kind, told by a file that only it has. */
const appliances = [
  { name: 'Synology', mark: '/etc/synoinfo.conf' },
  { name: 'Unraid', mark: '/etc/unraid-version' },
  { name: 'TrueNAS', mark: '/usr/bin/midclt' },
  { name: 'openmediavault', mark: '/etc/openmediavault/config.xml' },
] as const;

export type Appliance = (typeof appliances)[number]['name'];

/** Which NAS this is, if it is one. */
export async function applianceOf({ files }: Pick<World, 'files'>): Promise<Appliance | undefined> {
  for (const { name, mark } of appliances) {
    if ((await files.stat(mark).catch(() => undefined)) !== undefined) return name;
  }
  return undefined;
}

const ofAppliances: Readonly<Partial<Record<Appliance, string>>> = {
  Synology: 'In Package Center, install Container Manager.',
  Unraid: 'Under Settings > Docker, set "Enable Docker" to Yes.',
  TrueNAS: 'Under Apps, choose a pool for the apps: that starts Docker.',
};

const debian = 'apt-get update && apt-get install docker.io';

/** By ID or ID_LIKE of /etc/os-release. */
const ofDistributions: Readonly<Record<string, string>> = {
  debian,
  ubuntu: debian,
  fedora: 'dnf install moby-engine && systemctl enable --now docker',
  arch: 'pacman -S docker && systemctl enable --now docker',
  alpine: 'apk add docker && rc-update add docker && service docker start',
  suse: 'zypper install docker && systemctl enable --now docker',
  nixos: 'Set virtualisation.docker.enable = true in configuration.nix, then: nixos-rebuild switch',
};

/** How to get Docker on this machine, in one line. */
export async function dockerFor({ files, host }: Machine): Promise<string> {
  const appliance = await applianceOf({ files });
  const own = appliance && ofAppliances[appliance];
  if (own) return own;
  const { id, like } = await host.distribution();
  // Their own repositories have Podman only.
  const isRhel = [id, ...like].includes('rhel');
  const known = isRhel ? undefined : [id, ...like].find((name) => name in ofDistributions);
  return known === undefined ? 'See https://docs.docker.com/engine/install/' : ofDistributions[known]!;
}
