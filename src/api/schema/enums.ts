import { builder } from './builder.ts';

export const JobStatus = builder.enumType('JobStatus', {
  description: 'Where a job stands. COMPLETED, FAILED and CANCELLED are final.',
  values: {
    PENDING: { description: 'Accepted and safe on disk; waits for a worker, or for `runAt`.' },
    RUNNING: { description: 'A worker holds it.' },
    RETRYING: { description: 'An attempt failed; the next one starts at `nextRetryAt`.' },
    COMPLETED: { description: 'Done: `result` is there.' },
    FAILED: { description: 'Ended by `failure`.' },
    CANCELLED: { description: 'Ended by `cancelJob`.' },
  } as const,
});

export const JobStage = builder.enumType('JobStage', {
  description: 'What a job is busy with. A final job keeps its last stage.',
  values: {
    QUEUED: { description: 'Waiting: PENDING or RETRYING.' },
    DOWNLOAD: { description: "Fetching the URL's document." },
    OPEN: { description: 'Opening the document: password, page count, outline.' },
    EXTRACT: { description: 'Reading pages; `pagesDone` counts them.' },
    OCR: {
      description:
        'Reading pages by OCR. The percentage moves with each of them; `pagesDone` counts those that are stored, up to 16 at a time.',
    },
    RENDER: { description: 'Drawing the images of pages: it takes turns with EXTRACT, group by group.' },
    STORE: { description: 'Writing the result.' },
  } as const,
});

export const Engine = builder.enumType('Engine', {
  description: 'What reads the pages.',
  values: {
    AUTO: { description: 'LITEPARSE, and PDFJS where that fails.' },
    LITEPARSE: { description: 'PDFium and layout rules, native: fast, best Markdown.' },
    PDFJS: { description: "Mozilla's pdf.js: slower, opens some documents that the other refuses." },
  } as const,
});

export const ImageFormat = builder.enumType('ImageFormat', {
  description: 'The format of the images of pages.',
  values: {
    JPEG: { description: 'The fastest to make, and small enough.' },
    PNG: { description: 'Without loss; three to five times as large.' },
    WEBP: { description: 'The smallest; takes several times as long to make.' },
  } as const,
});
