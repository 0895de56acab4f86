import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UsageError } from './usage-error.ts';

/** A document that was found under an argument, or is the argument itself. */
export interface Found {
  argument: string;
  /** Where it lies below the directory that was given, or the fixed part of the pattern; null for what was named itself. */
  below: string | null;
}

/**
 * What the arguments of a batch stand for: a directory for the PDFs in it, at any depth, and a pattern that the shell has not
 * expanded for the files that match it. Hidden files are left out.
 */
export async function findDocuments(args: string[]): Promise<Found[]> {
  const found: Found[] = [];
  const problems: string[] = [];
  for (const argument of args) {
    const isDirectory = await stat(argument).then(
      (entry) => entry.isDirectory(),
      () => null,
    );
    if (isDirectory !== true && (isDirectory === false || !isPattern(argument))) {
      found.push({ argument, below: null });
      continue;
    }
    const [base, pattern] = isDirectory ? [argument, /\.pdf$/i] : splitPattern(argument);
    const files = await filesBelow(base);
    const matching = files.filter((file) => pattern.test(file));
    if (matching.length === 0)
      problems.push(`${argument}: there is no such ${isDirectory ? 'document in it' : 'file'}`);
    found.push(...matching.map((file) => ({ argument: join(base, file), below: file })));
  }
  if (problems.length > 0) throw new UsageError(problems);
  return found;
}

/** Relative paths with `/` between their parts, sorted. */
async function filesBelow(base: string): Promise<string[]> {
  const entries = await readdir(base || '.', { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      relative(base || '.', join(entry.parentPath, entry.name))
        .split(sep)
        .join('/'),
    )
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')))
    .sort();
}

const magic = /[*?[{]/;

function isPattern(argument: string): boolean {
  return magic.test(argument) && !/^https?:\/\//i.test(argument);
}

/** The directory before the first part with a wildcard, and what the rest means. */
function splitPattern(pattern: string): [base: string, rest: RegExp] {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => magic.test(part));
  const base = parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '');
  return [base, new RegExp(`^${regexOf(parts.slice(first).join('/'))}$`, 'u')];
}

const tokens = /\*\*\/|\*+|\?|\[!?[^\]]+\]|\{[^}]*\}|[^*?[{]+|[[{]/g;

/** `*` and `?` within a name, `**` across directories, `[a-z]`, `[!a]` and `{a,b}`. */
function regexOf(pattern: string): string {
  return (pattern.match(tokens) ?? [])
    .map((token) => {
      if (token === '**/') return '(?:.*/)?';
      if (token.startsWith('**')) return '.*';
      if (token === '*') return '[^/]*';
      if (token === '?') return '[^/]';
      if (token.startsWith('[') && token.endsWith(']')) return token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
      if (token.startsWith('{') && token.endsWith('}'))
        return `(?:${token.slice(1, -1).split(',').map(regexOf).join('|')})`;
      return token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    })
    .join('');
}
