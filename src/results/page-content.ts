import type { Link } from '../pdf/model/document.ts';
import { type Content, type ContentList, maxJsonBytes, maxTextBytes } from './content.ts';
import { type PageFacts, stored } from './stored-json.ts';

// The contents of a page beyond its small columns. The number of a request is that of the page.

const row = { from: 'pages p', where: 'p.job_id = w.id AND p.number = w.number' };

function textColumn(column: 'text' | 'markdown'): Content<string> {
  return {
    ...row,
    name: `page.${column}`,
    value: `p.${column}`,
    bytes: `octet_length(p.${column})`,
    maxBytes: maxTextBytes,
    isCommon: true,
    parse: String,
  };
}

export const pageText = textColumn('text');
export const pageMarkdown = textColumn('markdown');

export const pageFacts: Content<PageFacts> = {
  ...row,
  name: 'page.facts',
  value: `p.details - '{hidden,annotations,formFields,blocks}'::text[]`,
  // A dozen short values.
  bytes: '200',
  maxBytes: maxJsonBytes,
  isCommon: true,
  parse: (value) => stored.pageFacts.parse(value),
};

export const pageLinks: ContentList<Link> = { ...row, name: 'page.links', column: 'p.links', check: stored.links };

/** A list in the details of a page. */
function detail<T>(name: string, check: ContentList<T>['check']): ContentList<T> {
  return { ...row, name: `page.${name}`, column: `p.details->'${name}'`, check };
}

export const pageHiddenTexts = detail('hidden', stored.hiddenTexts);
export const pageAnnotations = detail('annotations', stored.annotations);
export const pageFormFields = detail('formFields', stored.formFields);
export const pageBlocks = detail('blocks', stored.blocks);
