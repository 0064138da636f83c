import type { Readable, Writable } from 'node:stream';
import { Failure } from '../model/failure.ts';
import { codeOf } from './file-failures.ts';
import type { Tar } from './world.ts';

/** GNU tar's word for: a file was changed while it was read. Caddy writes its own whenever it likes. */
const changedMeanwhile = 1;

/** The `tar` command of this machine. */
export function tarCommand(command = 'tar'): Tar {
  async function tar(args: readonly string[], stdin?: Readable, stdout?: Writable): Promise<string> {
    const { execa } = await import('execa');
    const child = execa(command, args, {
      reject: false,
      buffer: { stdout: stdout === undefined, stderr: true },
      stdin: stdin ? 'pipe' : 'ignore',
      env: { LC_ALL: 'C' },
      stripFinalNewline: false,
    });
    const moved: Promise<unknown>[] = [];
    const { pipeline } = await import('node:stream/promises');
    // Where tar ends early, its exit status tells why.
    if (stdin && child.stdin) moved.push(pipeline(stdin, child.stdin).catch(() => undefined));
    if (stdout && child.stdout) moved.push(pipeline(child.stdout, stdout, { end: false }));
    const [{ exitCode, stdout: out, stderr, code }] = await Promise.all([child, ...moved]);
    if (stdin?.errored && codeOf(stdin.errored) !== 'ERR_STREAM_PREMATURE_CLOSE') throw stdin.errored;
    if (exitCode === 0 || (exitCode === changedMeanwhile && args[0] === '--create')) return String(out ?? '');
    throw new Failure({
      code: 'tar-failed',
      problem:
        code === 'ENOENT'
          ? 'There is no program tar on this machine, which packs and unpacks the files of a copy.'
          : `tar could not ${args[0] === '--create' ? 'pack' : 'unpack'} files: it ended with status ${exitCode}.`,
      ...(stderr && { details: String(stderr).trim().slice(-2000) }),
      fix:
        code === 'ENOENT'
          ? 'Install it, then run the command again.'
          : 'Put right what tar names, then run the command again.',
    });
  }

  return {
    async pack(directory, names, without, into) {
      const excluded = without.map((name) => `--exclude=${name}`);
      await tar(
        ['--create', '--file=-', '--numeric-owner', ...excluded, '-C', directory, '--', ...names],
        undefined,
        into,
      );
    },
    async unpack(from, directory) {
      await tar(
        ['--extract', '--file=-', '--numeric-owner', '--same-owner', '--preserve-permissions', '-C', directory],
        from,
      );
    },
    async names(from) {
      const listed = await tar(['--list', '--file=-', '--quoting-style=literal'], from);
      return listed.split('\n').filter((name) => name !== '');
    },
  };
}
