import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { expect, it, onTestFinished } from "vitest";
import { runTemplate } from "../../src/index.ts";
import { deferred } from "../support/deferred.ts";
import type { Json } from "../support/handlers.ts";
import { describeSmallTemplate, smallTemplate } from "../support/small-template.ts";

const BUS = "Admin: { Type: AWS::Events::EventBus, Properties: { Name: admin } }";
const QUEUE = "Queue: { Type: AWS::SQS::Queue }";
const ruleOn = (bus: string) =>
  `Rule: { Type: AWS::Events::Rule, Properties: { EventBusName: ${bus}, EventPattern: { source: [shop] }, Targets: [{ Id: Queue, Arn: !GetAtt Queue.Arn }] } }`;
const POLICY =
  "Policy: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Queue], PolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: sqs:SendMessage, Resource: !GetAtt Queue.Arn, Condition: { ArnEquals: { aws:SourceArn: !GetAtt Rule.Arn } } }] } } }";
const CONSUMER =
  "Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, Environment: { Variables: { NAME: !Ref Admin, ALSO: !GetAtt Admin.Name, ARN: !GetAtt Admin.Arn } }, Events: { Queue: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } } } } }";

const ARN = "arn:aws:events:us-east-1:123456789012:event-bus/admin";

it.each(["!Ref Admin", "!GetAtt Admin.Arn", "admin", ARN])("a rule names its bus as %s", (bus) => {
  const arnOfRule = CONSUMER.replace("!Ref Admin", "!GetAtt Rule.Arn");
  const { rules, functions } = describeSmallTemplate(BUS, QUEUE, ruleOn(bus), POLICY, arnOfRule);

  expect(functions[0]?.environment["NAME"]).toBe("arn:aws:events:us-east-1:123456789012:rule/admin/Rule");
  expect(rules).toMatchObject([{ name: "Rule", eventBusName: "admin", targets: [{ permitted: true }] }]);
});

it("a bus gives its name and its ARN", () => {
  const [fn] = describeSmallTemplate(BUS, QUEUE, ruleOn("!Ref Admin"), POLICY, CONSUMER).functions;

  expect(fn?.environment).toEqual({ NAME: "admin", ALSO: "admin", ARN });
});

it.each([
  ["without a name", "{}", "Admin.Name is missing"],
  ["with the default bus's name", "{ Name: default }", "Admin.Name is already another bus's"],
  ["with a partner's name", "{ Name: aws.partner/shop }", "Admin.Name is not a name that EventBridge takes"],
  ["of a partner", "{ Name: a, EventSourceName: a }", "Admin.EventSourceName is not known to the emulator"],
])("a bus %s is refused", (_which, properties, problem) => {
  const read = () => describeSmallTemplate(`Admin: { Type: AWS::Events::EventBus, Properties: ${properties} }`);

  expect(read).toThrow(`small.yaml:4: ${problem}`);
});

it("a second bus of one name is refused", () => {
  expect(() => describeSmallTemplate(BUS, BUS.replace("Admin", "Other"))).toThrow(
    "Other.Name is already another bus's",
  );
});

it("attack:I4 only events for its bus, by name or ARN, reach a rule; those of other buses, accounts and regions do not", async () => {
  const received: string[] = [];
  const last = deferred();
  const handler = ({ Records }: Json) => {
    for (const { body } of Records) received.push(JSON.parse(body).detail.to);
    if (received.includes("last")) last.resolve();
  };
  const text = smallTemplate(BUS, QUEUE, ruleOn("!Ref Admin"), POLICY, CONSUMER);
  await using running = await runTemplate({ template: { text, file: "small.yaml" }, loadFunction: () => handler });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const bus = new EventBridgeClient({ region: "us-east-1", endpoint: running.endpoint, credentials });
  onTestFinished(() => bus.destroy());
  const entry = (EventBusName: string | undefined, to: string) => ({
    ...{ Source: "shop", DetailType: "x", Detail: JSON.stringify({ to }) },
    ...(EventBusName !== undefined && { EventBusName }),
  });
  const { FailedEntryCount } = await bus.send(
    new PutEventsCommand({
      Entries: [
        entry(undefined, "default"),
        entry("default", "default"),
        entry("nothing", "unknown"),
        entry("a/admin", "partner"),
        entry(ARN.replace("123456789012", "210987654321"), "another account"),
        entry(ARN.replace("us-east-1", "eu-west-1"), "another region"),
        entry("admin", "name"),
        entry(ARN, "last"),
      ],
    }),
  );
  await last.promise;

  expect(FailedEntryCount).toBe(0);
  expect(received).toEqual(["name", "last"]);
});
