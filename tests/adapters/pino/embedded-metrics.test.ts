import { describe, expect, it } from "vitest";
import { PinoLogger } from "../../../src/adapters/pino/pino-logger.ts";
import type { LogFields } from "../../../src/application/ports/logger.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";

const NOW = 1_800_000_000_000;

type Line = {
  readonly [member: string]: unknown;
  readonly _aws?: { readonly CloudWatchMetrics: readonly Directive[] };
};
type Directive = {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
};

function logged(message: string, fields: LogFields, options: { level?: "INFO" | "ERROR"; namespace?: string } = {}) {
  const lines: string[] = [];
  const logger = new PinoLogger({
    level: options.level ?? "INFO",
    service: "portcullis",
    metricsNamespace: options.namespace ?? "Portcullis/stack",
    clock: new FixedClock(NOW),
    destination: { write: (line) => void lines.push(line) },
  });
  logger.info(message, fields);
  return lines.map((line): Line => JSON.parse(line));
}

const REFUSAL = { function: "Authorizer", outcome: "rejected", reason: "EXPIRED", invocations: 1, userId: "ann" };
const DELIVERY = { function: "DeliverPushes", delivered: 3, gone: 1, ageMs: 250, notificationId: "1" };

describe("metrics in log entries", () => {
  it("count invocations by function and outcome, and by reason where there is one", () => {
    const [line] = logged("invocation", REFUSAL);
    expect(line).toMatchObject({ ...REFUSAL, level: "INFO", message: "invocation" });
    expect(line?._aws).toEqual({
      Timestamp: NOW,
      CloudWatchMetrics: [
        {
          Namespace: "Portcullis/stack",
          Dimensions: [
            ["function", "outcome"],
            ["function", "reason"],
          ],
          Metrics: [{ Name: "invocations", Unit: "Count" }],
        },
      ],
    });
  });

  it("sum the outcomes of recipients, and give the age of a push", () => {
    const [directive] = logged("delivery", DELIVERY)[0]?._aws?.CloudWatchMetrics ?? [];
    expect(directive?.Dimensions).toEqual([[], ["function"]]);
    expect(directive?.Metrics).toEqual([
      { Name: "delivered", Unit: "Count" },
      { Name: "gone", Unit: "Count" },
      { Name: "ageMs", Unit: "Milliseconds" },
    ]);
  });

  it("count dead letters of whole messages beside those of recipients", () => {
    const [directive] = logged("put aside", { ...DELIVERY, deadLettered: 1, reason: "TOO_OLD" })[0]?._aws
      ?.CloudWatchMetrics ?? [undefined];
    expect(directive?.Dimensions).toEqual([[], ["function"]]);
    expect(directive?.Metrics).toEqual([{ Name: "deadLettered", Unit: "Count" }]);
  });

  it.each([
    ["invocation", REFUSAL],
    ["delivery", DELIVERY],
    ["put aside", { ...DELIVERY, deadLettered: 1 }],
  ])("name only members that the %s entry has, and no id as a dimension", (message, fields) => {
    const [line] = logged(message, fields);
    const [directive] = line?._aws?.CloudWatchMetrics ?? [];
    const named = [...(directive?.Metrics ?? []).map(({ Name }) => Name), ...(directive?.Dimensions ?? []).flat()];
    expect(named.filter((name) => !(name in (line ?? {})))).toEqual([]);
    expect(named.filter((name) => /id$/i.test(name))).toEqual([]);
  });

  it("are written at every level, so that a higher level does not empty the dashboard", () => {
    expect(logged("invocation", REFUSAL, { level: "ERROR" })).toHaveLength(1);
    expect(logged("something else", REFUSAL, { level: "ERROR" })).toHaveLength(0);
  });

  it("are left out without a namespace, and in entries that measure nothing", () => {
    expect(logged("invocation", REFUSAL, { namespace: "" })[0]).not.toHaveProperty("_aws");
    expect(logged("something else", REFUSAL)[0]).not.toHaveProperty("_aws");
    expect(logged("toString", REFUSAL)[0]).not.toHaveProperty("_aws");
  });
});
