import type { PageFailureCode as Code } from '../../../pdf/model/document.ts';
import { pageFailureMessages } from '../../../pdf/model/unreadable-page.ts';
import { builder } from '../builder.ts';

const PageFailureCode = builder.enumType('PageFailureCode', {
  description: 'Why no engine could read a page. The codes are stable.',
  values: {
    DAMAGED: { description: 'The page is too damaged.' },
    TIME_LIMIT: { description: 'Reading the page took longer than a page may take.' },
    MEMORY_LIMIT: { description: 'Reading the page took more memory than a page may take.' },
    CRASH: { description: 'The page made the engines crash.' },
  } as const,
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
  description: 'Why PDFJS read a page of a document that PDFIUM reads.',
  values: {
    UNREADABLE: { description: 'PDFIUM could not read the page.' },
    GARBLED: { description: 'PDFIUM does not know which characters the fonts show, and PDFJS does.' },
    RIGHT_TO_LEFT: { description: 'PDFIUM mixes up the order of right-to-left text.' },
    VERTICAL: { description: 'PDFIUM mixes up the order of vertical text.' },
    RARE_CHARACTERS: { description: 'PDFIUM misreads characters beyond the basic plane of Unicode.' },
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
