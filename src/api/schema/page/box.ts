import type { Box as BoxShape } from '../../../pdf/model/box.ts';
import { builder } from '../builder.ts';

export const Box = builder.objectRef<BoxShape>('Box').implement({
  description:
    'A rectangle on a page, in points (1/72 inch). The origin is the top left corner of the page, turned so that its text is upright.',
  fields: (t) => ({
    x: t.exposeFloat('x', { description: 'Distance of the left edge from the left of the page.' }),
    y: t.exposeFloat('y', { description: 'Distance of the upper edge from the top of the page.' }),
    width: t.exposeFloat('width', { description: 'Width of the rectangle.' }),
    height: t.exposeFloat('height', { description: 'Height of the rectangle.' }),
  }),
});
