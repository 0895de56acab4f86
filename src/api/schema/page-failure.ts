import type { PageFailureCode as Code } from '../../pdf/model/document.ts';
import { pageFailureMessages } from '../../pdf/model/unreadable-page.ts';
import { builder } from './builder.ts';

const PageFailureCode = builder.enumType('PageFailureCode', {
  description: 'Why no engine could read a page. The codes are stable.',
  values: { DAMAGED: { description: 'The page is too damaged.' } } as const,
});

export const PageFailure = builder.objectRef<Code>('PageFailure').implement({
  description: 'Why no engine could read a page. The other pages of the document are not affected.',
  fields: (t) => ({
    code: t.field({
      type: PageFailureCode,
      description: 'A stable code for programs to branch on.',
      resolve: (code) => code,
    }),
    message: t.string({
      description: 'What happened, for people. The wording may change.',
      resolve: (code) => pageFailureMessages[code],
    }),
  }),
});

export const PageFallback = builder.enumType('PageFallback', {
  description: 'Why a page was read by another engine than the rest of its document.',
  values: {
    UNREADABLE: { description: 'The first engine could not read the page.' },
    NO_TEXT: { description: 'The first engine found no text, the other one did.' },
    GARBLED: { description: 'The text of the first engine made no sense.' },
    FONT_BOXES: { description: 'The first engine loses words of such fonts.' },
    RIGHT_TO_LEFT: { description: 'The first engine mixes up the order of right-to-left text.' },
    VERTICAL: { description: 'The first engine mixes up the order of vertical text.' },
  } as const,
});

export const ImageFailure = builder.enumType('ImageFailure', {
  description: 'Why a page lacks the images that were requested.',
  values: {
    CANNOT_RENDER: { description: 'No engine can draw the page within its limits of memory and time.' },
    GIVEN_UP: {
      description:
        'The page was not tried: drawing other pages failed too often, or took half of `timeoutSeconds` in all.',
    },
  } as const,
});
