import { expect, it } from "vitest";
import { runTemplate } from "../../src/index.ts";
import type { Json } from "../support/handlers.ts";
import { describeSmallTemplate, smallTemplate } from "../support/small-template.ts";

const RULE =
  "Rule: { Type: AWS::Events::Rule, Properties: { EventPattern: { source: [orders] }, Targets: [{ Id: Fn, Arn: !GetAtt Fn.Arn, RetryPolicy: { MaximumRetryAttempts: 3 } }] } }";
const PERMISSION =
  "Permission: { Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, FunctionName: !Ref Fn, Principal: events.amazonaws.com, SourceArn: !GetAtt Rule.Arn } }";

it.each([
  ["with a permission", [RULE, PERMISSION], true],
  ["without a permission", [RULE], false],
])("a rule %s has a function as its target", (_, resources, permitted) => {
  expect(describeSmallTemplate(...resources).rules).toMatchObject([
    { name: "Rule", targets: [{ functionName: "Fn", permitted, retryPolicy: { maximumRetryAttempts: 3 } }] },
  ]);
});

it.each([
  ["invokes its function with the event", [RULE, PERMISSION], [{ source: "orders", detail: { id: 1 } }], []],
  ["attack:I4 invokes no function that does not permit it", [RULE], [], ["NO_PERMISSIONS"]],
])("a rule %s", async (_, resources, invoked, undelivered) => {
  const events: Json[] = [];
  const codes: string[] = [];
  await using running = await runTemplate({
    template: { text: smallTemplate(...resources), file: "small.yaml" },
    loadFunction: () => (event: Json) => void events.push(event),
    observer: (event) => event.kind === "event-undelivered" && codes.push(event.code),
  });
  const headers = { authorization: "AWS4-HMAC-SHA256 Credential=x", "x-amz-target": "AWSEvents.PutEvents" };
  const Entries = [{ Source: "orders", DetailType: "Placed", Detail: '{"id":1}' }];
  await fetch(running.endpoint, { method: "POST", headers, body: JSON.stringify({ Entries }) });

  expect(events).toMatchObject(invoked);
  expect([events.length, codes]).toEqual([invoked.length, undelivered]);
});
