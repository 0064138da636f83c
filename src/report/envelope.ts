type Data = Readonly<Record<string, unknown>> & { readonly schema?: never; readonly ok?: never };

/** What a command prints with --json: one object on one line. The number rises when a field changes its meaning. */
export function envelope(command: string, ok: boolean, data: Data): string {
  return JSON.stringify({ schema: `homeauth.${command.replaceAll(' ', '-')}/1`, ok, ...data });
}
