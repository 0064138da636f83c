// The mail servers of test/e2e/mail.test.ts in a container of their own; what they receive goes to its log.
import { readFileSync } from 'node:fs';
import { ports } from './ports.ts';
import { smtpServers } from './server.ts';

const read = (name: string) => readFileSync(`${__dirname}/${name}`, 'utf8');
const servers = smtpServers({
  username: 'helen',
  password: read('password'),
  key: read('key.pem'),
  cert: read('cert.pem'),
  received: (mail) => console.log(JSON.stringify(mail)),
});
for (const [name, make] of Object.entries(servers)) make().listen(ports[name as keyof typeof ports]);
