import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { countOf, engineOf, imageFormatOf, pixelsOf, statusesOf } from './cli/arguments.ts';
import { addKeyCommands } from './cli/key-commands.ts';
import type { GetOptions } from './commands/get.ts';
import type { ListOptions } from './commands/list.ts';
import type { SubmitOptions } from './commands/submit.ts';
import { readClientConfig, readConfig } from './config.ts';

// Commands are imported when they run: `submit` starts without what the servers need.

const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function createProgram(): Command {
  const program = new Command('pagehive')
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(add --help for what is possible)')
    .exitOverride()
    .hook('preAction', (_, command) => {
      process.title = `pagehive ${command.name()}`;
    })
    .addHelpText('after', epilogue);
  program
    .command('start')
    .description('run everything on this machine: PostgreSQL, Redis, API, worker and maintenance')
    .action(async () => {
      const { start } = await import('./commands/start.ts');
      const { prepareFirstMinute } = await import('./commands/first-minute.ts');
      await start(readConfig(), { prepareExample: prepareFirstMinute });
    });
  program
    .command('submit')
    .description('send PDFs to a running server, and print the ids of their jobs')
    .argument(
      '<document...>',
      'files, http(s) URLs, or - for standard input; with --batch also directories and patterns',
    )
    .option('-b, --batch', 'make one batch of all documents, and print its id')
    .option('-f, --follow', 'show the progress until every job is final')
    .option('-o, --out <directory>', 'write NAME.md and NAME.txt there; follows, too')
    .option('--json', 'print JSON lines: each job, or with --follow each event and the finished job')
    .option('--name <label>', 'a label for the job or the batch')
    .option('--password <password>', 'opens an encrypted document')
    .option('--pages <ranges>', 'only these pages, such as 1-5,9,20-')
    .option('--engine <engine>', 'what reads the pages: auto, pdfium or pdfjs', engineOf)
    .option('--require-all-pages', 'fail a document with a page that cannot be read')
    .option('--ocr', 'read pages by OCR that are pictures')
    .addOption(
      new Option('--ocr-languages <languages>', 'what OCR looks for, such as eng,deu; eng without it')
        .argParser((value) => value.split(','))
        .implies({ ocr: true }),
    )
    .option('--thumbnails', 'make a small image of each page')
    .addOption(
      new Option('--thumbnail-width <pixels>', 'how wide; 200 without it')
        .argParser(pixelsOf)
        .implies({ thumbnails: true }),
    )
    .option('--page-images', 'make a large image of each page')
    .addOption(
      new Option('--page-image-width <pixels>', 'how wide; 1000 without it')
        .argParser(pixelsOf)
        .implies({ pageImages: true }),
    )
    .option('--image-format <format>', 'of both: jpeg, png or webp', imageFormatOf)
    .option('--webhook <url>', 'where the server tells of the end of each job')
    .option('--idempotency-key <key>', 'the same key gives the same job or batch, however often it is sent')
    .addHelpText('after', submitEpilogue)
    .action(async (documents: string[], options: SubmitOptions) => {
      const { submit } = await import('./commands/submit.ts');
      // At once: a standard input that is not read to its end would keep the process.
      process.exit(await submit(readClientConfig(), documents, options));
    });
  addJobCommands(program);
  program
    .command('serve')
    .description('run the API alone (needs DATABASE_URL and REDIS_URL, as the next three)')
    .action(async () => (await import('./commands/serve.ts')).serve(readConfig()));
  program
    .command('work')
    .description('run a worker alone')
    .action(async () => (await import('./commands/work.ts')).work(readConfig()));
  program
    .command('maintain')
    .description('run the maintenance alone')
    .action(async () => (await import('./commands/maintain.ts')).maintain(readConfig()));
  program
    .command('migrate')
    .description('bring the database up to date (needs DATABASE_URL alone)')
    .action(async () => (await import('./commands/migrate.ts')).migrateDatabase(readConfig()));
  return program;
}

/** What `get` prints instead of writing files. */
const prints = ['json', 'text', 'markdown'];

