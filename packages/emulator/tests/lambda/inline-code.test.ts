import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { expect, it, onTestFinished } from "vitest";
import { Clock, runTemplate } from "../../src/index.ts";
import { connectTo } from "../../src/testing.ts";

/** It answers with the path of its own file, and with a name out of a package of this project. */
const CODE = `const { WebSocket } = require("ws"); exports.handler = async () => ({ statusCode: 200, body: JSON.stringify([__filename, WebSocket.name]) });`;

const TEMPLATE = `
Resources:
  Chat: { Type: AWS::Serverless::WebSocketApi, Properties: { StageName: dev, RouteSelectionExpression: $request.body.action, Routes: { $default: { FunctionArn: !GetAtt Fn.Arn } } } }
  Reply: { Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ApiId: !Ref Chat, RouteId: !Ref ChatDefaultRoute, RouteResponseKey: $default } }
  Fn: { Type: AWS::Serverless::Function, Properties: { Handler: index.handler, InlineCode: '${CODE}' } }
`;

it("code in the template runs from a file of its own, finds packages, and is removed at the end", async () => {
  const running = await runTemplate({ template: { text: TEMPLATE, file: "inline.yaml" } });
  const client = await connectTo(running.url);
  client.send({ action: "x" });
  const [file, name] = await client.json();
  client.close();
  await running.close();

  expect(file).toMatch(/emulator-code-[^/\\]+[/\\]Fn[/\\]index\.js$/);
  expect(name).toBe("WebSocket");
  expect(existsSync(file)).toBe(false);
});

it("code is removed if the start fails", async () => {
  const before = readdirSync(tmpdir());
  const text = TEMPLATE.replace("Handler: index.handler", "Handler: other.handler");

  await expect(runTemplate({ template: { text, file: "inline.yaml" } })).rejects.toThrow("Fn has no module");
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith("emulator-code-") && !before.includes(name));
  expect(left).toEqual([]);
});

it("code is removed, and nothing waits for time, if the port is in use", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const clock = new Clock();
  const text = `${TEMPLATE}
  Queue: { Type: AWS::SQS::Queue }
  Source: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Ref Fn, EventSourceArn: !GetAtt Queue.Arn } }
`;
  let folder = "";
  const run = runTemplate({
    ...{ template: { text, file: "inline.yaml" }, clock, port: (server.address() as AddressInfo).port },
    overrides({ codeUri }) {
      folder = codeUri;
      return {};
    },
  });
  await expect(run).rejects.toThrow("EADDRINUSE");
  expect([existsSync(folder), clock.pending]).toEqual([false, 0]);
  expect(folder).toMatch(/emulator-code-/);
});
