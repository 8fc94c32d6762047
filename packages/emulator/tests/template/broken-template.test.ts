import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { describe, expect, it, onTestFinished } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { Clock } from "../../src/clock/clock.ts";
import { Faults } from "../../src/faults/faults.ts";
import { DEFAULT_QUOTAS } from "../../src/gateway/quotas.ts";
import { startRuntime } from "../../src/runtime.ts";
import { connectTo, handshakeStatus } from "../../src/testing.ts";
import { allow, type Handler, type Json } from "../support/handlers.ts";
import { describeTemplate, projectTemplate, replaced, withoutResource } from "../support/project-template.ts";

const template = projectTemplate();

/** The emulator over a template, with functions that respond with their name. */
async function start(text: string) {
  const stack = describeTemplate(text);
  const calls: string[] = [];
  const handlerOf = (name: string): Handler => {
    if (name === "Authorizer") return allow;
    return () => {
      calls.push(name);
      return name === "Connect" ? { statusCode: 200 } : { statusCode: 200, body: name };
    };
  };
  const runtime = await startRuntime({
    api: stack.api,
    functions: stack.functions.map((fn) => ({ ...fn, handler: handlerOf(fn.name) })),
    eventing: stack,
    port: 0,
    account: DEFAULT_ACCOUNT,
    quotas: DEFAULT_QUOTAS,
    faults: new Faults(),
    clock: new Clock(),
  });
  onTestFinished(() => runtime.close());
  const { port, stage } = runtime;
  return { port, stage, url: `ws://127.0.0.1:${port}/${stage}`, calls };
}

/** The responses to subscribe and then unsubscribe, read until the last one has come. */
async function answers(url: string): Promise<string[]> {
  const client = await connectTo(url);
  client.send({ action: "subscribe" });
  client.send({ action: "unsubscribe" });
  const frames: string[] = [];
  while (!frames.includes("Unsubscribe")) frames.push(await client.text());
  client.close();
  return frames.toSorted();
}

async function publish(port: number, DetailType = "Entity Updated"): Promise<readonly Json[]> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new EventBridgeClient({ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, credentials });
  onTestFinished(() => client.destroy());
  const Entries = [{ Source: "CLI", DetailType, Detail: '{"entityId":"order-17"}' }];
  await client.send(new PutEventsCommand({ Entries }));
  const report = await fetch(`http://127.0.0.1:${port}/_local/queues`);
  return ((await report.json()) as { queues: Json[] }).queues;
}

describe("the emulator over a broken template", () => {
  it("responds on every route while nothing is broken (positive control)", async () => {
    const { url } = await start(template);

    expect(await answers(url)).toEqual(["Subscribe", "Unsubscribe"]);
  });

  it("passes an event to its function while nothing is broken (positive control)", async () => {
    const { port, calls } = await start(template);
    await publish(port);

    await expect.poll(() => calls).toEqual(["DeliverPushes"]);
  });

  it("has the address from the template", async () => {
    const { stage, url } = await start(replaced(template, "StageName: !Ref StageName", "StageName: Prod"));

    expect(await handshakeStatus(url)).toBe(101);
    expect(await handshakeStatus(url.replace("Prod", "dev"))).toBe(403);
    expect(stage).toBe("Prod");
  });

  it("does not respond on a route without its route response, though the function runs", async () => {
    const { url, calls } = await start(withoutResource(template, "SubscribeRouteResponse"));

    expect(await answers(url)).toEqual(["Unsubscribe"]);
    expect(calls).toContain("Subscribe");
  });

  it("does not respond to a ping without its route response", async () => {
    const { url, calls } = await start(withoutResource(template, "PingRouteResponse"));
    const client = await connectTo(url);
    client.send({ action: "ping" });
    client.send({ action: "subscribe" });

    expect(await client.text()).toBe("Subscribe");
    expect(calls).toEqual(["Connect", "Subscribe"]);
  });

  it("passes an action without its route to $default", async () => {
    const route = /^ {8}subscribe:\n(?: {10}.*\n)+/m;
    const { url } = await start(withoutResource(replaced(template, route, ""), "SubscribeRouteResponse"));

    expect(await answers(url)).toEqual(["Default", "Unsubscribe"]);
  });

  it("admits no caller without the authorizer of $connect", async () => {
    const { url } = await start(replaced(template, "AuthArn: !GetAtt Authorizer.Arn", "AuthArn: !GetAtt Default.Arn"));

    expect(await handshakeStatus(url)).toBe(500);
  });

  it("delivers an event without its rule to no queue", async () => {
    const text = withoutResource(withoutResource(template, "UserPushQueuePolicy"), "UserPushRule");
    const { port, calls } = await start(text);
    const queues = await publish(port, "Send User Push Notification");

    expect(queues.length).toBeGreaterThan(0);
    expect(calls).toEqual([]);
    expect(JSON.stringify(queues)).not.toContain("order-17");
  });

  it("loses an event when the rule may send to neither queue nor dead letters", async () => {
    const { port, calls } = await start(withoutResource(template, "UserPushQueuePolicy"));
    const queues = await publish(port, "Send User Push Notification");

    expect(calls).toEqual([]);
    expect(JSON.stringify(queues)).not.toContain("order-17");
  });

  it("dead-letters an event when the rule may send only there", async () => {
    const both = "Resource: [!GetAtt EntityUpdatedQueue.Arn, !GetAtt EntityUpdatedDeadLetters.Arn]";
    const { port, calls } = await start(replaced(template, both, "Resource: !GetAtt EntityUpdatedDeadLetters.Arn"));
    const queues = await publish(port);

    expect(calls).toEqual([]);
    expect(JSON.stringify(queues.find(({ name }: Json) => name === "EntityUpdatedDeadLetters"))).toContain("order-17");
  });
});
