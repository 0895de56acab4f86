import { builder } from '../builder.ts';
import { Page } from '../page/page.ts';
import { Job } from './job.ts';

// In its own file because both types depend on each other.
builder.prismaObjectField(Page, 'job', (t) =>
  t.relation('job', { type: Job, description: 'The job that the page belongs to.' }),
);
