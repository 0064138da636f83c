import { arch, platform, release } from 'node:os';
import type { Call } from '../http/call.ts';
import { json } from '../http/reply.ts';
import { EMBEDDED } from '../seed.ts';
import { duration, url } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { type Handler, type Route, route } from './router.ts';

const SETTINGS: Fields = {
  avatars: { type: 'text' },
  default_user_change_name: { type: 'bool' },
  default_user_change_email: { type: 'bool' },
  default_user_change_username: { type: 'bool' },
  event_retention: { type: 'text', check: duration },
  reputation_lower_limit: { type: 'int' },
  reputation_upper_limit: { type: 'int' },
  footer_links: { type: 'any' },
  gdpr_compliance: { type: 'bool' },
  impersonation: { type: 'bool' },
  impersonation_require_reason: { type: 'bool' },
  default_token_duration: { type: 'text', check: duration },
  default_token_length: { type: 'int' },
  pagination_default_page_size: { type: 'int' },
  pagination_max_page_size: { type: 'int' },
  flags: { type: 'object', required: true },
};
const BASE_URL: Fields = { base_url: { type: 'text', blank: true, check: url('http', 'https') } };

/** `base_url` exists from 2026.8 on; before, it is an unknown field and dropped. */
function shown(call: Call): unknown {
  const { base_url = '', ...settings } = call.state.settings;
  return call.site.era.baseUrl ? { ...settings, base_url } : settings;
}

const change =
  (partial: boolean): Handler =>
  (call) => {
    const fields = call.site.era.baseUrl ? { ...SETTINGS, ...BASE_URL } : SETTINGS;
    Object.assign(call.state.settings, readFields(bodyOf(call), fields, partial));
    return json(200, shown(call));
  };

/** What authentik thinks it is called and whether the caller came by https: the proxy's diagnosis. */
function systemInfo(call: Call): unknown {
  const { state, site, method, path, host, secure } = call;
  const outpost = state.outposts.find((one) => one.managed === EMBEDDED);
  const sent = Object.entries(call.headers).map(
    ([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, String(value)] as const,
  );
  return {
    http_headers: {
      REQUEST_METHOD: method,
      QUERY_STRING: call.query.toString(),
      SCRIPT_NAME: '',
      PATH_INFO: path,
      SERVER_NAME: '/dev/shm/authentik-core.sock',
      SERVER_PORT: 'None',
      ...Object.fromEntries(sent),
    },
    http_host: host,
    http_is_secure: secure,
    runtime: {
      architecture: arch(),
      authentik_version: site.era.version,
      environment: 'compose',
      openssl_fips_enabled: null,
      openssl_version: `OpenSSL ${process.versions.openssl}`,
      platform: `${platform()}-${release()}`,
      python_version: 'none: this is a stand-in',
      uname: `${platform()} ${site.hostname} ${release()}`,
    },
    brand: state.brands.length > 0 ? 'Default brand' : 'Fallback brand',
    server_time: new Date().toISOString(),
    embedded_outpost_disabled: false,
    embedded_outpost_host: String(outpost?.config['authentik_host'] ?? ''),
    ...(site.era.baseUrl ? { base_url: String(state.settings['base_url'] ?? '') } : {}),
  };
}

const ERROR_REPORTING = {
  enabled: false,
  sentry_dsn: 'https://0@sentry.invalid/0',
  environment: 'customer',
  send_pii: false,
  traces_sample_rate: 0.1,
};

/** `can_save_media` is missing when the data directory cannot be written to. */
const rootConfig: Handler = ({ site }) =>
  json(200, {
    error_reporting: ERROR_REPORTING,
    capabilities: [
      ...(site.canSaveMedia ? ['can_save_media'] : []),
      'can_save_reports',
      'can_impersonate',
      'is_enterprise',
    ],
    cache_timeout: 300,
    cache_timeout_flows: 300,
    cache_timeout_policies: 300,
  });

const version: Handler = ({ site }) =>
  json(200, {
    version_current: site.era.version,
    version_latest: site.era.version,
    version_latest_valid: true,
    build_hash: '',
    outdated: false,
    outpost_outdated: false,
  });

/** A stopped worker stays on the list for half a minute. */
const workers: Handler = ({ state, site }) => {
  const alive = state.workers.filter((one) => site.now() - one.seen < 30_000);
  return json(
    200,
    alive.map(({ id, version }) => ({ worker_id: id, version, version_matching: version === site.era.version })),
  );
};

const tasks: Handler = ({ state }) =>
  json(200, {
    queued: state.queue.length,
    consumed: 0,
    preprocess: 0,
    running: 0,
    postprocess: 0,
    rejected: 0,
    done: state.blueprints.filter((one) => one.status === 'successful').length,
    info: 0,
    warning: 0,
    error: 0,
  });

export const systemRoutes: readonly Route[] = [
  route('/root/config/', { GET: rootConfig }, 'public'),
  route('/admin/version/', { GET: version }, 'anyone'),
  route('/admin/system/', { GET: (call) => json(200, systemInfo(call)), POST: (call) => json(200, systemInfo(call)) }),
  route('/admin/settings/', { GET: (call) => json(200, shown(call)), PUT: change(false), PATCH: change(true) }),
  route('/tasks/workers/', { GET: workers }),
  route('/tasks/tasks/status/', { GET: tasks }),
];
