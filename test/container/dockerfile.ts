import { DockerfileParser } from 'dockerfile-ast';

/** What an image is run with. */
export interface ImageSettings {
  env: Record<string, string>;
  workdir: string;
  /** Ids of the user and the group. */
  user: { uid: number; gid: number };
  entrypoint: string[];
  command: string[];
  healthcheck: string[];
}

export type Step =
  | { kind: 'run'; script: string; cache: string | null }
  | { kind: 'copy'; from: string | null; sources: string[]; target: string }
  | { kind: 'workdir'; path: string };

export interface Stage {
  base: string;
  name: string | null;
  steps: Step[];
  settings: ImageSettings;
}

interface Instruction {
  getKeyword(): string;
  getArgumentsContent(): string | null;
  getFlags?(): { getName(): string; getValue(): string | null }[];
}

/**
 * Reads the instructions of a Dockerfile, stage by stage. Throws for everything that the Dockerfile of this project does
 * not use, so that no instruction is skipped.
 */
export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') stages.push(stageOf(instruction));
    else read(keyword, instruction, stages.at(-1) ?? refuse('an instruction before FROM'));
  }
  return stages;
}

function stageOf(instruction: Instruction): Stage {
  const words = argumentsOf(instruction).split(/\s+/);
  const [base = '', as, name = null] = words;
  if (words.length > 3 || (as !== undefined && as.toUpperCase() !== 'AS')) refuse(`FROM ${words.join(' ')}`);
  const settings = {
    env: {},
    workdir: '/',
    user: { uid: 0, gid: 0 },
    entrypoint: [],
    command: [],
    healthcheck: [],
  };
  return { base, name, steps: [], settings };
}

function read(keyword: string, instruction: Instruction, { steps, settings }: Stage): void {
  const content = argumentsOf(instruction);
  const flags = new Map((instruction.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue() ?? '']));
  const known: Record<string, string[]> = { RUN: ['mount'], COPY: ['from'], HEALTHCHECK: timesOfHealthcheck };
  for (const name of flags.keys()) if (!known[keyword]?.includes(name)) refuse(`${keyword} --${name}`);
  if (keyword === 'RUN') {
    const mount = flags.get('mount');
    const cache = mount === undefined ? null : (/^type=cache,target=([^,]+)$/.exec(mount)?.[1] ?? refuse(mount));
    steps.push({ kind: 'run', script: content, cache });
  } else if (keyword === 'COPY') {
    const paths = content.split(/\s+/);
    if (/[*?["$]/.test(content)) refuse(`COPY ${content}`);
    steps.push({
      kind: 'copy',
      from: flags.get('from') ?? null,
      sources: paths.slice(0, -1),
      target: paths.at(-1) ?? '',
    });
  } else if (keyword === 'WORKDIR') {
    settings.workdir = content;
    steps.push({ kind: 'workdir', path: content });
  } else if (keyword === 'ENV') {
    for (const each of content.split(/\s+/)) {
      const [, name = '', value = ''] = /^([A-Z_]+)=([\w./:-]*)$/.exec(each) ?? refuse(`ENV ${each}`);
      settings.env[name] = value;
    }
  } else if (keyword === 'USER') {
    const [, uid, gid] = /^(\d+):(\d+)$/.exec(content) ?? refuse(`USER ${content}`);
    settings.user = { uid: Number(uid), gid: Number(gid) };
  } else if (keyword === 'ENTRYPOINT') settings.entrypoint = wordsOf(content);
  else if (keyword === 'CMD') settings.command = wordsOf(content);
  else if (keyword === 'HEALTHCHECK') settings.healthcheck = wordsOf(content.replace(/^CMD /, ''));
  else if (keyword !== 'EXPOSE') refuse(keyword);
}

const timesOfHealthcheck = ['interval', 'timeout', 'start-period'];

/** Returns the arguments as one text, without the escaped ends of lines and the comments between them. */
function argumentsOf(instruction: Instruction): string {
  const content = instruction.getArgumentsContent() ?? '';
  return content.replace(/\\\n(?:\s*#.*\n)*\s*/g, '').trim();
}

/** The exec form alone: a shell as process 1 would not pass on signals. */
function wordsOf(content: string): string[] {
  const words: unknown = content.startsWith('[') ? JSON.parse(content) : refuse(`the shell form: ${content}`);
  return Array.isArray(words) ? words.map(String) : refuse(content);
}

function refuse(what: string): never {
  throw new Error(`the test cannot read this in the Dockerfile: ${what}`);
}
