import type { Readable, Writable } from 'node:stream';
import type { Owner } from '../model/resource.ts';
import type { Secret } from '../model/secret.ts';
import type { Step } from '../model/trust.ts';
import type { Authentik } from './authentik/api.ts';
import type { Docker, ExecResult } from './docker/docker.ts';
import type { Ldap } from './ldap.ts';
import type { Mail } from './mail.ts';
import type { Restic } from './restic.ts';
import type { Zfs } from './zfs.ts';

/** Everything outside the process. Production wires the adapters; tests wire fakes, or wrap these to cut the power. */
export interface World {
  readonly files: Files;
  readonly tar: Tar;
  readonly zfs: Zfs;
  readonly restic: Restic;
  readonly docker: Docker;
  readonly authentik: Authentik;
  readonly http: Http;
  readonly ldap: Ldap;
  readonly mail: Mail;
  readonly host: Host;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly random: Random;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly owner: Owner;
  /** Bytes. */
  readonly size: number;
}

export interface Filesystem {
  /** The path that was asked about, with every link in it followed, also where it does not exist yet. */
  readonly realPath: string;
  /** As the kernel names it: zfs, ext4, btrfs, tmpfs, nfs4 … */
  readonly type: string;
  /** What is mounted there: a device, or a ZFS dataset's name. */
  readonly source: string;
  readonly target: string;
  /** Bytes free for root. */
  readonly free: number;
  readonly readOnly: boolean;
}

/** Every writer is atomic and durable: after it returns, a power cut loses nothing; before, nothing is half there. */
export interface Files {
  read(path: string): Promise<string | undefined>;
  /** Does not follow a link at the end of the path. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Names in a directory; undefined where there is none. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** Every name on the way to a path, links followed one by one, as far as it is there: what namei(1) shows. */
  way(path: string): Promise<readonly Step[]>;
  /** What holds `path`, or its nearest ancestor that exists. */
  filesystem(path: string): Promise<Filesystem>;
  /** Makes a new file or replaces an old one by a new inode, with this mode. */
  write(path: string, content: string, mode: number): Promise<void>;
  /** Makes a new file, and never touches one that is there: false then. */
  create(path: string, content: string, mode: number): Promise<boolean>;
  /** Rewrites a file in place, keeping its inode: for a file that is itself a mount inside a container. */
  overwrite(path: string, content: string): Promise<void>;
  /** Missing parents are made, too, as root's own. */
  makeDirectory(path: string, mode: number, owner: Owner): Promise<void>;
  /** A file's bytes as they are read, for what is too large for memory. */
  stream(path: string): Promise<Readable>;
  /** Makes a new file of what `pour` writes, and is durable like the others. Where that fails nothing is left. */
  pour<T>(path: string, mode: number, pour: (into: Writable) => Promise<T>): Promise<T>;
  /** Gives a file or a directory another name on the same file system; a file that has that name is replaced. */
  rename(from: string, to: string): Promise<void>;
  /** Mode and owner of what is there already. */
  setAccess(path: string, mode: number, owner: Owner): Promise<void>;
  /** A file, or an empty directory: false where the directory still holds something. Absent is fine. */
  remove(path: string): Promise<boolean>;
  /** A directory and all below it: the user's data, only when asked for by name. */
  removeTree(path: string): Promise<void>;
}

/** tar(1): names, modes, owners and links of files, as one stream. */
export interface Tar {
  /** Packs names below a directory; `without` are names that stay out, wherever below. */
  pack(directory: string, names: readonly string[], without: readonly string[], into: Writable): Promise<void>;
  /** Unpacks all of it below a directory, with modes and owners. */
  unpack(from: Readable, directory: string): Promise<void>;
  /** The names in it. */
  names(from: Readable): Promise<readonly string[]>;
}

