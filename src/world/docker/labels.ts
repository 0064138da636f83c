import { composeLabel, revisionLabel } from '../../model/label.ts';
import type { NewContainer } from './docker.ts';

/**
 * The labels by which `docker compose` takes a container for its own. Without a config-hash it would not see it, without
 * oneoff `down` would leave it, with another image or hash `up` would recreate it (tested with 2.40.3).
 */
export function containerLabels(container: NewContainer, imageId: string): Record<string, string> {
  const { project, service, dependsOn } = container.definition;
  return {
    [composeLabel.project]: project.name,
    [composeLabel.directory]: project.directory,
    [composeLabel.file]: project.file,
    [composeLabel.service]: service,
    [composeLabel.number]: '1',
    [composeLabel.oneoff]: 'False',
    [composeLabel.configHash]: container.configHash ?? container.revision,
    [composeLabel.image]: imageId,
    [composeLabel.dependsOn]: (dependsOn ?? []).map((name) => `${name}:service_healthy:false`).join(','),
    [composeLabel.version]: '2',
    [revisionLabel]: container.revision,
  };
}
