import type { Change } from '../model/change.ts';
import { Failure } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import { planned } from './converging.ts';
import type { Installation } from './installation.ts';
import { preflight } from './preflight.ts';
import { proofs } from './proofs.ts';

/** Everything that doctor looks at: the machine, the plan read aloud, the proofs. Writes nothing. */
export async function checks(installation: Installation): Promise<Finding[]> {
  const machine = await attempt('this machine can carry it', () => preflight(installation).then(() => []));
  const things = await attempt('everything is as homeauth.yaml says', () => asPlanned(installation));
  const proven = await attempt('strangers are asked for a login', () =>
    proofs(installation, { apps: installation.config.apps }),
  );
  return [...machine, ...things, ...proven, ...(await leftPassword(installation))];
}

/** A check that cannot be made at all is one finding, with its own cause and fix. */
async function attempt(title: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    const findings = await look();
    return findings.length > 0 ? findings : [{ id: 'preflight', status: 'ok', title }];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const cause = [error.problem, error.why].filter((part) => part !== undefined).join(' ');
    return [{ id: error.code, status: 'fail', title, cause, fix: error.fix }];
  }
}

async function asPlanned(installation: Installation): Promise<Finding[]> {
  const { changes, right } = await planned(installation);
  const fine = Array.from(
    { length: right },
    (): Finding => ({ id: 'as-wanted', status: 'ok', title: 'as homeauth.yaml says' }),
  );
  return [...changes.map(finding), ...fine];
}

function finding({ op, id, because }: Change): Finding {
  const [kind] = id.split(':');
  const title = `${id} is as homeauth.yaml says`;
  const cause = `${id}: ${because.join('; ')}.`;
  if (op === 'later') return { id: `${kind}-unknown`, status: 'skip', title, cause: because.join('; ') };
  return {
    id: `${kind}-differs`,
    status: 'warn',
    title,
    cause,
    fix: 'homeauth apply puts it right; homeauth plan shows all of it.',
  };
}

async function leftPassword({ layout, config, world }: Installation): Promise<Finding[]> {
  const title = 'no password lies about in a file';
  const there = (await world.files.stat(layout.adminPassword)) !== undefined;
  if (!there) return [{ id: 'password-file', status: 'ok', title }];
  return [
    {
      id: 'password-file',
      status: 'warn',
      title,
      cause: `The password that was made for ${config.admin.username} still lies in a file.`,
      fix: `Log in, change it, then: rm ${layout.adminPassword}`,
    },
  ];
}
