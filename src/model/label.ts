/** Our own mark on a container of what it was made from. It stands in docker-compose.yml, too. */
export const revisionLabel = 'homeauth.revision';

/** The same for a container of somebody else's, which is told of it by a variable among others of ours. */
export const revisionVariable = 'HOMEAUTH_REVISION';

/** The labels by which Compose knows its own. */
export const composeLabel = {
  project: 'com.docker.compose.project',
  directory: 'com.docker.compose.project.working_dir',
  file: 'com.docker.compose.project.config_files',
  environmentFile: 'com.docker.compose.project.environment_file',
  service: 'com.docker.compose.service',
  network: 'com.docker.compose.network',
  number: 'com.docker.compose.container-number',
  oneoff: 'com.docker.compose.oneoff',
  configHash: 'com.docker.compose.config-hash',
  image: 'com.docker.compose.image',
  dependsOn: 'com.docker.compose.depends_on',
  version: 'com.docker.compose.version',
} as const;