/** Where to connect, whatever a name resolves to. */
export interface Via {
  readonly host: string;
  readonly port: number;
  /** TLS ends before it: what is asked over https is asked there in plain HTTP, with these headers. */
  readonly afterTls?: Readonly<Record<string, string>>;
}

export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Connect here; the name is still what is asked for (SNI and Host). */
  readonly via?: Via;
  /** A certificate authority to trust beside the usual ones, as PEM. */
  readonly authority?: string;
  /** Ask from the network of this process, by the names that it knows: what a program in a container reaches. */
  readonly within?: number;
  /** The address opens something for whoever gets it: nobody is told its path, and only who proves who they are. */
  readonly secret?: true;
  /** Ask for HTTP/2; without it, and where the server has none, it is HTTP/1.1. */
  readonly http2?: true;
  /** Milliseconds without a sign of life; 10 000 unless told. */
  readonly timeout?: number;
  /** The body is no text: each character of it stands for a byte. */
  readonly binary?: true;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
  /** Why the certificate is not trusted; undefined where it is, or with plain http. */
  readonly untrusted?: string;
  /** The life of the certificate that it showed, in ms since 1970. */
  readonly certificate?: { readonly from: number; readonly until: number };
  /** Where the name led to, of a request `within`. */
  readonly address?: string;
}

export interface Http {
  /** One request; redirects are not followed. Throws a Failure where nothing answers. */
  dial(request: HttpRequest): Promise<HttpAnswer>;
}

export interface Busy {
  /** The load average of the last minute, and how many cores there are for it. */
  readonly load: number;
  readonly cores: number;
  /** Programs that take the most, and how many cores each of them keeps busy. */
  readonly programs: readonly { readonly program: string; readonly cores: number }[];
}

/** A program that runs on this server itself: with its own files and network. */
export interface Program {
  readonly pid: number;
  /** Where it lies. */
  readonly path: string;
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The account that it runs as, with the groups of it. */
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** The unit of systemd that it belongs to. */
  readonly unit?: string;
}

export interface Host {
  readonly uid: number;
  hostname(): string;
  /** IPv4 addresses of real interfaces, the default route's first. */
  addresses(): Promise<readonly { readonly name: string; readonly address: string }[]>;
  hasIpv6(): Promise<boolean>;
  resolve(name: string): Promise<readonly string[]>;
  /** The authorities that browsers trust, as PEM. */
  authorities(): string;
  /** Bytes. */
  memory(): { readonly total: number; readonly available: number };
  /** Who listens on a TCP port of this machine, where it can be told, and at which of its addresses. */
  listener(
    port: number,
  ): Promise<{ readonly process: string; readonly pid?: number; readonly addresses: readonly string[] } | undefined>;
  /** What runs on this server itself by this name, and in no container. */
  programs(name: string): Promise<readonly Program[]>;
  /** Runs the same program once more, as the same account and in the same environment, and waits for its end. */
  run(
    program: Program,
    args: readonly string[],
    options: { readonly stdin?: string; readonly cwd: string },
  ): Promise<ExecResult>;
  /** Tells systemd something; 127 where it is not there. */
  systemctl(args: readonly string[]): Promise<ExecResult>;
  /** How homeauth itself was started. */
  readonly program: readonly string[];
  /** What takes its time at this moment; looking takes half a second. */
  busy(): Promise<Busy>;
  /** From /etc/os-release. `like`: the ids of those it is made from. */
  distribution(): Promise<{ readonly id: string; readonly like: readonly string[]; readonly name: string }>;
}

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  /** Of homeauth: `user add`. */
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface Locks {
  /**
   * Takes the lock and gives what releases it, or says who has it, where that can be told; does not wait. It ends with
   * its process, however that ends.
   */
  take(name: string, holder: Holder): Promise<{ release(): Promise<void> } | { heldBy: Holder | undefined }>;
}

export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface Random {
  /** Letters and digits from the system's generator; begins with a letter, so it never reads as a number or JSON. */
  alphanumeric(length: number): Secret;
}
