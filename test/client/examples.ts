export interface Example {
  name: string;
  code: string;
}

/** The code blocks of a document with a file name after their language. */
export function examplesOf(markdown: string): Example[] {
  return [...markdown.matchAll(/^```(?:tsx?|python) (\S+)\n(.*?)^```$/gms)].map(([, name = '', code = '']) => ({
    name,
    code,
  }));
}
