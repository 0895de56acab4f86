import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { addAdminCommands } from './cli/admin-commands.ts';
import { countOf, engineOf, imageFormatOf, pixelsOf, statusesOf } from './cli/arguments.ts';
import { addAuditCommands } from './cli/audit-commands.ts';
import { addKeyCommands } from './cli/key-commands.ts';
import { addTenantCommands } from './cli/tenant-commands.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { GetOptions } from './commands/get.ts';
import type { ListOptions } from './commands/list.ts';
import type { SubmitOptions } from './commands/submit.ts';
import { readClientConfig } from './config/client-config.ts';
import { readConfig } from './config/config.ts';

// Commands are imported when they run, so that `submit` does not load the server's dependencies.

const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function createProgram(): Command {
  const program = new Command('pagehive')
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(add --help for usage)')
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
    .option('-o, --out <directory>', 'write NAME.md and NAME.txt there; implies --follow')
    .option('--json', 'print JSON lines: each job, or with --follow each event and the finished job')
    .option('--name <label>', 'a label for the job or the batch')
    .option('--password <password>', 'the password of an encrypted document; all users of the machine can see it')
    .option('--pages <ranges>', 'extract only these pages, such as 1-5,9,20-')
    .option('--engine <engine>', 'the extraction engine: auto, pdfium or pdfjs', engineOf)
    .option('--require-all-pages', 'fail a document with a page that cannot be read')
    .option('--ocr', 'recognize the text of scanned pages (OCR)')
    .addOption(
      new Option('--ocr-languages <languages>', 'languages of scanned pages, such as eng,deu; default eng')
        .argParser((value) => value.split(','))
        .implies({ ocr: true }),
    )
    .option('--thumbnails', 'create a small image of each page')
    .addOption(
      new Option('--thumbnail-width <pixels>', 'width of the small images; default 200')
        .argParser(pixelsOf)
        .implies({ thumbnails: true }),
    )
    .option('--page-images', 'create a large image of each page')
    .addOption(
      new Option('--page-image-width <pixels>', 'width of the large images; default 1000')
        .argParser(pixelsOf)
        .implies({ pageImages: true }),
    )
    .option('--image-format <format>', 'format of all page images: jpeg, png or webp', imageFormatOf)
    .option('--webhook <url>', 'a URL that the server notifies when each job ends')
    .option('--idempotency-key <key>', 'repeating the command with the same key creates no second job or batch')
    .addHelpText('after', submitEpilogue)
    .action(async (documents: string[], options: SubmitOptions) => {
      const { submit } = await import('./commands/submit.ts');
      // Exit at once: a standard input that was not read to its end would keep the process alive.
      process.exit(await submit(readClientConfig(), documents, options));
    });
  addJobCommands(program);
  program
    .command('serve')
    .description('run only the API (requires DATABASE_URL and REDIS_URL, as do the next two commands)')
    .action(async () => (await import('./commands/serve.ts')).serve(readConfig()));
  program
    .command('work')
    .description('run only a worker')
    .action(async () => (await import('./commands/work.ts')).work(readConfig()));
  program
    .command('maintain')
    .description('run only the maintenance')
    .action(async () => (await import('./commands/maintain.ts')).maintain(readConfig()));
  program
    .command('migrate')
    .description('bring the database and the role of DATABASE_API_URL up to date (requires only DATABASE_URL)')
    .option('--print-roles', 'print the statements that create this role, for an administrator')
    .action(async ({ printRoles }: { printRoles?: true }) => {
      const commands = await import('./commands/migrate.ts');
      await (printRoles ? commands.printRoles(readConfig()) : commands.migrateDatabase(readConfig()));
    });
  program
    .command('doctor')
    .description('check this deployment: versions, servers, roles, clocks, disk, sandbox; says what to fix')
    .option('--storage', 'also compare every stored object with the database')
    .option('--json', 'print JSON lines')
    .action(async (options: DoctorOptions) => {
      const { examine } = await import('./commands/doctor.ts');
      process.exitCode = await examine(readConfig(), options);
    });
  program
    .command('rotate-secret-key')
    .description('replace the master key in DATA_DIR (requires the database)')
    .action(async () => (await import('./commands/rotate-secret-key.ts')).rotateSecretKey(readConfig()));
  return program;
}

/** Options of `get` that print to standard output instead of writing files. */
const prints = ['json', 'text', 'markdown'];

/** Adds the commands for existing jobs. */
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
    .option('-b, --batch <id>', 'only jobs of this batch')
    .option('-s, --status <statuses>', 'only jobs with these statuses, such as running,retrying', statusesOf)
    .option('-n, --limit <number>', 'maximum number of jobs', countOf, 20)
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
    .addOption(new Option('--json', 'print everything except the pages as JSON').conflicts(['text', 'markdown']))
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
    .description('cancel jobs, or all unfinished jobs of batches')
    .argument('<id...>', 'ids of jobs and batches')
    .action(async (ids: string[]) => {
      const { cancel } = await import('./commands/cancel.ts');
      process.exitCode = await cancel(readClientConfig(), ids);
    });
  program
    .command('retry')
    .description('run failed or cancelled jobs again, or the failed jobs of batches')
    .argument('<id...>', 'ids of jobs and batches')
    .option(
      '--password <password>',
      'the password of an encrypted document, which was erased when the job ended; see submit',
    )
    .action(async (ids: string[], options: { password?: string }) => {
      const { retry } = await import('./commands/retry.ts');
      process.exitCode = await retry(readClientConfig(), ids, options);
    });
  addKeyCommands(program);
  addTenantCommands(program);
  addAuditCommands(program);
  addAdminCommands(program);
}

const epilogue = `
Environment:
  PORT, HOST, PUBLIC_URL   where the API listens (4000, 127.0.0.1), and how clients reach it
  DATA_DIR                 where documents and the embedded database are stored (./data)
  DATABASE_URL, REDIS_URL  servers to use instead of the embedded ones
  PAGEHIVE_URL             the server for submit, watch, list, get, cancel and retry (http://127.0.0.1:4000)
  PAGEHIVE_KEY             the API key that these commands send
  PAGEHIVE_DOCUMENT_PASSWORD
                           the password of encrypted documents for submit and retry, instead of --password
  AUTH                     required: refuse clients without an API key, even if no key exists yet
`;

const exitCodes = `
Exit codes: 0 success, 1 a job or request failed, 2 wrong usage, 130 Ctrl-C (jobs continue on the server).
`;

const submitEpilogue = `
Examples:
  pagehive submit report.pdf --follow
  pagehive submit *.pdf --out results
  pagehive submit invoices 'scans/**/2024-*.pdf' --batch --follow
  curl -s https://example.com/report.pdf | pagehive submit - --follow --json

PAGEHIVE_URL names the server (http://127.0.0.1:4000).
${exitCodes.trim()}
`;

/**
 * Errors in the command line or the environment: exit code 2. Listed by name, because importing the classes would load
 * every command.
 */
const usageErrors = ['ConfigError', 'UsageError'];
/** Errors that are not bugs: the message is enough. */
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
    // Commander has already printed the problem. Printing the help or the version is not an error.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (expectedErrors.includes(name)) for (const line of message.split('\n')) console.error(`pagehive: ${line}`);
  else console.error(error);
  process.exitCode = usageErrors.includes(name) ? 2 : 1;
}

// The reader of the output may close it early (`| head`, a closed terminal). The command must still finish its work.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
await createProgram().parseAsync().catch(fail);
