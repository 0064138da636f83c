import { createConfig } from '../../../src/config/create.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import { environmentOf } from '../../../src/desired/env-file.ts';
import type { Facts } from '../../../src/desired/facts.ts';
import { decodeEnv, encodeEnv } from '../../../src/formats/env.ts';
import { checkedEra } from '../../../src/installation/wanted-release.ts';
import { Failure } from '../../../src/model/failure.ts';
import { Secret } from '../../../src/model/secret.ts';
import { pick } from '../../config/random.ts';
import { nasty } from './nasty.ts';

/** What somebody may choose: four values that end in a container's environment. */
export interface Choice {
  readonly host: string;
  readonly username: string;
  readonly from: string;
  readonly password: string;
}

const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const label = (random: () => number) =>
  Array.from({ length: 1 + Math.floor(random() * 12) }, () => pick(random, letters)).join('');

/** A choice that homeauth.yaml accepts; others are refused there in words, and drawn again. */
export function drawChoice(random: () => number): { readonly choice: Choice; readonly text: string } {
  for (;;) {
    const host = [label(random), label(random), pick(random, ['com', 'de', 'home.arpa', 'xn--p1ai'])].join('.');
    const person = pick(random, ['Home', 'Zoë & Søn', nasty(random, 6), label(random)]);
    const choice = {
      host,
      username: pick(random, [nasty(random), label(random), `${label(random)}@${host}`]),
      from: `${person} <${label(random)}@${host}>`,
      password: nasty(random, 20) || label(random),
    };
    try {
      return { choice, text: textOf(choice) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}

const textOf = ({ host, username, from }: Choice): string =>
  createConfig({
    domain: 'home.example.com',
    'base-dir': '/srv/docker',
    admin: { username: 'helen', email: 'helen@example.com' },
    authentik: { version: '2026.8.6' },
    mail: { host, username, from, 'password-file': '/root/mail' },
  } as Parameters<typeof createConfig>[0]);

/** The env file that comes of it, as homeauth renders it. */
export function renderedEnv(text: string, { password }: Choice): string {
  const { config } = parseConfig(text, 'homeauth.yaml');
  const facts: Facts = {
    ours: new Set(),
    templates: {},
    configText: text,
    schemaText: '',
    secrets: { postgresPassword: new Secret('a'), secretKey: new Secret('b') },
    superuser: 'postgres',
    postgres: 17,
    phase: 'running',
    setupClosed: true,
    proxy: { is: 'manual' },
    ipv6: true,
    mailPassword: new Secret(password),
  };
  return encodeEnv(environmentOf(config, checkedEra(config), facts));
}

/** The four values as they stand in an environment. */
const inEnvironment = ({ host, username, from, password }: Choice): Readonly<Record<string, string>> => ({
  AUTHENTIK_EMAIL__HOST: host,
  AUTHENTIK_EMAIL__USERNAME: username,
  AUTHENTIK_EMAIL__FROM: from,
  AUTHENTIK_EMAIL__PASSWORD: password,
});

/** What authentik makes of a value: it takes for JSON whatever is JSON, so "5" alone would become a number. */
function asAuthentikReads(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    return value;
  }
}

/** Which of the four authentik would not take as they were chosen, whoever reads the file for it: we, or anybody else. */
export function unequal(choice: Choice, env: string, others: readonly Readonly<Record<string, string>>[]): string[] {
  const all = [decodeEnv(env), ...others];
  return Object.entries(inEnvironment(choice)).flatMap(([name, value]) => {
    const other = all.find((environment) => asAuthentikReads(environment[name]) !== value);
    return other ? [`${name}: ${JSON.stringify(value)} was read as ${JSON.stringify(other[name])}`] : [];
  });
}
