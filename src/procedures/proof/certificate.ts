import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { knock, rootOf, type Scene } from './scene.ts';

/** Is the certificate of a host one that browsers trust, or at least one of Caddy's own authority? */
export async function proveCertificate(scene: Scene, host: string): Promise<Finding[]> {
  const { container, via } = scene.entrance;
  const request = { url: `https://${host}/` };
  const common = { id: 'certificate', title: `the certificate of ${host} is trusted` };
  const publicly = await knock({ ...scene, entrance: via ? { via } : {} }, request);
  if (publicly instanceof Failure) return [{ ...common, status: 'skip', cause: publicly.problem }];
  if (publicly.untrusted === undefined) return [{ ...common, status: 'ok' }];
  const owned = await knock(scene, request);
  const details = container === undefined ? undefined : await scene.world.docker.container(container);
  if (details && !(owned instanceof Failure) && owned.untrusted === undefined) {
    const copy = `docker cp ${details.name}:${rootOf(details)} .`;
    return [{ ...common, status: 'ok', answer: `by Caddy's own authority; a browser warns until it has it: ${copy}` }];
  }
  const cause = `The certificate of ${host} is not trusted: ${publicly.untrusted}.`;
  const fix = `See how Caddy gets its certificates: docker logs --tail 50 ${container ?? 'caddy'}`;
  return [{ ...common, status: 'fail', cause, fix }];
}
