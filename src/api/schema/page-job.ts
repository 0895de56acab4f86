import { builder } from './builder.ts';
import { Job } from './job.ts';
import { Page } from './page.ts';

// Apart from both types, which need each other.
builder.prismaObjectField(Page, 'job', (t) =>
  t.relation('job', { type: Job, description: 'The job that the page belongs to.' }),
);
