import { steering } from '../model/control-characters.ts';

type Data = Readonly<Record<string, unknown>> & { readonly schema?: never; readonly ok?: never };

/** What a command prints with --json: one object on one line. The number rises when a field changes its meaning. */
export function envelope(command: string, ok: boolean, data: Data): string {
  const text = JSON.stringify({ schema: `homeauth.${command.replaceAll(' ', '-')}/1`, ok, ...data });
  // JSON itself escapes only some of what steers a terminal.
  return text.replace(steering, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
