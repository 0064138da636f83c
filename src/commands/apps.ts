import { search } from '../catalogue/search.ts';
import { nearest } from '../config/nearest.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { knownAppDetails, knownApps } from '../report/known-app.ts';
import { screenOf } from './screen.ts';

/** `homeauth apps [WORD]`: the apps that homeauth knows. It asks neither an installation nor Docker. @throws Failure app-unknown */
export async function apps(words: readonly string[], runtime: Runtime): Promise<ExitCode> {
  const { catalogue } = runtime;
  const screen = screenOf(runtime, 'apps');
  const text = words.join(' ');
  const exact = catalogue.find(text);
  if (exact) {
    return screen.result(knownAppDetails(exact, screen.paper), { apps: [exact] });
  }
  const found = search(catalogue.all(), text);
  if (found.length === 0) throw unknown(text, catalogue.names());
  const data = found.map(({ name, title, category, image, login, confidence }) => ({
    ...{ name, title, category, login: login.use, confidence },
    ...(image && { image }),
  }));
  return screen.result(knownApps(found, screen.paper), { apps: data });
}

function unknown(text: string, names: readonly string[]): Failure {
  const near = nearest(text, names);
  return new Failure({
    code: 'app-unknown',
    problem: `homeauth knows no app like "${text}".`,
    why: 'An app that it does not know works, too: homeauth add-app NAME --upstream HOST:PORT',
    fix: near ? `Did you mean: homeauth apps ${near}` : 'See all of them: homeauth apps',
  });
}
