import { basename } from 'node:path/posix';
import { shellWords } from '../formats/words.ts';
import type { ComposeService } from '../model/compose-service.ts';

/** What Compose reads by itself, the first of each that is there. */
const usual = /^(docker-)?compose(\.override)?\.ya?ml$/;

/**
 * How a person types Compose for this service: in its folder, and with what Compose would not find there by itself. With
 * another project, `up` would make a second container.
 */
export function composeCommand({ project, directory, files, environmentFiles }: ComposeService): string {
  const isUsual = files.every((file) => file === `${directory}/${basename(file)}` && usual.test(basename(file)));
  const others = environmentFiles.filter((file) => file !== `${directory}/.env`);
  const told = [
    ...(project === projectIn(directory) ? [] : ['-p', project]),
    ...(isUsual ? [] : files.flatMap((file) => ['-f', file])),
    ...(others.length > 0 ? environmentFiles : []).flatMap((file) => ['--env-file', file]),
  ];
  return `cd ${shellWords([directory])} && ${shellWords(['docker', 'compose', ...told])}`;
}

/** As Compose names it where nobody did. */
const projectIn = (directory: string): string =>
  basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
