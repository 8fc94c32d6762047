import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { json } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { type AwsStandIn, startAwsStandIn } from "../../benchmarks/aws-stand-in.ts";

type Asked = { readonly path?: string; readonly target?: string; readonly body?: unknown; readonly ca?: Buffer };

async function started(table?: "empty"): Promise<{ aws: AwsStandIn; ask: (asked: Asked) => Promise<unknown> }> {
  const aws = await startAwsStandIn(table && { table });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => {
    agent.destroy();
    aws.stop();
  });
  const trusted = readFileSync(aws.certificateFile);
  const ask = async ({ path = "/", target, body = {}, ca = trusted }: Asked) => {
    const headers = target === undefined ? {} : { "x-amz-target": target };
    const sent = request(aws.endpoint + path, { method: "POST", agent, ca, headers }).end(JSON.stringify(body));
    const [response]: IncomingMessage[] = await once(sent, "response");
    return response && json(response);
  };
  return { aws, ask };
}

const QUERY = "DynamoDB_20120810.Query";

describe("the stand-in for AWS", () => {
  it("counts requests and handshakes, and anew when told", async () => {
    const { aws, ask } = await started();
    await ask({ target: QUERY });
    await ask({ path: "/prod/@connections/abc" });
    expect(aws.requests).toEqual([
      { method: "POST", path: "/", target: QUERY },
      { method: "POST", path: "/prod/@connections/abc", target: undefined },
    ]);
    expect(aws.connections).toBe(1);
    aws.countAnew();
    expect([aws.requests, aws.connections]).toEqual([[], 0]);
  });

  it("is trusted by its own certificate only, whose file ends with it", async () => {
    const { aws, ask } = await started();
    await expect(ask({ ca: Buffer.from("") })).rejects.toThrow("self-signed certificate");
    expect(existsSync(aws.certificateFile)).toBe(true);
    aws.stop();
    expect(existsSync(aws.certificateFile)).toBe(false);
  });

  it.each([
    { values: { ":connection": { S: "c2lnbmVkLWluLWE=" } }, found: { pk: { S: "c2lnbmVkLWluLWE=" } } },
    { values: { ":entity": { S: "ENTITY#order-17" } }, found: { pk: { S: "ENTITY#order-17" } } },
    { values: { ":user": { S: "ann" } }, found: { GSI1PK: { S: "ann" } } },
  ])("has one item for the query $values, and none in an empty table", async ({ values, found }) => {
    const query = { target: QUERY, body: { ExpressionAttributeValues: values } };
    expect(await (await started()).ask(query)).toMatchObject({ Items: [found], Count: 1 });
    expect(await (await started("empty")).ask(query)).toMatchObject({ Items: [], Count: 0 });
  });

  it("reads by key what a query finds", async () => {
    const { ask } = await started();
    const Key = { pk: { S: "ENTITY#order-17" }, sk: { S: "c2lnbmVkLWluLWE=" } };
    const one = await ask({ target: "DynamoDB_20120810.GetItem", body: { Key } });
    expect(one).toMatchObject({ Item: { ...Key, userId: { S: "ann" } } });
    const RequestItems = { table: { Keys: [Key] } };
    const batch = await ask({ target: "DynamoDB_20120810.BatchGetItem", body: { RequestItems } });
    expect(batch).toMatchObject({ Responses: { table: [Key] } });
  });
});