/** What is done to jobs that are there. */
function addJobCommands(program: Command): void {
  program
    .command('watch')
    .description('show the progress of jobs and batches until all of them are final')
    .argument('<id...>', 'ids of jobs and batches')
    .option('--json', 'print JSON lines: each event and the finished job')
    .addHelpText('after', exitCodes)
    .action(async (ids: string[], options: { json?: boolean }) => {
      const { watch } = await import('./commands/watch.ts');
      process.exitCode = await watch(readClientConfig(), ids, options);
    });
  program
    .command('list')
    .description('print jobs, newest first')
    .option('-b, --batch <id>', 'only those of a batch')
    .option('-s, --status <statuses>', 'only these, such as running,retrying', statusesOf)
    .option('-n, --limit <number>', 'how many at most', countOf, 20)
    .option('--json', 'print JSON lines')
    .action(async (options: ListOptions) => {
      const { list } = await import('./commands/list.ts');
      process.exitCode = await list(readClientConfig(), options);
    });
  program
    .command('get')
    .description('print a job or a batch, or its result')
    .argument('<id>', 'the id of the job or the batch')
    .addOption(new Option('-o, --out <directory>', 'write NAME.md and NAME.txt there').conflicts(prints))
    .addOption(new Option('--json', 'print all about it but the pages as JSON').conflicts(['text', 'markdown']))
    .addOption(new Option('--text', 'print its text, a form feed between pages').conflicts('markdown'))
    .option('--markdown', 'print its Markdown')
    .addOption(new Option('--attachments <directory>', 'write the files inside the document there').conflicts(prints))
    .addOption(new Option('--images <directory>', 'write the images of its pages there').conflicts(prints))
    .action(async (id: string, options: GetOptions) => {
      const { get } = await import('./commands/get.ts');
      process.exitCode = await get(readClientConfig(), id, options);
    });
  program
    .command('cancel')
    .description('end jobs that have not ended, and all those of batches')
    .argument('<id...>', 'ids of jobs and batches')
    .action(async (ids: string[]) => {
      const { cancel } = await import('./commands/cancel.ts');
      process.exitCode = await cancel(readClientConfig(), ids);
    });
  program
    .command('retry')
    .description('start jobs anew that failed or were cancelled, and the failed ones of batches')
    .argument('<id...>', 'ids of jobs and batches')
    .option('--password <password>', 'opens an encrypted document: the first one was erased when the job ended')
    .action(async (ids: string[], options: { password?: string }) => {
      const { retry } = await import('./commands/retry.ts');
      process.exitCode = await retry(readClientConfig(), ids, options);
    });
  addKeyCommands(program);
}

const epilogue = `
Environment:
  PORT, HOST, PUBLIC_URL   where the API listens (4000, 127.0.0.1), and how clients reach it
  DATA_DIR                 where documents and the embedded database are kept (./data)
  DATABASE_URL, REDIS_URL  a PostgreSQL and a Redis to use in place of the embedded ones
  PAGEHIVE_URL             where submit, watch, list, get, cancel and retry find the server (http://127.0.0.1:4000)
  PAGEHIVE_KEY             the API key that these commands send
  AUTH                     required: refuse clients without an API key, even if no key exists yet
`;

const exitCodes = `
Exit codes: 0 all is well, 1 a job or a request failed, 2 wrong usage, 130 Ctrl-C (jobs go on on the server).
`;

const submitEpilogue = `
Examples:
  pagehive submit report.pdf --follow
  pagehive submit *.pdf --out results
  pagehive submit invoices 'scans/**/2024-*.pdf' --batch --follow
  curl -s https://example.com/report.pdf | pagehive submit - --follow --json

The server is found at PAGEHIVE_URL (http://127.0.0.1:4000).
${exitCodes.trim()}
`;

/** Mistakes of whoever started the process: exit code 2. By name, as importing their classes would load every command. */
const usageErrors = ['ConfigError', 'UsageError'];
/** What can go wrong without a bug: the message is enough. */
const expectedErrors = [
  ...usageErrors,
  'EmbeddedServerError',
  'MigrationError',
  'StartError',
  'StorageError',
  'UnreachableError',
];

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    // It has said what is wrong already; asking for help or the version is no mistake.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (expectedErrors.includes(name)) for (const line of message.split('\n')) console.error(`pagehive: ${line}`);
  else console.error(error);
  process.exitCode = usageErrors.includes(name) ? 2 : 1;
}

// Who reads the output may leave before its end (`| head`, a closed terminal): what was begun goes on, and ends in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
await createProgram().parseAsync().catch(fail);
