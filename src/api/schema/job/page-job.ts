import { builder } from '../builder.ts';
import { Page } from '../page/page.ts';
import { Job } from './job.ts';

// Apart from both types, which need each other.
builder.prismaObjectField(Page, 'job', (t) =>
  t.relation('job', { type: Job, description: 'The job that the page belongs to.' }),
);
