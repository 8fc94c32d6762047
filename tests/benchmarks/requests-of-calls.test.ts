import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AwsStandIn, startAwsStandIn } from "../../benchmarks/aws-stand-in.ts";
import { buildOurs, type Subject } from "../../benchmarks/cold-starts.ts";
import { requestsOfCalls } from "../../benchmarks/requests-of-calls.ts";

const folder = mkdtempSync(join(tmpdir(), "portcullis-requests-"));
let aws: AwsStandIn;
let subjects: readonly Subject[];

beforeAll(async () => {
  aws = await startAwsStandIn();
  subjects = await buildOurs(folder);
});

afterAll(() => {
  aws.stop();
  rmSync(folder, { recursive: true });
});

/** A second call: the first one may find its answers fetched already. */
it.each([
  { name: "authorizer", requests: [] },
  { name: "connect", requests: ["Query", "PutItem", "BatchGetItem"] },
  { name: "authenticate", requests: ["BatchGetItem", "GetItem", "UpdateItem", "BatchGetItem"] },
  { name: "check", requests: ["Query", "BatchGetItem"] },
  { name: "subscribe", requests: ["Query", "TransactWriteItems"] },
  { name: "unsubscribe", requests: ["Query", "TransactWriteItems"] },
  { name: "disconnect", requests: ["UpdateItem", "Query", "BatchWriteItem"] },
  { name: "default", requests: [] },
  { name: "deliver-pushes", requests: ["Query", "/prod/@connections/gbgHYy9RVQAYKEj2kA%3D%3D"] },
  { name: "rotate-secret", requests: ["DescribeSecret", "GetSecretValue"] },
  { name: "create-test-jwt", requests: [] },
])("the benchmarks' event has a warm $name request $requests", async ({ name, requests }) => {
  const subject = subjects.find(({ label }) => label === name) as Subject;
  const { second } = await requestsOfCalls(subject, aws);
  expect(second.map(({ target, path }) => target?.split(".")[1] ?? path)).toEqual(requests);
});
