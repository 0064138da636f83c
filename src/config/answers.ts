import type { Config } from './config.ts';
import { normaliseDir } from './directory.ts';
import type { Answers } from './questions.ts';
import { tlsEndsIn } from './tls-end.ts';

/** What somebody answered and the file says otherwise: a key of homeauth.yaml, both values. */
export interface Contradiction {
  readonly key: string;
  readonly says: string;
  readonly answered: string;
}

/** Where answers and an existing homeauth.yaml contradict each other. Pure. */
export function contradictions(answers: Answers, config: Config): Contradiction[] {
  const { admin, authentik } = config;
  const there: readonly (readonly [keyof Answers, key: string, says: string | boolean | undefined])[] = [
    ['domain', 'domain', config.domain],
    ['base-dir', 'base-dir', config.baseDir],
    ['auth-host', 'auth-host', config.authHost],
    ['name', 'admin.name', admin.name],
    ['admin', 'admin.username', admin.username],
    ['email', 'admin.email', admin.email],
    ['authentik-version', 'authentik.version', authentik.version],
    ['consent', 'authentik.consent', authentik.consent],
    ['allow-unsupported', 'authentik.allow-unsupported', authentik.allowUnsupported],
    ['proxy', 'proxy', config.proxy],
    ['listen', 'listen', config.listen && `${config.listen.address}:${config.listen.port}`],
    ['proxy-address', 'proxy-address', config.proxyAddress],
    ['caddy-container', 'caddy-container', config.caddyContainer],
    ['tls', 'tls', config.tls],
    ['tls-from', 'tls-from', config.tlsFrom?.join()],
    ['second-factor', 'policies.second-factor', config.policies.secondFactor],
  ];
  return there.flatMap(([id, key, value]) => {
    const given = answers[id];
    if (given === undefined) return [];
    const answered = asWritten(id, String(given));
    const says = String(value ?? 'nothing');
    return answered === says ? [] : [{ key, says, answered }];
  });
}

/** As homeauth.yaml has it. */
function asWritten(id: keyof Answers, given: string): string {
  if (id === 'base-dir') return normaliseDir(given);
  return id === 'tls-from' ? tlsEndsIn(given).join() : given;
}
