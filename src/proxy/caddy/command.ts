import type { Docker, ExecResult } from '../../world/docker/docker.ts';

/** Caddy's command line, inside its own container: the same modules, variables and files that the server has. */
export interface CaddyCommand {
  run(args: readonly string[], stdin?: string): Promise<ExecResult>;
  /** Any other program there. */
  other(argv: readonly string[]): Promise<ExecResult>;
}

export function caddyCommand(docker: Docker, container: string, caddyfile: string): CaddyCommand {
  // Caddy resolves the imports of a text from stdin from the working directory.
  const cwd = caddyfile.slice(0, caddyfile.lastIndexOf('/')) || '/';
  return {
    run: (args, stdin) => docker.exec(container, ['caddy', ...args], { cwd, ...(stdin !== undefined && { stdin }) }),
    other: (argv) => docker.exec(container, argv, { cwd }),
  };
}

/** What Caddy said went wrong, without its log lines. */
export function complaint({ stdout, stderr }: ExecResult): string {
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{"'));
  const error = lines.findLast((line) => line.startsWith('Error: ')) ?? lines.at(-1) ?? 'It gave no reason.';
  return error.replace(/^Error: (adapting config using caddyfile: )?/, '').replace(/(^|[\s[('"])-:(\d+)/g, '$1line $2');
}
