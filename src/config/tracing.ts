import { z } from 'zod';
import { oneOf, urlOf } from './environment.ts';

/** Where traces are sent, and which. */
export interface TracingConfig {
  /** The base URL of the collector. */
  endpoint: string;
  /** Which traces are recorded, as OpenTelemetry names it. */
  sampler: (typeof traceSamplers)[number];
  /** Share of traces that the `traceidratio` samplers record. */
  ratio: number;
}

const traceSamplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** The variables of the environment. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf(['http:', 'https:'], 'http://127.0.0.1:4318').optional(),
  OTEL_TRACES_SAMPLER: oneOf(...traceSamplers).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .refine((text) => /^(0(\.\d+)?|1(\.0+)?)$/.test(text), 'must be a number between 0 and 1')
    .transform(Number)
    .default(1),
};

/** Returns null without a collector: then no traces are recorded. */
export function tracingOf(values: z.infer<z.ZodObject<typeof tracingVariables>>): TracingConfig | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER: sampler } = values;
  return endpoint === undefined ? null : { endpoint, sampler, ratio: values.OTEL_TRACES_SAMPLER_ARG };
}
