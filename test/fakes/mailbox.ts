import { type Letter, startMailbox } from '../standin/mailbox.ts';
import type { Program } from './program.ts';
import { theirContainer } from './their-container.ts';
import type { FakeWorld } from './world.ts';

/** Where its letters lie, for who looks into the container. */
const lettersFile = '/letters.json';

/** A mail server that takes everything. */
export const mailbox: Program = async () => {
  const server = await startMailbox();
  return {
    ports: new Map([[25, server.port]]),
    health: () => 'none',
    read: (path) => (path === lettersFile ? JSON.stringify(server.letters) : undefined),
    stop: () => server.close(),
  };
};

/** A mail server by this name, on the network where authentik's worker is. */
export const startMailServer = (fake: FakeWorld, name: string): Promise<void> =>
  theirContainer(fake, name, { image: 'mailbox:1', project: 'mail', networks: ['authentik_backend'] });

/** What came in, once it is so many letters: the text with the lines of quoted-printable put together again. */
export async function letters(
  { clock, docker }: FakeWorld,
  name: string,
  count = 0,
): Promise<readonly (Letter & { text: string })[]> {
  for (const end = clock.now() + 60_000; ; await clock.sleep(500)) {
    const all: Letter[] = JSON.parse((await docker.readFile(name, lettersFile)) ?? '[]');
    if (all.length >= count) return all.map((letter) => ({ ...letter, text: plain(letter.raw) }));
    if (clock.now() > end) throw new Error(`${all.length} letters came, and not ${count}`);
  }
}

const plain = (raw: string): string =>
  raw.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
