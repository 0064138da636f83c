import type { Runtime } from '../installation/command-runtime.ts';
import { Failure } from '../model/failure.ts';
import { Secret } from '../model/secret.ts';

/** Takes one line of the trace. */
type Write = (line: string) => void;
type Call = (...args: readonly unknown[]) => unknown;

/** The longest name or path that is shown, in characters. */
const longest = 160;
/** Adapters that reach out of the process. The clock and random values say nothing about the machine. */
const adapters = ['files', 'tar', 'zfs', 'restic', 'docker', 'http', 'ldap', 'mail', 'host', 'locks'] as const;

/**
 * The same runtime, which tells of every call to the world: what, on what, how long it took, what came back.
 * Names, paths and addresses are shown; contents, headers, bodies and query strings only by their size or their keys,
 * because any of them can hold a secret.
 */
export function traced(runtime: Runtime, write: Write): Runtime {
  const { now } = runtime.world.clock;
  const wrap = <A extends object>(name: string, adapter: A): A =>
    new Proxy(adapter, {
      get(target, property, receiver) {
        const value: unknown = Reflect.get(target, property, receiver);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as Call;
        return (...args: readonly unknown[]) => told(`${name}.${String(property)} ${onWhat(name, args)}`, call, args);
      },
    });

  function told(what: string, call: Call, args: readonly unknown[]): unknown {
    const began = now();
    const tell = (came: string) =>
      write(`debug ${String(Math.round(now() - began)).padStart(5)} ms  ${what.trimEnd()} → ${came}`);
    const failed = (error: unknown): never => {
      tell(error instanceof Failure ? `${error.code}: ${error.problem}` : String(error));
      throw error;
    };
    try {
      const result = call(...args);
      if (!(result instanceof Promise)) {
        tell(sizeOf(result));
        return result;
      }
      return result.then((value: unknown) => {
        tell(sizeOf(value));
        return value;
      }, failed);
    } catch (error) {
      return failed(error);
    }
  }

  const { world, connect } = runtime;
  return {
    ...runtime,
    world: { ...world, ...Object.fromEntries(adapters.map((name) => [name, wrap(name, world[name])])) },
    connect: (options) => wrap('authentik', connect(options)),
  };
}

/** What a file call writes stands behind its path; every other text that is handed over is a name. */
function onWhat(adapter: string, args: readonly unknown[]): string {
  return args
    .map((arg, n) => (typeof arg === 'string' && (n === 0 || adapter !== 'files') ? cut(arg) : shown(arg)))
    .join(' ');
}

function shown(arg: unknown): string {
  if (Array.isArray(arg) && arg.every((word) => typeof word === 'string')) return cut(arg.join(' '));
  if (typeof arg !== 'object' || arg === null || arg instanceof Secret) return sizeOf(arg);
  if ('url' in arg && typeof arg.url === 'string') {
    const { method = 'GET' } = arg as { readonly method?: string };
    const url = 'secret' in arg ? new URL(arg.url).origin : arg.url.replace(/[?#].*$/s, '?…');
    return cut(`${method} ${url}`);
  }
  if ('name' in arg && typeof arg.name === 'string') return cut(arg.name);
  return sizeOf(arg);
}

function sizeOf(value: unknown): string {
  if (value === undefined) return '-';
  if (typeof value === 'string') return `${value.length} characters`;
  if (Array.isArray(value)) return `${value.length} items`;
  if (typeof value !== 'object' || value === null || value instanceof Secret) return String(value);
  if ('status' in value && typeof value.status === 'number') return String(value.status);
  const keys = Object.keys(value);
  return `{${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ' …' : ''}}`;
}

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);
