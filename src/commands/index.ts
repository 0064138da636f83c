import type { ExitCode } from '../model/failure.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import type { Grammar } from './completion/grammar.ts';
import type { CommandName, Flags } from './flags.ts';

type Run = (args: readonly string[], flags: Flags, surroundings: Surroundings) => Promise<ExitCode>;

/** Every command by its name on the command line; what it needs is loaded when it runs. */
export const commands: Readonly<Record<CommandName, Run>> = {
  init: async (_, flags, s) => (await import('./init.ts')).init(flags, s),
  'add-app': async ([name = ''], flags, s) => (await import('./add-app.ts')).addApp(name, flags, s),
  'remove-app': async ([name = ''], flags, s) => (await import('./remove-app.ts')).removeApp(name, flags, s),
  plan: async (_, flags, s) => (await import('./plan.ts')).plan(flags, s),
  apply: async (_, flags, s) => (await import('./apply.ts')).apply(flags, s),
  status: async (_, flags, s) => (await import('./status.ts')).status(flags, s),
  verify: async (_, flags, s) => (await import('./verify.ts')).verify(flags, s),
  doctor: async (_, flags, s) => (await import('./doctor.ts')).doctor(flags, s),
  uninstall: async (_, flags, s) => (await import('./uninstall.ts')).uninstall(flags, s),
  'mail test': async ([address = ''], flags, s) => (await import('./mail/test.ts')).test(address, flags, s),
  explain: async ([user = '', app = ''], flags, s) => (await import('./explain.ts')).explain(user, app, flags, s),
  rescue: async ([user], flags, s) => (await import('./rescue.ts')).rescue(user, flags, s),
  'user add': async ([name], flags, s) => (await import('./user/add.ts')).add(name, flags, s),
  'user list': async (_, flags, s) => (await import('./user/list.ts')).list(flags, s),
  'user show': async ([name = ''], flags, s) => (await import('./user/show.ts')).show(name, flags, s),
  'user groups': async ([name = ''], flags, s) => (await import('./user/groups.ts')).groups(name, flags, s),
  'user password': async ([name = ''], flags, s) => (await import('./user/password.ts')).password(name, flags, s),
  'user disable': async ([name = ''], flags, s) => (await import('./user/active.ts')).disable(name, flags, s),
  'user enable': async ([name = ''], flags, s) => (await import('./user/active.ts')).enable(name, flags, s),
  'user remove': async ([name = ''], flags, s) => (await import('./user/remove.ts')).remove(name, flags, s),
  'user reset': async ([name = ''], flags, s) => (await import('./user/reset.ts')).reset(name, flags, s),
  'user invite': async ([email], flags, s) => (await import('./user/invite.ts')).invite(email, flags, s),
  'user invites': async (_, flags, s) => (await import('./user/invites.ts')).invites(flags, s),
  'user enroll-2fa': async ([name = ''], flags, s) => (await import('./user/enroll-2fa.ts')).enroll2fa(name, flags, s),
  'user reset-2fa': async ([name = ''], flags, s) => (await import('./user/reset-2fa.ts')).reset2fa(name, flags, s),
  completion: async ([shell = ''], { grammar }, s) =>
    (await import('./completion.ts')).completion(shell, grammar as Grammar, s),
};
