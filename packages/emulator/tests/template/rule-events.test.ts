import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { describe, expect, it, onTestFinished } from "vitest";
import { runTemplate } from "../../src/index.ts";
import { deferred } from "../support/deferred.ts";
import type { Json } from "../support/handlers.ts";
import { describeSmallTemplate, smallTemplate } from "../support/small-template.ts";

const fn = (type: string, properties: string) =>
  `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, Events: { Told: { Type: ${type}, Properties: { ${properties} } } } } }`;
const PATTERN = "Pattern: { source: [shop] }";
const BUS = "Bus: { Type: AWS::Events::EventBus, Properties: { Name: orders } }";
const DEAD = "Dead: { Type: AWS::SQS::Queue }";

describe.each(["EventBridgeRule", "CloudWatchEvent"])("a function's %s event", (type) => {
  it("is a rule that may invoke the function", () => {
    const { rules, warnings } = describeSmallTemplate(fn(type, PATTERN));

    expect(rules).toEqual([
      {
        name: "FnTold",
        eventBusName: "default",
        eventPattern: { source: ["shop"] },
        targets: [{ functionName: "Fn", permitted: true, deadLetterQueuePermitted: false }],
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it("has a bus, a name, an input and dead letters", () => {
    const more = `${PATTERN}, EventBusName: !Ref Bus, RuleName: told, Input: '{"a":1}', DeadLetterConfig: { Arn: !GetAtt Dead.Arn }`;
    const policy =
      "Policy: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Dead], PolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: sqs:SendMessage, Resource: !GetAtt Dead.Arn, Condition: { ArnEquals: { aws:SourceArn: !GetAtt FnTold.Arn } } }] } } }";

    expect(describeSmallTemplate(fn(type, more), BUS, DEAD, policy).rules).toMatchObject([
      {
        name: "told",
        eventBusName: "orders",
        targets: [{ input: '{"a":1}', deadLetterQueue: "Dead", deadLetterQueuePermitted: true }],
      },
    ]);
  });

  it.each(["Enabled: false", "State: DISABLED"])("is no rule with %s", (off) => {
    expect(describeSmallTemplate(fn(type, `${PATTERN}, ${off}`)).rules).toEqual([]);
  });

  it.each([
    ["Pattern: { source: shop }", "Fn.Events.Told.Properties.Pattern is refused by EventBridge:"],
    ["Input: x", "Fn.Events.Told.Properties.Pattern is missing"],
    [`${PATTERN}, InputPath: $.detail`, "Fn.Events.Told.Properties.InputPath is not known to the emulator"],
    [`${PATTERN}, Enabled: true, State: ENABLED`, "Enabled and State are given: SAM takes one of them"],
    [`${PATTERN}, DeadLetterConfig: { Type: SQS }`, "SAM would make a queue, and here are only the queues of the"],
  ])("is refused with %s", (properties, problem) => {
    expect(() => describeSmallTemplate(fn(type, properties))).toThrow(problem);
  });
});

it("an event on the bus invokes the function of an EventBridgeRule event", async () => {
  const told = deferred<Json>();
  const { endpoint, close } = await runTemplate({
    template: { text: smallTemplate(fn("EventBridgeRule", PATTERN)), file: "small.yaml" },
    loadFunction: () => (event: Json) => told.resolve(event),
  });
  onTestFinished(close);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new EventBridgeClient({ endpoint, region: "us-east-1", credentials });
  onTestFinished(() => client.destroy());
  await client.send(new PutEventsCommand({ Entries: [{ Source: "shop", DetailType: "Sold", Detail: '{"n":1}' }] }));

  expect(await told.promise).toMatchObject({ source: "shop", "detail-type": "Sold", detail: { n: 1 } });
});
