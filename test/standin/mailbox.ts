import { createServer } from 'node:net';

export interface Letter {
  from: string;
  to: string[];
  /** As it came over the wire, headers first. */
  raw: string;
}

/** A mail server on the loopback that takes everything and keeps it, or refuses a recipient. */
export async function startMailbox(
  refused: string[] = [],
): Promise<{ port: number; letters: Letter[]; close(): Promise<void> }> {
  const letters: Letter[] = [];
  const server = createServer((socket) => {
    let letter: Letter = { from: '', to: [], raw: '' };
    let inBody = false;
    let rest = '';
    socket.on('error', () => {});
    socket.write('220 mailbox\r\n');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      rest += chunk;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (inBody && line !== '.') letter.raw += `${line}\n`;
        else socket.write(answer(line));
      }
    });

    function answer(line: string): string {
      const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
      if (inBody) {
        letters.push(letter);
        letter = { from: '', to: [], raw: '' };
        inBody = false;
        return '250 kept\r\n';
      }
      if (/^MAIL FROM/i.test(line)) letter.from = address;
      if (/^RCPT TO/i.test(line)) {
        if (refused.includes(address)) return '550 no such mailbox\r\n';
        letter.to.push(address);
      }
      if (/^DATA/i.test(line)) {
        inBody = true;
        return '354 go on\r\n';
      }
      return '250 fine\r\n';
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    letters,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
