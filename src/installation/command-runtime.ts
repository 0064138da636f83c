import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Authentik } from '../world/authentik/api.ts';
import type { AuthentikOptions } from '../world/authentik/client.ts';
import type { Terminal } from '../world/terminal/terminal.ts';
import type { World } from '../world/world.ts';

/** What a command is given from outside: production wires the real thing, the demo and tests wire their own. */
export interface Runtime {
  readonly world: Omit<World, 'authentik'>;
  readonly terminal: Terminal;
  connect(options: AuthentikOptions): Authentik;
  /** Source text of templates/, by file name without .hbs. */
  templates(): Promise<Readonly<Record<string, string>>>;
  /** The apps that homeauth knows. */
  readonly catalogue: Catalogue;
  /** The file that says where the installation is: /etc/homeauth/location. */
  readonly pointer: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** homeauth's own release. */
  readonly version: string;
  /** Where its docs/problems.md lies. */
  readonly problemsPage: string;
  readonly signal: AbortSignal;
  /** The command changes an installation, and does not only look at it. */
  readonly changes?: true;
  /** It is for an installation whose upgrade was interrupted, too: goes on with that, or puts an end to it. */
  readonly overUpgrade?: true;
  /** How long to wait for another homeauth that is at work, in ms, where somebody has said so. */
  readonly patience?: number;
}
