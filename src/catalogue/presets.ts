/** An app of the catalogue that homeauth starts by itself. */
export interface Preset {
  /** What `homeauth add-app NAME` takes; also the container's name. */
  readonly name: string;
  readonly title: string;
  /** Pinned exactly: a demonstration that changes by itself proves nothing. */
  readonly image: string;
  /** The port inside the container, plain HTTP. */
  readonly port: number;
}

/** Those with `start` in catalogue/, once more: homeauth.yaml is read without a look at any other file. */
export const presets: readonly Preset[] = [
  { name: 'whoami', title: 'whoami', image: 'traefik/whoami:v1.11.0', port: 80 },
];

/** The preset of exactly this name. */
export function findPreset(name: string): Preset | undefined {
  return presets.find((preset) => preset.name === name);
}
