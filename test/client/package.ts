import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Installs the client as a package into a folder: compiled from this source, with the real package.json, beside only
 * the named packages. Any other import fails.
 */
export async function installClient(directory: string, packages: string[]): Promise<void> {
  const home = join(directory, 'node_modules', 'pagehive');
  mkdirSync(home, { recursive: true });
  copyFileSync(join(root, 'package.json'), join(home, 'package.json'));
  linkPackages(directory, packages);
  const project = {
    extends: join(root, 'tsconfig.build.json'),
    compilerOptions: {
      rootDir: join(root, 'src'),
      outDir: join(home, 'dist'),
      typeRoots: [join(root, 'node_modules', '@types')],
      incremental: false,
      tsBuildInfoFile: null,
    },
    include: [join(root, 'src', 'client')],
  };
  writeFileSync(join(directory, 'tsconfig.client.json'), JSON.stringify(project));
  await runNode(directory, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.client.json']);
}

/** Makes a folder an ES module package that can import only the named packages. */
export function linkPackages(directory: string, packages: string[]): void {
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  for (const name of packages) {
    mkdirSync(dirname(join(directory, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name));
  }
}

interface Check {
  /** The package of the compiler. */
  compiler?: string;
  /** Files to compile; all files of the folder by default. */
  files?: string[];
  /** Packages whose global declarations apply. */
  types?: string[];
  skipLibCheck?: boolean;
}

/**
 * Type-checks the files of a folder with the libraries of a plain web project; throws the compiler's output on errors.
 * Checks the declarations of packages, too, unless `skipLibCheck` is set.
 */
export async function checkTypes(
  directory: string,
  { compiler = 'typescript', files, types = ['node'], skipLibCheck = false }: Check = {},
): Promise<void> {
  const project = {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022', 'dom'],
      module: 'nodenext',
      jsx: 'react-jsx',
      strict: true,
      skipLibCheck,
      allowImportingTsExtensions: true,
      noEmit: true,
      types,
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    ...(files === undefined ? { include: ['*.ts', '*.tsx'] } : { files }),
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(project));
  await runNode(directory, [join(root, 'node_modules', compiler, 'bin', 'tsc'), '-p', 'tsconfig.json']);
}

/** Runs Node.js in a folder and returns its output; throws if it fails. */
export async function runNode(directory: string, args: string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}
