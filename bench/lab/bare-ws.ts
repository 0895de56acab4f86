import { WebSocketServer } from 'ws';

// The baseline of a fan-out: ws broadcasts the same bytes to every connection. Each IPC message is one broadcast.

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.BARE_PORT) });
server.on('listening', () => process.stderr.write('ready\n'));
process.on('message', (message) => {
  for (const client of server.clients) client.send(String(message));
});
