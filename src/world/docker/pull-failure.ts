import { exitCodes, Failure, type Issue } from '../../model/failure.ts';
import { registryOf } from './credentials.ts';
import { Refusal } from './refusal.ts';

interface Sort {
  readonly code: string;
  readonly says: RegExp;
  readonly why: string;
  readonly fix: (reference: string) => string;
}

/** `docker login` without a host means Docker Hub. */
function loginCommand(reference: string): string {
  const { host, key } = registryOf(reference);
  return host === key ? `docker login ${host}` : 'docker login';
}

const again = 'then run the same command again: what was fetched already is kept.';

/** What the engine says when an image cannot be had, the most telling first. */
const sorts: readonly Sort[] = [
  {
    code: 'disk-full',
    says: /no space left on device|disk quota exceeded/i,
    why: "The disk that holds Docker's images is full.",
    fix: () => `Make room, for instance  docker image prune  removes images that nothing uses; ${again}`,
  },
  {
    code: 'registry-denied',
    says: /toomanyrequests|rate limit/i,
    why: 'The registry lets you fetch only so many images in an hour without a login.',
    fix: (reference) => `Wait an hour, or  ${loginCommand(reference)}  with a free account, ${again}`,
  },
  {
    code: 'image-not-found',
    says: /no matching manifest/i,
    why: "There is no such image for this machine's processor.",
    fix: () => 'Choose a release that has one.',
  },
  {
    code: 'image-not-found',
    says: /manifest unknown|manifest for .* not found|not found: manifest|failed to resolve reference .*: not found/i,
    why: 'The registry answers, and has no image by this name and tag.',
    fix: () => 'Check the name and the tag in homeauth.yaml.',
  },
  {
    code: 'registry-denied',
    says: /unauthorized|denied|authentication required|incorrect username or password/i,
    why: 'The registry asks for a login, or there is no image by this name.',
    fix: (reference) => `Check the name, or  ${loginCommand(reference)}  and ${again}`,
  },
  {
    code: 'registry-unreachable',
    says: /dial tcp|no such host|lookup |connection re(fused|set)|i\/o timeout|timeout|unreachable|x509|TLS|EOF|proxyconnect/i,
    why: 'Docker cannot reach the registry from this machine.',
    fix: (reference) => `See that this works:  curl -I https://${registryOf(reference).host}/v2/  ${again}`,
  },
];

/** Why an image could not be fetched, from the engine's words. */
export const pullFailure = (reference: string, words: string): Failure =>
  new Failure({ ...issueOf(reference, words, 'fetched'), exit: exitCodes.halfway });

function issueOf(reference: string, words: string, verb: string): Issue {
  const sort = sorts.find(({ says }) => says.test(words));
  return {
    code: sort?.code ?? 'pull-failed',
    problem: `The image ${reference} could not be ${verb}.`,
    ...(sort && { why: sort.why }),
    details: words,
    fix: sort?.fix(reference) ?? `See whether  docker pull ${reference}  says more.`,
  };
}

/** The same, for a request that was refused at once. */
export const asPullFailure = (reference: string, error: unknown): unknown =>
  error instanceof Refusal ? pullFailure(reference, error.words) : error;

/** The same, where nothing was to be fetched yet. */
export const asLookUpFailure = (reference: string, error: unknown): unknown =>
  error instanceof Refusal ? new Failure(issueOf(reference, error.words, 'looked up in its registry')) : error;
