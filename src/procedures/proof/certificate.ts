import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { knock, rootOf, type Scene } from './scene.ts';

/** Is the certificate of a host one that browsers trust? */
export async function proveCertificate(scene: Scene, host: string): Promise<Finding[]> {
  const { entrance, config, world } = scene;
  const common = { id: 'certificate', title: `the certificate of ${host} is trusted` };
  const answer = await knock(scene, { url: `https://${host}/` });
  if (answer instanceof Failure) return [{ ...common, status: 'skip', cause: answer.problem }];
  if (answer.untrusted !== undefined) {
    const cause = `The certificate of ${host} is not trusted: ${answer.untrusted}.`;
    const fix = `See how Caddy gets its certificates: docker logs --tail 50 ${entrance.container ?? 'caddy'}`;
    return [{ ...common, status: 'fail', cause, fix }];
  }
  const details = entrance.container === undefined ? undefined : await world.docker.container(entrance.container);
  if (config.tls !== 'internal' || !details) return [{ ...common, status: 'ok' }];
  const copy = `docker cp ${details.name}:${rootOf(details)} .`;
  return [{ ...common, status: 'ok', answer: `by Caddy's own authority; a browser warns until it has it: ${copy}` }];
}
