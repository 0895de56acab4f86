import { builder } from './builder.ts';

export const JobStatus = builder.enumType('JobStatus', {
  description: 'The status of a job. COMPLETED, FAILED and CANCELLED are final.',
  values: {
    PENDING: { description: 'The job is accepted and stored. It waits for a worker, or for `runAt`.' },
    RUNNING: { description: 'A worker processes the job.' },
    RETRYING: { description: 'An attempt failed. The next one starts at `nextRetryAt`.' },
    COMPLETED: { description: 'The job has a `result`.' },
    FAILED: { description: 'The job failed, see `failure`.' },
    CANCELLED: { description: 'The job was cancelled.' },
  } as const,
});

export const JobStage = builder.enumType('JobStage', {
  description: 'What a job is doing. A final job keeps its last stage.',
  values: {
    QUEUED: { description: 'Waiting: PENDING or RETRYING.' },
    DOWNLOAD: { description: 'Downloading the document.' },
    OPEN: { description: 'Opening the document: password, number of pages, bookmarks.' },
    EXTRACT: { description: 'Reading pages; `pagesDone` counts them.' },
    OCR: {
      description:
        'Reading pages by OCR. The percentage rises with each page; `pagesDone` rises when pages are stored, up to 16 at a time.',
    },
    RENDER: { description: 'Drawing page images. This stage alternates with EXTRACT, group by group.' },
    STORE: { description: 'Storing the result.' },
  } as const,
});

export const RequestedEngine = builder.enumType('RequestedEngine', {
  description: 'The engine that a job requests.',
  values: {
    AUTO: { description: 'PDFIUM, and PDFJS where PDFIUM fails or is likely to misread a page.' },
    PDFIUM: { description: 'PDFium, the engine of Chrome: the fastest.' },
    PDFJS: { description: "Mozilla's pdf.js: slower, but opens some documents that PDFIUM refuses." },
  } as const,
});

export const Engine = builder.enumType('Engine', {
  description: 'The engine that read a page or a document.',
  values: {
    PDFIUM: { description: 'PDFium, the engine of Chrome.' },
    PDFJS: { description: "Mozilla's pdf.js." },
  } as const,
});

export const ImageFormat = builder.enumType('ImageFormat', {
  description: 'The format of page images.',
  values: {
    JPEG: { description: 'The fastest to make, and small.' },
    PNG: { description: 'Lossless; three to five times as large as JPEG.' },
    WEBP: { description: 'The smallest; takes several times as long to make.' },
  } as const,
});
