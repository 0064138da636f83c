import type { Config, Listen } from '../config/config.ts';
import type { Template } from '../formats/template.ts';
import type { Attachment } from '../model/container.ts';
import type { Finding } from '../model/finding.ts';
import type { NetworkFacts } from '../model/networks.ts';
import type { CaddyPlace, Resource } from '../model/resource.ts';
import type { Via, World } from '../world/world.ts';
import type { TlsEnd } from './tls-end.ts';

/**
 * What homeauth needs of the reverse proxy in front of the apps, whichever it is and wherever it runs. The parts that
 * are called pure follow from what was found of it alone.
 */
export interface ReverseProxy {
  /** Where it meets authentik. Pure. */
  readonly meeting: Meeting;
  /** The addresses on that network from which it speaks: authentik believes what they say about a visitor. Pure. */
  speaksFrom(network: NetworkFacts): readonly string[];
  /**
   * homeauth's part of its configuration: a resource whose kind rehearses it, swaps it and reads it back. None where
   * the owner writes it. Pure.
   */
  part(config: Config, templates: Readonly<Record<string, Template>>): readonly Resource[];
  /**
   * The owner's own site for a host, as an app of homeauth.yaml, and what of it stays behind.
   * @throws Failure where there is none, or not one that can be taken over
   */
  ownersSite(host: string, world: Pick<World, 'files'>): Promise<TakenOver>;
  /** Where proofs dial, or why they cannot. */
  entrance(world: Pick<World, 'docker' | 'files' | 'http' | 'host'>): Promise<Entrance | Finding>;
  /** Who else may tell authentik, as a proxy does, where a visitor comes from. */
  peers(world: Pick<World, 'docker' | 'http'>): Promise<Finding[]>;
  /** Whether the release that runs has a hole that is known. */
  vulnerabilities(world: Pick<World, 'docker'>): Promise<Finding[]>;
}

/** What an app of homeauth.yaml says so that its site is as the owner's own was, and what of that stays behind. */
export interface TakenOver {
  readonly upstream?: string;
  readonly 'more-upstreams'?: string[];
  readonly 'upstream-tls'?: { readonly 'insecure-skip-verify': true };
  readonly encode?: true;
  readonly extra?: string;
  readonly leftBehind: readonly string[];
}

/** On a network of Docker's, or at a port of this server's, which Docker hands on through one of authentik's networks. */
export type Meeting =
  | { readonly at: 'network'; readonly network: Attachment }
  | { readonly at: 'port'; readonly listen: Listen; readonly through: string };

/** The reverse proxy as it was found. Plain data. */
export type ProxyFacts = CaddyFacts | ManualFacts;

/** One that its owner keeps. `listen`: where authentik listens for one on this server itself. */
export interface ManualFacts {
  readonly is: 'manual';
  readonly listen?: Listen;
  /** Its one address, where it is on another machine. */
  readonly address?: string;
  readonly tlsEnd?: TlsEnd;
}

/** A Caddy in whose configuration homeauth keeps a part of its own. */
export interface CaddyFacts extends CaddyPlace {
  readonly is: 'caddy';
  /** homeauth sets it up. */
  readonly own: boolean;
  /** Those of its container. */
  readonly networks: readonly string[];
  /** The Caddyfile as Caddy sees it, and as the host sees it. */
  readonly caddyfile: { readonly inside: string; readonly outside: string };
  /** `import`: a file of ours beside it and one import line; `block`: one marked block in it, written in place. */
  readonly how: 'import' | 'block';
  /** Where it listens for its owner's sites. */
  readonly listeners: Listeners;
  /** Where authentik listens for one that is on this server's own network. */
  readonly listen?: Listen;
  /** TLS ends before it. */
  readonly tlsEnd?: TlsEnd;
  /** Where its sites lead without asking authentik, as far as it keeps what it loaded. */
  readonly unasked?: readonly UnaskedWay[];
}

/** A site hands visitors on who were not asked for a login. */
export interface UnaskedWay {
  /** The host of the site, or where it listens. */
  readonly site: string;
  readonly dial: string;
}

/** Where a proxy listens for its owner's sites: homeauth's own take the same listeners over. */
export interface Listeners {
  readonly http: number;
  readonly https: number;
  /** The one port of all of its owner's sites, where TLS ends before it, and that port is neither of the two. */
  readonly plain?: number;
  /** What `bind` says in those sites, or `default_bind` for all of them; empty where it listens everywhere. */
  readonly bind: readonly string[];
}

/** Where proofs knock: at the proxy itself, whatever names resolve to; by name where it is the owner's own affair. */
export interface Entrance {
  /** The container that it runs in. */
  readonly container?: string;
  readonly unasked?: readonly UnaskedWay[];
  /** The command that shows its log. */
  readonly log?: string;
  readonly via?: Via;
  /** Where it takes plain http, beside it. */
  readonly httpPort?: number;
  /** The proxy's own authority, where it has one, as PEM. */
  readonly authority?: string;
  /** The command that copies that here. */
  readonly copyAuthority?: string;
}

export const isEntrance = (found: Entrance | Finding): found is Entrance => !('status' in found);

/** Whether anybody else can tell authentik, as a proxy does, where a visitor comes from. */
export const proxyPeers = { id: 'proxy-peers', title: 'only Caddy is a trusted proxy of authentik' };

/** What they could do. */
export const whatPeersDo =
  'authentik trusts what they say about a visitor: the address, which gets around the limit on password guesses, and the host.';
