import { search } from '../catalogue/search.ts';
import { nearest } from '../config/nearest.ts';
import type { Runtime } from '../installation/runtime.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { knownAppDetails, knownApps } from '../report/known-app.ts';
import { prose } from '../report/layout.ts';
import { screenOf } from './screen.ts';

/** `homeauth apps [WORD]`: the apps that homeauth knows. It asks neither an installation nor Docker. */
export async function apps(words: readonly string[], runtime: Runtime): Promise<ExitCode> {
  const { catalogue } = runtime;
  const screen = screenOf(runtime, 'apps');
  const text = words.join(' ');
  const exact = catalogue.find(text);
  if (exact) {
    screen.result(knownAppDetails(exact, screen.paper), { apps: [exact] }, true);
    return exitCodes.fine;
  }
  const found = search(catalogue.all(), text);
  const data = found.map(({ name, title, category, image, login, confidence }) => ({
    ...{ name, title, category, login: login.use, confidence },
    ...(image && { image }),
  }));
  screen.result(found.length > 0 ? knownApps(found, screen.paper) : none(), { apps: data }, true);
  return exitCodes.fine;

  function none(): string {
    const near = nearest(text, catalogue.names());
    return prose(
      `homeauth knows no app like "${text}".${near ? ` Did you mean ${near}?` : ''} An app that it does not know stands behind the login as well: homeauth add-app NAME --upstream HOST:PORT`,
      screen.paper,
    );
  }
}
