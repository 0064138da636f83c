import type { Era } from '../era.ts';
import type { Call } from '../http/call.ts';
import { formIn } from '../http/form.ts';
import type { Reply } from '../http/reply.ts';
import type { Exchanged, SchemaCheck } from './check.ts';

export interface Watch {
  violations: string[];
  see(call: Call, reply: Reply): void;
}

/**
 * Where the recorded authentik itself answers otherwise than its schema says, with what the schema says.
 * The stand-in follows the recording.
 */
export const RECORDED_OTHERWISE: readonly RegExp[] = [
  /^(GET|PATCH) \/admin\/settings\/: answer 200\/flags must have required property/,
  /^GET \/core\/brands\/current\/: answer 200\/flags must have required property/,
  /^POST \/core\/users\/\d+\/recovery(_email)?\/: answer 400\/non_field_errors must be array/,
  /^\w+ \/policies\/bindings\/.*policy_obj must (NOT have additional properties .*:"(expression|check_ip|check_username|threshold)"|be null|match a schema in anyOf)/,
  /^GET \/providers\/oauth2\/\d+\/setup_urls\/: answer 200(\/(issuer|provider_info|logout) must be string| must have required property 'jwks')/,
  /^GET \/managed\/blueprints\/available\/: answer 200\/0/,
  /^(GET|POST) \/flows\/executor\/.*: status 302 is not in the schema$/,
];

/**
 * What no recording has, and authentik's source says: a policy shows the fields of its sort in the list of all, which
 * is written by the same serializer as in bindings.
 */
const READ_OTHERWISE: readonly RegExp[] = [
  /^GET \/policies\/all\/.*: answer 200\S* must NOT have additional properties .*:"(expression|check_ip|check_username|threshold)"/,
];
const known = [...RECORDED_OTHERWISE, ...READ_OTHERWISE];

/** One for each document, for all stand-ins of this process: what it has compiled took seconds. */
const checks = new Map<string, SchemaCheck>();

async function checkOf(era: Era): Promise<SchemaCheck> {
  const [{ SchemaCheck }, { documentOf, readDocument }] = await Promise.all([
    import('./check.ts'),
    import('./document.ts'),
  ]);
  const document = documentOf(era);
  const check = checks.get(document) ?? new SchemaCheck(readDocument(document));
  checks.set(document, check);
  return check;
}

/** Looks at every exchange of the REST API. Loads the schema only when it is asked for, as it takes a second. */
export async function schemaWatch(era: Era): Promise<Watch> {
  const check = await checkOf(era);
  const violations: string[] = [];
  return {
    violations,
    see(call, reply) {
      if (!call.path.startsWith('/api/v3/')) return;
      const found = check.violations(exchanged(call, reply));
      violations.push(...found.filter((one) => !known.some((other) => other.test(one))));
    },
  };
}

function exchanged(call: Call, reply: Reply): Exchanged {
  const isJson = String(reply.headers['content-type'] ?? '').startsWith('application/json');
  return {
    method: call.method,
    path: call.path.slice('/api/v3'.length),
    query: call.query,
    sent: formIn(call) ?? parsed(call.raw.toString()),
    status: reply.status,
    answered: isJson ? parsed(reply.body) : undefined,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
