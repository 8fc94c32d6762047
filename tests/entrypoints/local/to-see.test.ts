import type { RunningTemplate } from "@portcullis/emulator";
import { connectTo, type TestClient } from "@portcullis/emulator/testing";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { leaksIn, plantedTexts } from "../../../packages/emulator/tests/support/planted-texts.ts";
import { startLocalStack } from "../../../src/entrypoints/local/start-local-stack.ts";
import { freePort } from "../../support/emulator-parts.ts";

let runtime: RunningTemplate;
const frames: string[] = [];

beforeAll(async () => {
  const jwtSecret = "only-for-tests-0123456789abcdef0";
  const options = { port: await freePort(), stage: "dev", jwtSecret, logLevel: "ERROR", parameters: {} } as const;
  runtime = await startLocalStack({ ...options, frames: true }, { warn: () => {}, print: (line) => frames.push(line) });
});

afterAll(() => runtime.close());

async function tokenOf(userId: string, permissions: readonly string[]): Promise<string> {
  const minted = await fetch(`${runtime.endpoint}/2015-03-31/functions/CreateTestJwt/invocations`, {
    method: "POST",
    body: JSON.stringify({ userId, permissions }),
  });
  return ((await minted.json()) as { authToken: string }).authToken;
}

async function request(client: TestClient, frame: object): Promise<void> {
  client.send(frame);
  await client.text();
}

it("GET /_local/connections shows who a connection is, what it follows and may, and its own end, never its token", async () => {
  const token = await tokenOf("ann", ["subscribe:order-*"]);
  const ann = await connectTo(runtime.url, { subprotocols: ["websocket", token] });
  for (const entityId of ["order-1", "order-2", "invoice-1"]) await request(ann, { action: "subscribe", entityId });
  await request(ann, { action: "unsubscribe", entityId: "order-1" });
  await connectTo(runtime.url, { subprotocols: ["websocket", await tokenOf("bob", [])] });

  const text = await (await fetch(`${runtime.endpoint}/_local/connections`)).text();

  const { connections } = JSON.parse(text);
  expect(connections).toMatchObject([
    {
      received: { frames: 4 },
      application: {
        userId: "ann",
        endsAt: new Date((decodeJwt(token).exp ?? 0) * 1000).toISOString(),
        issuerId: expect.any(String),
        grants: ["subscribe:order-*"],
        subscriptions: ["order-2"],
      },
    },
    { received: { frames: 0 }, application: { userId: "bob", grants: [], subscriptions: [] } },
  ]);
  for (const segment of token.split(".").slice(1)) expect(text).not.toContain(segment);
});

it("attack:O3 --frames prints what a client says, but no token that it renews with", async () => {
  const token = await tokenOf("eve", ["subscribe:*"]);
  const eve = await connectTo(runtime.url, { subprotocols: ["websocket", token] });
  frames.length = 0;
  await request(eve, { action: "authenticate", token });
  await request(eve, { action: "subscribe", entityId: token });

  expect(frames.map((line) => / (in|out) /.exec(line)?.[1])).toEqual(["in", "out", "in", "out"]);
  expect(frames[0]).toContain('{"action":"authenticate","token":"…"}');
  expect(leaksIn(frames.join("\n"), plantedTexts("no-secret", token))).toEqual([]);
});
