import { parseConfig } from '../../src/config/parse.ts';
import { Failure } from '../../src/model/failure.ts';

/** A file with nothing left out and a comment at every place where people put one. */
export const full = `# yaml-language-server: $schema=.homeauth/homeauth.schema.json
domain: home.example.com   # the house
base-dir: /rpool/encrypted/docker
auth-host: login.home.example.com
lan-address: 192.168.0.4
admin:
  # that is me
  username: helen
  name: "Helen"
  email: helen@example.com
authentik:
  version: '2026.8.6' # pinned
  consent: implicit
proxy: caddy
tls: cloudflare
zfs-dataset: false
mail:
  host: smtp.example.com
  username: helen
  password-file: /root/smtp-password
  from: Home <auth@example.com>
groups:
  - family # all of us
  - guests

# what stands behind the login
apps:
  # the first one
  - whoami   # demo
  - name: wiki
    upstream: http://wiki:3000/
    group: family # and friends
    open-paths: [/health, '/share/*']
  # - name: old
  #   upstream: old:80

  - {name: photos, upstream: '192.168.0.5:2283', mode: domain}
# the end
`;

export const small = `domain: home.example.com
base-dir: /srv
admin: { username: helen, email: helen@example.com }
authentik: { version: 2026.8.6 }
`;

/** What a person reads of an error, or undefined where there is none. Anything but a Failure is thrown on. */
export function complaint(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error.problem, error.why, error.details, error.fix].filter((part) => part !== undefined).join('\n');
  }
}

export function complaintAbout(text: string): string | undefined {
  return complaint(() => parseConfig(text, 'homeauth.yaml'));
}
