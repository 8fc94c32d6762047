import { describe, expect, it } from "vitest";
import { judgeBatchResponse } from "../../src/sqs/batch-verdict.ts";

const BATCH = ["id-1", "id-2", "id-3"];

describe("Lambda developer guide, success and failure conditions of a batch", () => {
  it.each<readonly [about: string, answer: unknown]>([
    ["null", null],
    ["nothing", undefined],
    ["an empty object", {}],
    ["an empty list", []],
    ["another object", { foo: "bar" }],
    ["an empty batchItemFailures", { batchItemFailures: [] }],
    ["a null batchItemFailures", { batchItemFailures: null }],
  ])("complete success: %s", (_about, answer) => {
    expect([...judgeBatchResponse(answer, BATCH).failed]).toEqual([]);
  });

  it.each<readonly [about: string, answer: unknown]>([
    ["text", "(^_^)"],
    ["a number", 7],
    ["a list of something", [{ itemIdentifier: "id-1" }]],
    ["batchItemFailures is no list", { batchItemFailures: "id-1" }],
    ["a list of ids", { batchItemFailures: ["id-1"] }],
    ["a null item", { batchItemFailures: [null] }],
    ["an empty itemIdentifier", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["a null itemIdentifier", { batchItemFailures: [{ itemIdentifier: null }] }],
    ["a wrong key", { batchItemFailures: [{ messageId: "id-1" }] }],
    ["attack:I7 an unknown itemIdentifier", { batchItemFailures: [{ itemIdentifier: "id-4" }] }],
    ["a known and an unknown one", { batchItemFailures: [{ itemIdentifier: "id-1" }, { itemIdentifier: "id-4" }] }],
    ["an inherited property", { batchItemFailures: [{ itemIdentifier: "constructor" }] }],
  ])("complete failure: %s", (_about, answer) => {
    expect([...judgeBatchResponse(answer, BATCH).failed]).toEqual(BATCH);
  });

  it("fails exactly the items named, however often", () => {
    const item = { itemIdentifier: "id-2" };
    expect([...judgeBatchResponse({ batchItemFailures: [item, item] }, BATCH).failed]).toEqual(["id-2"]);
  });
});
