import { WebSocketServer } from 'ws';

// The floor of a fan-out: ws broadcasting the same bytes to whoever is connected. Each line on stdin is a message.

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.BARE_PORT) });
server.on('listening', () => process.stderr.write('ready\n'));
process.on('message', (message) => {
  for (const client of server.clients) client.send(String(message));
});
