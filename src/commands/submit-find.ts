import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UsageError } from './usage-error.ts';

/** A document that was named by an argument or found below one. */
export interface Found {
  argument: string;
  /** The path below the given directory, or below the fixed part of the pattern; null for a document named itself. */
  below: string | null;
}

/**
 * Expands the arguments of a batch: a directory to all PDFs below it, and a pattern that the shell has not expanded to
 * the matching files. Ignores hidden files.
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
    if (matching.length === 0) problems.push(`${argument}: ${isDirectory ? 'contains no PDF' : 'no such file'}`);
    found.push(...matching.map((file) => ({ argument: join(base, file), below: file })));
  }
  if (problems.length > 0) throw new UsageError(problems);
  return found;
}

/** Relative paths, separated by `/` and sorted. */
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

/** The directory before the first part with a wildcard, and a regular expression for the rest. */
function splitPattern(pattern: string): [base: string, rest: RegExp] {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => magic.test(part));
  const base = parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '');
  return [base, new RegExp(`^${regexOf(parts.slice(first).join('/'))}$`, 'u')];
}

const tokens = /\*\*\/|\*+|\?|\[!?[^\]]+\]|\{[^}]*\}|[^*?[{]+|[[{]/g;

/** Supports `*` and `?` within a name, `**` across directories, `[a-z]`, `[!a]` and `{a,b}`. */
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
