/** What a page says must not become markup of whoever shows the Markdown. */
export function escapeMarkdown(text: string): string {
  return text.replace(/<(?=[a-z/!?])|\[(?=\^)/gi, '\\$&');
}

/** A link in Markdown; as plain text where its words are (part of) its address, which viewers show as a link anyway. */
export function markdownLink(text: string, url: string): string {
  const shown = text.trim();
  const bare = shown.replace(/[.,;:)]$/, '').replace(/^(?:https?:\/\/|mailto:)/, '');
  if (bare.length === 0 || (bare.length > 5 && url.includes(bare.replaceAll(' ', '')))) {
    return escapeMarkdown(text);
  }
  const target = url.replace(/[()\s<>]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `[${escapeMarkdown(shown).replace(/(?<!\\)[[\]]/g, '\\$&')}](${target})`;
}
