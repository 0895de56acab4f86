import { parse } from 'yaml';
import { readDocument } from '../docs/markdown.ts';

export interface ComposeService {
  image: string;
  command: string[];
  environment: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  tmpfs?: string | string[];
  volumes?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  networks: string[];
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }>;
}

export interface Compose {
  name: string;
  services: Record<string, ComposeService>;
}

/** Reads compose.yaml with its variables replaced. Throws if a required one is missing, as Docker Compose does. */
export function readCompose(variables: Record<string, string>): Compose {
  const replaced = (text: string) =>
    text.replace(/\$\{(\w+)(?:(:[-?])([^}]*))?\}/g, (_, name: string, operator: string | undefined, rest: string) => {
      const value = variables[name] ?? '';
      if (value === '' && operator === ':?') throw new Error(`${name} is missing: ${rest}`);
      return value === '' && operator === ':-' ? rest : value;
    });
  const document: unknown = parse(readDocument('compose.yaml'), { merge: true });
  return JSON.parse(JSON.stringify(document), (_, value) => (typeof value === 'string' ? replaced(value) : value));
}

/** The names of the variables in compose.yaml. */
export function variablesOfCompose(): string[] {
  return [...new Set([...readDocument('compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))];
}
