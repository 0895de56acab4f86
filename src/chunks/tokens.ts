/** The tokenizer that measures chunks: that of current OpenAI models. For most text, others give similar counts. */
export const tokenizerName = 'o200k_base';

/** Its table is several megabytes, so it is loaded only when needed. */
let loading: Promise<(text: string) => number> | null = null;

async function load(): Promise<(text: string) => number> {
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base');
  // With the default of 100,000 words, each new word costs milliseconds once the cache is full.
  setMergeCacheSize(1_000);
  // Text that looks like a control token is ordinary text here.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, options);
}

/** Counts the tokens of a text. Takes quadratic time in the length of a word: keep texts without spaces short. */
export function loadTokenCounter(): Promise<(text: string) => number> {
  loading ??= load();
  return loading;
}
