/** Escapes text that a viewer would take for HTML or a footnote. */
export function escapeMarkdown(text: string): string {
  return text.replace(/<(?=[a-z/!?])|\[(?=\^)/gi, '\\$&');
}

/**
 * Returns a link in Markdown; plain text where the words are (part of) the address, which viewers turn into a link
 * themselves.
 */
export function markdownLink(text: string, url: string): string {
  const shown = text.trim();
  const bare = shown.replace(/[.,;:)]$/, '').replace(/^(?:https?:\/\/|mailto:)/, '');
  if (bare.length === 0 || (bare.length > 5 && url.includes(bare.replaceAll(' ', '')))) {
    return escapeMarkdown(text);
  }
  const target = url.replace(/[()\s<>]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `[${escapeMarkdown(shown).replace(/(?<!\\)[[\]]/g, '\\$&')}](${target})`;
}
