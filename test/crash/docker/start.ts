import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { bundledProcess } from './bundle.ts';
import type { Orders } from './process.ts';

export interface Ended {
  readonly code: number | undefined;
  readonly killed: boolean;
  readonly out: string;
  readonly err: string;
  /** What it changed, or began to change. */
  readonly effects: readonly string[];
}

/**
 * Starts homeauth as a process of its own on the real Engine, which kills itself where it is told to, or is killed
 * after so many ms.
 */
export async function startProcess(orders: Omit<Orders, 'log'>, killAfter?: number): Promise<Ended> {
  const log = join(tmpdir(), `effects-${randomUUID()}`);
  const told: Orders = { ...orders, log };
  const running = execa(process.execPath, [await bundledProcess(), JSON.stringify(told)], {
    reject: false,
    stdin: 'ignore',
    timeout: 300_000,
  });
  const timer = killAfter === undefined ? undefined : setTimeout(() => running.kill('SIGKILL'), killAfter);
  const { exitCode, signal, stdout, stderr } = await running;
  clearTimeout(timer);
  const text = await readFile(log, 'utf8').catch(() => '');
  await rm(log, { force: true });
  return {
    code: exitCode,
    killed: signal === 'SIGKILL',
    out: stdout,
    err: stderr,
    effects: text.split('\n').filter(Boolean),
  };
}
