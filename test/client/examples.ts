export interface Example {
  name: string;
  code: string;
}

/** The code blocks of a document that have a file name behind their language. */
export function examplesOf(markdown: string): Example[] {
  return [...markdown.matchAll(/^```(?:tsx?|python) (\S+)\n(.*?)^```$/gms)].map(([, name = '', code = '']) => ({
    name,
    code,
  }));
}
