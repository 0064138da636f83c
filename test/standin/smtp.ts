import { existsSync, readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import type { Json } from './state.ts';
import type { Mail } from './state-flows.ts';

/** AUTHENTIK_EMAIL__*: how the worker's mail leaves. `timeout` in seconds. */
export interface MailSettings {
  host: string;
  port: number;
  username: string;
  password: string;
  useTls: boolean;
  useSsl: boolean;
  timeout: number;
  from: string;
}

/** Where a host of the settings can be dialled; itself in a container, another place where the network is made up. */
export type DialMail = (host: string, port: number) => { host: string; port: number } | undefined;

const itself: DialMail = (host, port) => ({ host, port });

/** The authorities that Python trusts in a container; those that Node brings where there is no such file. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Sends one mail, with the server that its stage names or else that of the environment.
 * @throws what the conversation with the server came to.
 */
export async function sendMail(settings: MailSettings, mail: Mail, dial: DialMail = itself): Promise<void> {
  const used = mail.smtp ? ofStage(mail.smtp) : settings;
  const place = dial(used.host, used.port);
  if (!place) throw new Error(`[Errno -2] Name or service not known: ${used.host}`);
  const limit = used.timeout * 1000;
  const transport = createTransport({
    ...place,
    secure: used.useSsl,
    requireTLS: used.useTls,
    ignoreTLS: !used.useTls,
    ...(used.username && used.password ? { auth: { user: used.username, pass: used.password } } : {}),
    connectionTimeout: limit,
    greetingTimeout: limit,
    socketTimeout: limit,
    tls: { servername: used.host, ...(existsSync(AUTHORITIES) ? { ca: readFileSync(AUTHORITIES) } : {}) },
  });
  try {
    await transport.sendMail({ from: used.from, to: mail.to, subject: mail.subject, text: mail.text, html: mail.html });
  } finally {
    transport.close();
  }
}

const ofStage = (config: Json): MailSettings => ({
  host: String(config['host']),
  port: Number(config['port']),
  username: String(config['username'] ?? ''),
  password: String(config['password'] ?? ''),
  useTls: config['use_tls'] === true,
  useSsl: config['use_ssl'] === true,
  timeout: Number(config['timeout']),
  from: String(config['from_address']),
});

/** `ak test_email ADDRESS`: one mail, at once. Ends well with its words, else with what Python says of an error. */
export async function testEmail(
  settings: MailSettings,
  to: string,
  dial: DialMail = itself,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const text = 'This is a test email to inform you that you have successfully configured authentik emails.';
  try {
    await sendMail(settings, { to, subject: 'authentik Test-Email', text, html: `<p>${text}</p>` }, dial);
    return { code: 0, stdout: `Test email sent to ${to}.\n`, stderr: '' };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { code: 1, stdout: '', stderr: `Traceback (most recent call last):\nsmtplib.SMTPException: ${said}\n` };
  }
}
