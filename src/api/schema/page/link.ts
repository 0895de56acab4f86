import type { Link as LinkShape } from '../../../pdf/model/document.ts';
import { builder } from '../builder.ts';
import { listConnection } from '../stored-list.ts';

export const Link = builder.objectRef<LinkShape>('Link').implement({
  description: 'A link on a page, to a URL or to a page of the same document.',
  fields: (t) => ({
    text: t.exposeString('text', { nullable: true, description: 'The text that the link covers, if known.' }),
    url: t.exposeString('url', { nullable: true, description: 'The target of a link out of the document.' }),
    pageNumber: t.exposeInt('pageNumber', {
      nullable: true,
      description: 'The target of a link within the document, counting from 1.',
    }),
  }),
});

export const LinkConnection = listConnection(Link, 'Link', 'links of a page');
