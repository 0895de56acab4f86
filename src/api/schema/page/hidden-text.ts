import type { HiddenText as HiddenTextShape } from '../../../pdf/model/hidden-text.ts';
import { builder } from '../builder.ts';
import { listConnection } from '../stored-list.ts';

const HiddenReason = builder.enumType('HiddenReason', {
  description: 'Why a reader of the page does not see a text.',
  values: {
    INVISIBLE: { description: 'The text is neither filled nor stroked.' },
    OFF_PAGE: { description: 'The text lies outside the page.' },
    TINY: { description: 'The font is smaller than two points.' },
    SAME_COLOUR: { description: 'The text has the colour of its background.' },
    TRANSPARENT: { description: 'The text is painted with no opacity, or through a mask that leaves nothing of it.' },
    CLIPPED: { description: 'The text lies outside its clipping path.' },
    COVERED: { description: 'Something opaque is painted over the text.' },
    LAYER_OFF: { description: 'The text belongs to a layer that viewers do not show by default.' },
  } as const,
});

export const HiddenText = builder.objectRef<HiddenTextShape>('HiddenText').implement({
  description:
    'Text that a reader of the page does not see. It may be addressed to machines, so it is left out of text and Markdown.',
  fields: (t) => ({
    reason: t.expose('reason', { type: HiddenReason, description: 'Why the text is not visible.' }),
    text: t.exposeString('text', { description: 'The text, at most 2,000 characters of it.' }),
  }),
});

export const HiddenTextConnection = listConnection(HiddenText, 'HiddenText', 'hidden texts of a page');
