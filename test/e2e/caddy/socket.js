// An app that speaks WebSocket: it tells the headers that the connection came with, and then says everything back.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const frame = (text) => Buffer.concat([Buffer.from([0x81, 126, text.length >> 8, text.length & 255]), text]);

createServer((_, response) => response.end('no tunnel\n'))
  .on('upgrade', ({ headers }, socket) => {
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const answer = ['HTTP/1.1 101 Switching Protocols', `Upgrade: ${headers.upgrade}`, 'Connection: Upgrade'];
    socket.write(`${[...answer, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
    socket.write(frame(Buffer.from(JSON.stringify(headers))));
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const mask = data.subarray(2, 6);
      socket.write(frame(data.subarray(6).map((byte, n) => byte ^ mask[n % 4])));
    });
  })
  .listen(80);
