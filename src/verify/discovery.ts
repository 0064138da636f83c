import { issuerOf, type Speaker } from '../config/oidc.ts';
import { jsonObject } from '../formats/json.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { Shown } from '../model/shown.ts';
import { type ProbeContext, sendProbe } from './probe.ts';

/**
 * Does authentik describe itself where the app looks, under the very name that the app was given? Libraries compare the
 * issuer to the letter, and want tokens signed with RS256.
 */
export async function proveDiscovery(context: ProbeContext, app: Speaker): Promise<Finding[]> {
  const issuer = issuerOf(context.config.authHost, app.name);
  const common = { id: 'discovery', title: `authentik says to ${app.name} who it is` };
  const url = `${issuer}.well-known/openid-configuration`;
  const answer = await sendProbe(context, { url });
  const fix = 'homeauth apply, and if it stays so: docker logs --tail 50 authentik';
  const no = (problem: string, why?: Shown) => [wrong(common, 'fail', { problem, ...(why && { why }), fix })];
  if (answer instanceof Failure) return no(`${url} does not answer.`, answer.problem);
  const said = answer.status === 200 ? jsonObject(answer.body) : undefined;
  if (!said) return no(`${url} answers ${answer.status}, and nothing that an app could read.`);
  if (said['issuer'] !== issuer) {
    const why = 'Apps compare the two to the letter. authentik takes it from the address that it was asked at.';
    return no(`authentik calls itself ${String(said['issuer'])}, and ${app.name} is told ${issuer}.`, why);
  }
  const algorithms = said['id_token_signing_alg_values_supported'];
  if (!Array.isArray(algorithms) || !algorithms.includes('RS256'))
    return no(`authentik does not sign with RS256 for ${app.name}.`, 'Most apps believe nothing else.');
  return [ok({ ...common, answer: issuer })];
}
