import type { Config } from '../config/config.ts';
import type { Era } from '../model/release.ts';
import type { Id, Owner, Resource } from '../model/resource.ts';
import { manualFolder } from '../proxy/manual.ts';
import type { Facts } from './facts.ts';
import { type Layout, secretNames } from './layout.ts';

const root: Owner = { uid: 0, gid: 0 };
/** authentik's image runs as this user and never changes the owner of what it finds. */
const authentik: Owner = { uid: 1000, gid: 1000 };
/** What authentik only reads is root's: on most servers user 1000 is a person. */
const authentikReads: Owner = { uid: 0, gid: 1000 };
/** The postgres user of the Alpine image. */
const postgres: Owner = { uid: 70, gid: 70 };
/** The redis user of the Alpine image, which has it in authentik's group number. */
const redis: Owner = { uid: 999, gid: 1000 };

/** The base directory, where homeauth has to make it: one that is there is left as it is. */
export function place({ baseDir }: Config, facts: Facts): Resource[] {
  if (!facts.baseMissing && !facts.ours.has(`directory:${baseDir}`)) return [];
  return [{ kind: 'directory', key: baseDir, spec: { mode: 0o755, owner: root }, home: true }];
}

/** A dataset of its own, where the base directory is one. */
export function dataset(layout: Layout, { parentDataset }: Facts): Resource[] {
  if (!parentDataset) return [];
  return [{ kind: 'dataset', key: `${parentDataset}/authentik`, spec: { mountpoint: layout.root }, home: true }];
}

export function base(layout: Layout): Resource[] {
  return [{ kind: 'directory', key: layout.root, spec: { mode: 0o755, owner: root }, home: true }];
}

export function home(layout: Layout, pointerPath: string): Resource[] {
  const signpost = pointerPath.slice(0, pointerPath.lastIndexOf('/'));
  return [
    { kind: 'directory', key: layout.home, spec: { mode: 0o700, owner: root }, home: true },
    { kind: 'directory', key: signpost, spec: { mode: 0o755, owner: root } },
  ];
}

/** What the user said, where commands find it, and where editors find its schema. Letting go begins at the end. */
export function statement(layout: Layout, facts: Facts, pointerPath: string): Resource[] {
  return [
    { kind: 'file', key: layout.config, spec: { content: facts.configText, mode: 0o644 }, precious: true },
    { kind: 'file', key: pointerPath, spec: { content: `${layout.config}\n`, mode: 0o644 } },
    { kind: 'file', key: layout.schema, spec: { content: facts.schemaText, mode: 0o644 } },
  ];
}

export function directories(layout: Layout, era: Era): Resource[] {
  const folder = (key: string, owner: Owner, mode: number) => ({
    kind: 'directory' as const,
    key,
    spec: { mode, owner },
  });
  return [
    { ...folder(layout.certs, authentikReads, 0o750), precious: true },
    { ...folder(layout.templates, authentikReads, 0o750), precious: true },
    { ...folder(`${layout.root}/${era.storage.folder}`, authentik, 0o750), precious: true },
    { ...folder(layout.database, postgres, 0o700), precious: true },
    ...(era.needsRedis ? [{ ...folder(layout.redis, redis, 0o750), precious: true as const }] : []),
  ];
}

/** The folder of the texts for a proxy that its owner keeps. */
export const proxyTexts = ({ baseDir }: Config, { proxy }: Facts): Resource[] =>
  proxy.is === 'manual' ? [{ kind: 'directory', key: manualFolder(baseDir), spec: { mode: 0o755, owner: root } }] : [];

/** The data directory that authentik's objects live in. */
export const dataId = (layout: Layout): Id => `directory:${layout.database}`;

/** Every secret is on disk before any server hears of it. */
export function secrets(layout: Layout, facts: Facts): Resource[] {
  const lockedBy = layout.database;
  return [
    { kind: 'secrets', key: layout.env, spec: { names: secretNames.stack, lockedBy }, precious: true },
    { kind: 'secrets', key: layout.token, spec: { names: secretNames.token }, precious: true },
    ...(facts.phase === 'bootstrap'
      ? [{ kind: 'secrets' as const, key: layout.bootstrap, spec: { names: secretNames.bootstrap } }]
      : []),
    ...(facts.makesPassword || facts.madePassword
      ? [{ kind: 'secrets' as const, key: layout.adminPassword, spec: {} }]
      : []),
    ...(facts.cloudflareToken
      ? [{ kind: 'file' as const, key: layout.cloudflareToken, spec: { content: facts.cloudflareToken, mode: 0o600 } }]
      : []),
  ];
}
