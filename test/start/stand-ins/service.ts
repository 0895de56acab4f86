// Stands in for `pagehive serve`, `work` and `maintain`: records its start, and each request to end.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { exitWithParent } from '../../../src/supervisor/parent.ts';

const [, , name = '', journal = process.env.JOURNAL ?? ''] = process.argv;
const say = (line: string) => appendFileSync(journal, `${name} ${line}\n`);

const server = createServer((_request, response) => response.end('ready'));
process.once('SIGTERM', () => {
  say('ended');
  process.exit(0);
});
exitWithParent();
server.listen(name === 'serve' ? Number(process.env.PORT) : 0, '127.0.0.1', () => say(`started ${process.pid}`));
