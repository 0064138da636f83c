import { pick } from '../../config/random.ts';

type Random = () => number;

const site = (name: string, inside: string) => `${name}.example.com {\n${inside}\n}\n`;

/** What people have in their Caddyfiles, and what nobody should. */
const parts: readonly ((random: Random) => string)[] = [
  () => '{\n\temail helen@example.com\n\tadmin localhost:2019\n}\n',
  () => '{\n\tadmin off\n}\n',
  () => '{\n\tpersist_config off\n}\n',
  () => site('blog', '\trespond "Hello"'),
  () => site('blog', '\treverse_proxy blog:80 {\n\t\theader_up Host {host}\n\t}'),
  () => site('heredoc', '\trespond <<HTML\n<h1>}</h1>\n{\nHTML 200'),
  () => site('quotes', '\trespond `"{` 200\n\theader X "a \\" b"'),
  () => '(snippet) {\n\tencode zstd gzip\n}\n',
  () => '(authentik) {\n\trespond "mine"\n}\n',
  () => 'import sites/*\n',
  () => 'import /etc/caddy/nowhere.caddy\n',
  () => 'import /etc/caddy/Caddyfile\n',
  () => 'whoami.home.example.com {\n\trespond "mine"\n}\n',
  () => 'respond "one site without braces"\n',
  () => '# homeauth: begin\n',
  () => '# homeauth: end\n',
  () => '# homeauth: begin. Mine.\nblog.example.com {\n}\n# homeauth: end\n',
  () => 'import "/etc/caddy/homeauth.caddy" # homeauth: this line is its own, see homeauth.caddy\n',
  () => '\0\0\0',
  () => '\uFEFF',
  () => '\u2028\u00a0\n',
  (random) => `# ${'x'.repeat(Math.floor(random() * 300_000))}\n`,
  (random) => `${'{'.repeat(Math.floor(random() * 3_000))}\n`,
  (random) => `${'a {\n'.repeat(Math.floor(random() * 3_000))}${'}\n'.repeat(Math.floor(random() * 3_000))}`,
  (random) => site('deep', `${'route {\n'.repeat(200)}${'}\n'.repeat(200 - Math.floor(random() * 3))}`),
];

/** Large ones, each of a kind that a careless reader takes for ever for. */
export const hugeCaddyfiles: Readonly<Record<string, string>> = {
  'lines of a site': site('blog', '\trespond "x"\n'.repeat(400_000)),
  'one line': `# ${'x'.repeat(5_000_000)}`,
  'begin marks': '# homeauth: begin\n'.repeat(280_000),
  'end marks': '# homeauth: end\n'.repeat(300_000),
  'import lines': 'import x # homeauth: y\n'.repeat(220_000),
  'almost import lines': 'import x # homeauth\n'.repeat(250_000),
  blanks: ' '.repeat(5_000_000),
  'line breaks': '\n'.repeat(5_000_000),
  braces: '{'.repeat(5_000_000),
  quotes: '"'.repeat(5_000_000),
};

export function randomCaddyfile(random: Random): string {
  const count = Math.floor(random() * 6);
  return Array.from({ length: count }, () => pick(random, parts)(random)).join('');
}
