import { describe, expect, it, onTestFinished } from "vitest";
import { makeEventFilter } from "../../src/sqs/event-filter.ts";
import { startEventSourceMapping } from "../../src/sqs/event-source-mapping.ts";
import type { SqsEvent } from "../../src/sqs/sqs-event.ts";
import { turnOfEventLoop, workAndDeadQueues } from "../support/queues.ts";
import { describeSmallTemplate } from "../support/small-template.ts";

/** Bodies that reach the function behind a filter, and the number of messages that were deleted. */
async function through(
  patterns: readonly unknown[],
  bodies: readonly string[],
): Promise<{ readonly passed: readonly string[]; readonly deleted: number }> {
  const { work, scheduler, counters } = workAndDeadQueues();
  const passed: string[] = [];
  const invoke = async ({ Records }: SqsEvent) => void passed.push(...Records.map(({ body }) => body));
  const limits = { batchSize: 10, batchingWindowSeconds: 0, maximumConcurrency: 5, reportBatchItemFailures: false };
  const attributes = new Map([["kind", { dataType: "String", stringValue: "order" }]]);
  for (const body of bodies) work.send({ body, attributes });
  const { stop } = startEventSourceMapping(
    { ...limits, queue: work, invoke, filter: makeEventFilter(patterns) },
    scheduler,
  );
  onTestFinished(async () => {
    const stopping = stop();
    work.close();
    await stopping;
  });
  for (let turn = 0; turn < 5; turn += 1) await turnOfEventLoop();
  expect(work.messages()).toEqual([]);
  return { passed, deleted: counters.of("work").deleted };
}

describe("the filter of an event source mapping", () => {
  it.each<readonly [about: string, patterns: readonly unknown[], bodies: readonly string[], passed: readonly string[]]>(
    [
      ["a member of a JSON body", [{ body: { a: [1] } }], ['{"a":1}', '{"a":2}', "text"], ['{"a":1}']],
      ["a body of text", [{ body: ["text"] }], ["text", "other", '{"text":1}'], ["text"]],
      ["one of two filters", [{ body: ["a"] }, { body: [{ prefix: "b" }] }], ["a", "bc", "c"], ["a", "bc"]],
      ["the message's attributes", [{ messageAttributes: { kind: { stringValue: ["order"] } } }], ["a"], ["a"]],
      ["none of them", [{ messageAttributes: { kind: { stringValue: ["user"] } } }], ["a"], []],
    ],
  )("lets through what matches %s, and deletes the rest", async (_, patterns, bodies, passed) => {
    expect(await through(patterns, bodies)).toEqual({ passed, deleted: bodies.length });
  });
});

describe("FilterCriteria in a template", () => {
  const describeWith = (pattern: string) =>
    describeSmallTemplate(
      `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, Events: { Q: { Type: SQS, Properties: { Queue: !GetAtt Work.Arn, FilterCriteria: { Filters: [{ Pattern: '${pattern}' }] } } } } } }`,
      "Work: { Type: AWS::SQS::Queue }",
    );

  it("is read", () => {
    expect(describeWith('{"body":{"a":[1]}}').eventSourceMappings).toMatchObject([
      { filterPatterns: [{ body: { a: [1] } }] },
    ]);
  });

  it.each([
    ["{", "Pattern is not JSON"],
    ['{"body":"a"}', "Pattern is refused by Lambda"],
  ])("is refused with the pattern %s", (pattern, problem) => {
    expect(() => describeWith(pattern)).toThrow(problem);
  });
});
