import type Docker from 'dockerode';
import type { NetworkFound, NetworkSpec } from '../../model/container.ts';
import { exitCodes, Failure } from '../../model/failure.ts';
import { composeLabel } from '../../model/label.ts';
import type { Api } from './api.ts';
import { Refusal, tolerating } from './refusal.ts';

export const networkPath = (name: string, rest = ''): string => `/networks/${encodeURIComponent(name)}${rest}`;

export async function inspectNetwork(api: Api, name: string): Promise<NetworkFound | undefined> {
  const found = await api.look<Docker.NetworkInspectInfo>(networkPath(name));
  // The engine also takes the beginning of an id for a name.
  if (found?.Name !== name) return undefined;
  const open = Object.entries(found.Options ?? {}).find(
    ([option, mode]) => /\.gateway_mode_ipv[46]$/.test(option) && /^(?:routed|nat-unprotected)$/.test(mode),
  )?.[1];
  return {
    project: found.Labels?.[composeLabel.project] ?? '',
    network: found.Labels?.[composeLabel.network] ?? '',
    driver: found.Driver,
    ...(open && { gatewayMode: open }),
    subnets: (found.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
    // Some releases write it with the subnet's length behind it.
    gateways: (found.IPAM?.Config ?? []).flatMap(({ Gateway }) => Gateway?.split('/', 1) ?? []),
  };
}

/**
 * Makes a network that Compose takes for the project's own. Without a config-hash on purpose: Compose accepts that, and
 * would make one with another hash anew.
 */
export async function createNetwork(
  api: Api,
  name: string,
  { project, network, internal }: NetworkSpec,
): Promise<void> {
  const body = {
    Name: name,
    Driver: 'bridge',
    // Before API 1.44 the engine makes a second network of the same name unless told.
    CheckDuplicate: true,
    ...(internal && { Internal: true }),
    Labels: { [composeLabel.project]: project, [composeLabel.network]: network },
  };
  await tolerating([409], api.touch('POST', '/networks/create', { body })).catch((error: unknown) => {
    if (!(error instanceof Refusal && /address pool/.test(error.words))) throw error;
    throw new Failure({
      code: 'network-pool-full',
      problem: `Docker has no address range left for the network ${name}.`,
      details: error.words,
      fix: 'Remove networks that nothing uses:  docker network prune   then run the same command again.',
      exit: exitCodes.halfway,
    });
  });
}

export const removeNetwork = (api: Api, name: string): Promise<void> =>
  tolerating([404], api.touch('DELETE', networkPath(name)));
