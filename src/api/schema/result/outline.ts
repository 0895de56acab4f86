import type { OutlineItem as OutlineItemShape } from '../../../pdf/model/document.ts';
import { builder } from '../builder.ts';
import { listConnection } from '../stored-list.ts';

export const OutlineItem = builder.objectRef<OutlineItemShape>('OutlineItem').implement({
  description: 'A bookmark of the document.',
  fields: (t) => ({
    title: t.exposeString('title', { description: 'The text of the bookmark.' }),
    depth: t.exposeInt('depth', { description: 'The level of the bookmark; 0 is the top level.' }),
    pageNumber: t.exposeInt('pageNumber', {
      nullable: true,
      description: 'The target page, counting from 1; null if the target is not a page of this document.',
    }),
  }),
});

export const OutlineConnection = listConnection(OutlineItem, 'OutlineItem', 'bookmarks of a document');
