import type { App } from '../config/config.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { ProbeContext } from './probe.ts';
import { pastLogin, waysTo } from './ways.ts';

/** Is a stranger asked for the same login, however they write the app's address? */
export async function proveSpelled(context: ProbeContext, app: App): Promise<Finding[]> {
  const common = { id: 'spelled', title: 'other ways to write its address lead to the same login' };
  const ways = waysTo(app, context.config);
  const past = await pastLogin(context, app, ways);
  if (past.length === 0) return [ok({ ...common, answer: `${ways.length} ways tried` })];
  return [
    wrong(common, 'fail', {
      problem: `Whoever asks for ${app.name} in this way is judged by the rules of another app, or of none: ${past.join(', ')}.`,
      fix: 'homeauth apply, which puts its part of Caddy back',
    }),
  ];
}
