/** A metric that an expression reads. */
export interface Selector {
  name: string;
  /** The values that it selects, by label: one for each alternative of a regular expression. */
  labels: Map<string, string[]>;
}

export interface Reading {
  selectors: Selector[];
  /** The labels of `by`, `without` and `on`. */
  grouping: string[];
}

const keywords = new Set(['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'bool', 'offset']);

/** Returns what an expression in PromQL reads. Knows as much of the language as our rules and panels use. */
export function readExpression(expression: string): Reading {
  const grouping = [...expression.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim()),
  );
  const rest = expression.replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, ' ').replace(/\[[^\]]*\]/g, ' ');
  const selectors = [...rest.matchAll(/(?<![\w:."])([a-z_:][\w:]*)\s*(\{[^}]*\}|\(|)/gi)].flatMap(
    ([, name = '', follows = '']) =>
      follows === '(' || keywords.has(name) || isInsideBraces(rest, name) ? [] : [{ name, labels: labelsOf(follows) }],
  );
  return { selectors, grouping: grouping.filter((name) => name !== '') };
}

/** Whether a word is only part of a matcher, such as the name of a label. */
function isInsideBraces(expression: string, word: string): boolean {
  return !expression.replace(/\{[^}]*\}/g, '').includes(word);
}

function labelsOf(braces: string): Map<string, string[]> {
  return new Map(
    [...braces.matchAll(/(\w+)\s*=(~?)\s*"([^"]*)"/g)].map(([, label = '', regex, value = '']) => [
      label,
      regex === '~' ? value.split('|') : [value],
    ]),
  );
}

/** Returns the expressions of a file with alert rules, as it writes them. */
export function expressionsOfRules(yaml: string): string[] {
  return [...yaml.matchAll(/^ +expr: (?:>-\n((?: {10}.*\n)+)|(.+))/gm)].map(([, folded, plain]) =>
    (folded ?? plain ?? '').replace(/\s+/g, ' ').trim(),
  );
}

/** Returns the labels and their values of each metric in Prometheus' text format. */
export function seriesOf(text: string): Map<string, Map<string, Set<string>>> {
  const metrics = new Map<string, Map<string, Set<string>>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_:][\w:]*)(?:\{([^}]*)\})? /gim)) {
    const known = metrics.get(name) ?? new Map<string, Set<string>>();
    metrics.set(name, known);
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      known.set(label, (known.get(label) ?? new Set<string>()).add(value));
    }
  }
  return metrics;
}
