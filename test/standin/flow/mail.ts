import type { Json, State, User } from '../state.ts';
import type { Mail } from '../state-flows.ts';

/** The time that is left, rounded down, in the words of the real one's mails. */
function span(milliseconds: number): string {
  const minutes = Math.floor((milliseconds - 1) / 60_000);
  if (minutes < 60) return `${minutes}\u00a0minutes`;
  const hours = Math.floor(minutes / 60);
  return hours === 1 ? 'an hour' : `${hours}\u00a0hours`;
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.codePointAt(0)};`);

/** Leaves a mail with a link for the worker, in the words of the template that the stage names. */
export function queueLink(state: State, user: User, stage: Json, link: string, lifetime: number): void {
  const [why, otherwise] = String(stage['template']).includes('password_reset')
    ? [
        'You recently requested to change your password for your authentik account. Use the link below to set a new password.',
        'If you did not request a password change, please ignore this email.',
      ]
    : ['Use the link below to confirm your account.', 'If you did not ask for this, please ignore this email.'];
  const end = `${otherwise} The link above is valid for ${span(lifetime)} from now.`;
  const mail: Mail = {
    to: user.name ? `${user.name} <${user.email}>` : user.email,
    subject: String(stage['subject']),
    text: `Hi ${user.username},\n\n\n${why}\n\n${link}\n\n${end}\n\n\n-- \nPowered by goauthentik.io.\n`,
    html: `<p>Hi ${escaped(user.username)},</p><p>${why}</p><p><a href="${escaped(link)}">Continue</a></p><p>${end}</p>`,
  };
  state.mails.push(stage['use_global_settings'] === true ? mail : { ...mail, smtp: stage });
}
