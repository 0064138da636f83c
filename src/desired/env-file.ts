import type { Config } from '../config/config.ts';
import { parseJson } from '../formats/json.ts';
import { door, innerHost, type NetworkFacts } from '../model/networks.ts';
import type { Era } from '../model/release.ts';
import { proxyOf } from '../proxy/choose.ts';
import type { Facts } from './facts.ts';

/** The peers whose X-Forwarded-* authentik may believe: itself, and the proxy on the network where the two meet. */
function trusted(facts: Facts): string {
  const peers = proxyOf(facts.proxy).speaksFrom(meetingFacts(facts) ?? { subnets: [], gateways: [] });
  return ['127.0.0.0/8', ...peers].join(',');
}

/**
 * What container-vars.env says, in its order: the names that the by-hand guide uses, then what today's releases need.
 * The database password is given twice, because `${…}` is expanded by some readers of such files and not by others.
 */
export function environmentOf(config: Config, era: Era, facts: Facts): Record<string, string> {
  const postgresPassword = facts.secrets?.postgresPassword.reveal() ?? '';
  return {
    POSTGRES_DB: 'authentik',
    POSTGRES_USER: facts.superuser,
    POSTGRES_PASSWORD: postgresPassword,
    AUTHENTIK_SECRET_KEY: facts.secrets?.secretKey.reveal() ?? '',
    AUTHENTIK_POSTGRESQL__HOST: innerHost('authentik-postgresql'),
    AUTHENTIK_POSTGRESQL__NAME: 'authentik',
    AUTHENTIK_POSTGRESQL__USER: 'authentik',
    AUTHENTIK_POSTGRESQL__PASSWORD: postgresPassword,
    ...(era.needsRedis && { AUTHENTIK_REDIS__HOST: innerHost('authentik-redis') }),
    AUTHENTIK_AVATARS: 'none',
    AUTHENTIK_DISABLE_STARTUP_ANALYTICS: 'true',
    AUTHENTIK_ERROR_REPORTING__ENABLED: 'false',
    AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS: trusted(facts),
    // From 2026.5 on it listens on [::], and a kernel without IPv6 refuses that.
    ...(era.listensOnIpv6 &&
      !facts.ipv6 && {
        AUTHENTIK_LISTEN__HTTP: '0.0.0.0:9000',
        AUTHENTIK_LISTEN__HTTPS: '0.0.0.0:9443',
        AUTHENTIK_LISTEN__METRICS: '0.0.0.0:9300',
      }),
    ...(era.hasBaseUrl && { AUTHENTIK_WEB__BASE_URL: `https://${config.authHost}` }),
    ...mail(config, facts),
  };
}

/** Those of them that the database's container is told: it never hears authentik's key or the mail password. */
export const databaseVariables = (all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('POSTGRES_')));

/** authentik takes a value for JSON where it can: a password of digits alone would be a number, and no password. */
const asText = (value: string): string => (parseJson(value) === undefined ? value : JSON.stringify(value));

function mail({ mail: settings }: Config, facts: Facts): Record<string, string> {
  if (!settings) return {};
  return {
    AUTHENTIK_EMAIL__HOST: settings.host,
    AUTHENTIK_EMAIL__PORT: String(settings.port),
    ...(settings.username !== undefined && { AUTHENTIK_EMAIL__USERNAME: asText(settings.username) }),
    ...(facts.mailPassword && { AUTHENTIK_EMAIL__PASSWORD: asText(facts.mailPassword.reveal()) }),
    AUTHENTIK_EMAIL__FROM: asText(settings.from),
    AUTHENTIK_EMAIL__USE_TLS: String(settings.tls === 'starttls'),
    AUTHENTIK_EMAIL__USE_SSL: String(settings.tls === 'implicit'),
  };
}

/** What is known of the network where the proxy meets authentik. */
function meetingFacts(facts: Facts): NetworkFacts | undefined {
  const { meeting } = proxyOf(facts.proxy);
  if (meeting.at === 'port') return facts.backendNetwork;
  return meeting.network === door ? facts.doorNetwork : facts.proxyNetwork;
}
