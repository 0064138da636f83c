import type { CommonFlags } from '../cli/define-command.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { textForProxy } from '../installation/manual.ts';
import { open } from '../installation/open.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { screenOf } from './screen.ts';

const files = {
  caddy: 'homeauth.caddy',
  nginx: 'nginx.conf',
  npm: 'nginx-proxy-manager.conf',
  traefik: 'traefik.yml',
  'traefik-labels': 'traefik-labels.yml',
} as const;

/** `homeauth proxy text [KIND]`: what a proxy that its owner keeps has to load, as homeauth.yaml says now. */
export async function proxyText(
  kind: keyof typeof files = 'caddy',
  flags: CommonFlags,
  runtime: Runtime,
): Promise<ExitCode> {
  const installation = await open(flags.config, runtime);
  if (installation.config.proxy !== 'manual') {
    throw new Failure({
      code: 'proxy-not-manual',
      problem: `homeauth keeps its part of your proxy itself (proxy: ${installation.config.proxy}).`,
      fix: 'There is nothing to copy. To keep it yourself, write proxy: manual into homeauth.yaml, then: homeauth apply',
    });
  }
  const text = await textForProxy(installation, files[kind]);
  return screenOf(runtime, 'proxy text').result(text.trimEnd(), { kind, text });
}
