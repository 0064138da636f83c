import { type Duplex, Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../model/failure.ts';
import { reveal } from '../../model/secret.ts';
import { type Api, isLost, lostAnswer } from './api.ts';
import { containerPath } from './containers.ts';
import type { ExecOptions, ExecResult } from './docker.ts';
import { divide, framesOf, textOf } from './frames.ts';
import { Refusal } from './refusal.ts';

/** A shell's word for: there is no such program. */
const noSuchProgram = 127;
/** How often, and how far apart in ms, the exit code is asked for once the output has ended. */
const asks = 20;
const pause = 100;

/** Runs a program inside a container and waits for its end. `stdin` is sent whole, then closed. */
export async function execIn(
  api: Api,
  container: string,
  argv: readonly string[],
  { stdin, stdout, cwd, user, environment }: ExecOptions,
): Promise<ExecResult> {
  const id = await createExec(api, container, {
    Cmd: argv,
    AttachStdin: stdin !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    ...(cwd !== undefined && { WorkingDir: cwd }),
    ...(user !== undefined && { User: user }),
    ...(environment && { Env: Object.entries(environment).map(([name, value]) => `${name}=${reveal(value)}`) }),
  });
  const output: Buffer[] = [];
  let poured: string | undefined;
  try {
    const stream = await api.open('POST', `/exec/${id}/start`, { body: { Detach: false, Tty: false }, hijack: true });
    if (typeof stdin === 'string') stream.end(stdin);
    else if (stdin) stdin.on('error', (error) => stream.destroy(error)).pipe(stream);
    if (stdout) poured = await dividedInto(stdout, stream, id);
    else {
      stream.on('data', (chunk: Buffer) => output.push(chunk));
      // A program may end without reading what it was sent; its exit code tells, so the broken pipe need not.
      await finished(stream, { writable: false }).catch(() => undefined);
    }
    if (stdin instanceof Readable && stdin.errored) throw stdin.errored;
  } catch (error) {
    if (error instanceof Refusal && /executable file not found|no such file or directory/i.test(error.words)) {
      return { code: noSuchProgram, stdout: '', stderr: error.words };
    }
    throw error;
  } finally {
    if (stdin instanceof Readable) stdin.destroy();
  }
  const code = await exitCode(api, id);
  if (poured !== undefined) return { code, stdout: '', stderr: poured };
  const frames = framesOf(Buffer.concat(output));
  return {
    code,
    stdout: textOf(frames.filter(({ stream }) => stream === 'stdout')),
    stderr: textOf(frames.filter(({ stream }) => stream === 'stderr')),
  };
}

/** What is poured must be whole: a connection that broke is told, as its exit code may be fine all the same. */
async function dividedInto(stdout: Writable, stream: Duplex, id: string): Promise<string> {
  try {
    return await divide(stream, stdout);
  } catch (error) {
    stream.destroy();
    if (stdout.errored) throw stdout.errored;
    throw isLost(error) ? lostAnswer({ method: 'POST', path: `/exec/${id}/start` }, error) : error;
  }
}

async function createExec(api: Api, container: string, body: object): Promise<string> {
  try {
    return (await api.touch<{ readonly Id: string }>('POST', containerPath(container, '/exec'), { body })).Id;
  } catch (error) {
    if (!(error instanceof Refusal && [404, 409].includes(error.status))) throw error;
    throw new Failure({
      code: 'container-not-running',
      problem: `The container ${container} is not running.`,
      details: error.words,
      fix: `Start it:  docker start ${container}   (and if it does not stay up:  docker logs --tail 50 ${container})`,
    });
  }
}

async function exitCode(api: Api, id: string): Promise<number> {
  const path = `/exec/${id}/json`;
  for (let n = 0; n < asks; n++) {
    const exec = await api.look<{ readonly Running: boolean; readonly ExitCode: number | null }>(path);
    if (exec && !exec.Running && exec.ExitCode !== null) return exec.ExitCode;
    await sleep(pause);
  }
  throw lostAnswer(
    { method: 'POST', path: `/exec/${id}/start` },
    new Error('It still runs, and its output has ended.'),
  );
}
