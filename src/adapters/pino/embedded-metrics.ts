import type { LogFields } from "../../application/ports/logger.ts";

/** CloudWatch's embedded metric format: a log entry that says which of its own members are metrics. */
export type EmbeddedMetrics = {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly [
      {
        readonly Namespace: string;
        readonly Dimensions: readonly (readonly string[])[];
        readonly Metrics: readonly { readonly Name: string; readonly Unit: "Count" | "Milliseconds" }[];
      },
    ];
  };
};

type Measured = {
  readonly count: readonly (keyof LogFields)[];
  readonly millis: readonly (keyof LogFields)[];
  /**
   * A set is used if the log entry has all its members. Dimensions are names and codes only: every value of an id would
   * be a metric to pay for.
   */
  readonly dimensions: readonly (readonly (keyof LogFields)[])[];
};

/** The metrics, by the message of the log entry that has them. */
const MEASURED: Readonly<Record<string, Measured>> = {
  invocation: {
    count: ["invocations"],
    millis: [],
    dimensions: [
      ["function", "outcome"],
      ["function", "reason"],
    ],
  },
  delivery: {
    count: ["recipients", "delivered", "gone", "expired", "throttled", "deferred", "deadLettered"],
    millis: ["ageMs"],
    dimensions: [[], ["function"]],
  },
  "put aside": { count: ["deadLettered"], millis: [], dimensions: [[], ["function"]] },
};

/** The metrics of a log entry; undefined if it has none. */
export function embeddedMetrics(
  namespace: string,
  message: string,
  fields: LogFields,
  timestamp: number,
): EmbeddedMetrics | undefined {
  const measured = Object.hasOwn(MEASURED, message) ? MEASURED[message] : undefined;
  if (measured === undefined) return undefined;
  const isThere = (name: keyof LogFields) => fields[name] !== undefined;
  const Metrics = [
    ...measured.count.filter(isThere).map((Name) => ({ Name, Unit: "Count" as const })),
    ...measured.millis.filter(isThere).map((Name) => ({ Name, Unit: "Milliseconds" as const })),
  ];
  const Dimensions = measured.dimensions.filter((names) => names.every(isThere));
  if (Metrics.length === 0 || Dimensions.length === 0) return undefined;
  return { _aws: { Timestamp: timestamp, CloudWatchMetrics: [{ Namespace: namespace, Dimensions, Metrics }] } };
}
