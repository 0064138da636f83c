import { connect } from 'node:tls';

/** Headers line by line, as no HTTP client would send them; then what `send` holds. What comes back within a second. */
export function raw(
  via: { readonly host: string; readonly port: number },
  host: string,
  lines: readonly string[],
  send?: Buffer,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let came = '';
    const socket = connect({ ...via, servername: host, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }, () => {
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    const end = () => {
      socket.destroy();
      resolve(came);
    };
    socket.on('data', (data) => {
      if (came === '' && send) socket.write(send);
      came += data.toString('latin1');
    });
    socket.on('error', reject).on('close', end).setTimeout(1000, end);
  });
}
