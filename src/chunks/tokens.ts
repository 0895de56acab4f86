/** The tokenizer by which chunks are measured: that of current OpenAI models. Others count much the same for most text. */
export const tokenizerName = 'o200k_base';

/** Its table is megabytes: loaded by the first process that needs it, when it does. */
let loading: Promise<(text: string) => number> | null = null;

async function load(): Promise<(text: string) => number> {
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base');
  // With its default of 100,000 words, each new word costs milliseconds once the cache is full.
  setMergeCacheSize(1_000);
  // What looks like a control token is text of a document like any other.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, options);
}

/** Counts the tokens of a text. It takes time quadratic in the length of a word: keep texts without spaces short. */
export function loadTokenCounter(): Promise<(text: string) => number> {
  loading ??= load();
  return loading;
}
