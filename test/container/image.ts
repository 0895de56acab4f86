import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root as repository } from '../docs/markdown.ts';
import { changesOf, createLayer, type Layered, type Mount, runIn, runOutside, succeed } from './chroot.ts';
import { type ImageSettings, readDockerfile, type Stage, type Step } from './dockerfile.ts';

/** The image of the Dockerfile, as a folder. */
export interface Image extends AsyncDisposable {
  readonly root: Layered;
  readonly settings: ImageSettings;
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where programs in a root find the certificates that the machine trusts, which may be more than those of Debian. */
const certificates = '/run/certificates.pem';

/**
 * Runs the steps of the Dockerfile. In place of the base image stands what its name promises: a clean Debian with Node.js
 * and the user `node`.
 */
export async function buildImage(): Promise<Image> {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-image-'));
  const dispose = async () => void (await succeed(runOutside(['rm', '-rf', folder])));
  try {
    const stages = readDockerfile(readFileSync(new URL('Dockerfile', repository), 'utf8'));
    const bases = [...new Set(stages.map(({ base }) => base))];
    const [base = '', ...others] = bases;
    if (others.length > 0) throw new Error(`the Dockerfile has several base images: ${bases.join(', ')}`);
    const machine = await createBase(base, join(folder, 'base'), join(folder, 'node'));
    const roots = new Map<string, Layered>();
    let root: Layered = { base: machine, layer: '' };
    for (const [index, stage] of stages.entries()) {
      root = createLayer(machine, join(folder, `stage-${index}`));
      await build(stage, { root, roots, caches: join(folder, 'caches') });
      if (stage.name !== null) roots.set(stage.name, root);
    }
    const settings = stages.at(-1)?.settings;
    if (settings === undefined) throw new Error('the Dockerfile is empty');
    settings.env = { PATH: path, HOME: '/home/node', ...settings.env };
    return { root, settings, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Settings of dpkg: slim images have no documentation, and need not survive a crash of the machine. */
const dpkgSettings = `force-unsafe-io
path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
`;

/** Creates the root folder of an image such as `node:24-bookworm-slim`. */
async function createBase(name: string, root: string, packages: string): Promise<string> {
  const [, node, suite] = /^node:(\d+)-(\w+)-slim$/.exec(name) ?? [];
  if (node === undefined || suite === undefined) throw new Error(`the test does not know the base image ${name}`);
  const settings = join(root, 'etc', 'dpkg', 'dpkg.cfg.d');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'slim'), dpkgSettings);
  const program = `node-linux-${process.arch}`;
  await Promise.all([
    succeed(runOutside(['debootstrap', '--variant=minbase', suite, root])),
    succeed(
      runOutside([
        'npm',
        'install',
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--prefix',
        packages,
        `${program}@${node}`,
        'npm@11',
      ]),
    ),
  ]);
  const modules = join(packages, 'node_modules');
  const local = join(root, 'usr', 'local');
  cpSync(join(modules, program, 'bin', 'node'), join(local, 'bin', 'node'));
  cpSync(join(modules, 'npm'), join(local, 'lib', 'node_modules', 'npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin', 'npm'));
  // As in the official image.
  writeFileSync(join(root, 'etc', 'resolv.conf'), '');
  const user = 'groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node';
  await run({ kind: 'run', script: user, cache: null }, { root, workdir: '/', env: {}, caches: packages });
  return root;
}

interface Building {
  root: Layered;
  /** The roots of earlier stages. */
  roots: ReadonlyMap<string, Layered>;
  /** A folder for the caches that steps share. */
  caches: string;
}

async function build({ steps, settings }: Stage, building: Building): Promise<void> {
  const { root } = building;
  let workdir = '/';
  for (const step of steps) {
    if (step.kind === 'run') await run(step, { ...building, workdir, env: settings.env });
    else if (step.kind === 'copy') await copy(step, workdir, building);
    else {
      workdir = step.path;
      mkdirSync(join(changesOf(root), workdir), { recursive: true });
    }
  }
}

interface RunOptions {
  root: Layered | string;
  workdir: string;
  env: Record<string, string>;
  caches: string;
}

async function run(
  { script, cache }: Step & { kind: 'run' },
  { root, workdir, env, caches }: RunOptions,
): Promise<void> {
  const files = typeof root === 'string' ? root : changesOf(root);
  const mounts: Mount[] = [{ source: '/etc/resolv.conf', target: '/etc/resolv.conf' }];
  if (cache !== null) {
    const source = join(caches, cache);
    for (const each of [source, join(files, cache)]) mkdirSync(each, { recursive: true });
    mounts.push({ source, target: cache });
  }
  const trusted = process.env.NODE_EXTRA_CA_CERTS || '/etc/ssl/certs/ca-certificates.crt';
  if (existsSync(trusted)) {
    mkdirSync(join(files, dirname(certificates)), { recursive: true });
    writeFileSync(join(files, certificates), '');
    mounts.push({ source: trusted, target: certificates });
  }
  const surroundings = {
    root,
    workdir,
    env: { PATH: path, HOME: '/root', ...networkOf(process.env), ...env },
    user: { uid: 0, gid: 0 },
    mounts,
  };
  await succeed(runIn(surroundings, ['/bin/sh', '-c', script]));
  rmSync(join(files, certificates), { force: true });
}

/** The variables by which programs find the network of this machine. Docker passes those of proxies, too. */
function networkOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = /^(https?_proxy|no_proxy|npm_config_registry)$/i;
  const own = Object.entries(env).filter((entry): entry is [string, string] => names.test(entry[0]) && !!entry[1]);
  return { ...Object.fromEntries(own), NODE_EXTRA_CA_CERTS: certificates };
}

/** Copies files of an earlier stage or of the repository, as root's. */
async function copy(
  { from, sources, target }: Step & { kind: 'copy' },
  workdir: string,
  building: Building,
): Promise<void> {
  const stage = from === null ? null : building.roots.get(from);
  if (stage === undefined) throw new Error(`COPY --from=${from}: there is no such stage`);
  // The stages copy only from folders that no base image has.
  const origin = stage === null ? fileURLToPath(repository) : changesOf(stage);
  const destination = join(changesOf(building.root), workdir, target);
  const isFolder = target.endsWith('/') || target === '.';
  for (const source of sources) {
    const files = from === null ? inContext(source).listed : [source];
    for (const file of files) {
      // Docker copies what a folder contains, and a file under its name if the target is a folder.
      const place =
        source === '.'
          ? join(destination, file)
          : isFolder
            ? join(destination, file.split('/').at(-1) ?? '')
            : destination;
      mkdirSync(dirname(place), { recursive: true });
      await succeed(
        runOutside([
          'cp',
          '--recursive',
          '--preserve=mode,timestamps,links',
          '--no-target-directory',
          join(origin, file),
          place,
        ]),
      );
    }
    if (source !== '.') continue;
    for (const each of inContext(source).excluded) rmSync(join(destination, each), { recursive: true, force: true });
  }
}

/** Returns which files and folders of a path of the repository .dockerignore lets into the image, and which below not. */
function inContext(source: string): { listed: string[]; excluded: string[] } {
  const [first, ...lines] = readFileSync(new URL('.dockerignore', repository), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (first !== '*') throw new Error('.dockerignore must exclude everything first');
  const listed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  if (/[*?]/.test(lines.join())) throw new Error('the test cannot read patterns in .dockerignore');
  const chosen = source === '.' ? listed : listed.filter((each) => each === source);
  if (chosen.length === 0) throw new Error(`.dockerignore excludes ${source}`);
  return { listed: chosen, excluded: lines.filter((line) => !line.startsWith('!')) };
}
