import { expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { describeSmallTemplate, smallTemplate } from "../support/small-template.ts";

const fn = (event: string) =>
  `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, Events: { Tick: { Type: Schedule, Properties: ${event} } } } }`;
const rule = (properties: string) =>
  `Rule: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: rate(2 hours), ${properties} } }`;
const TO_FUNCTION = "Targets: [{ Id: Fn, Arn: !GetAtt Fn.Arn }]";
const permission = (properties: string) =>
  `Permission: { Type: AWS::Lambda::Permission, Properties: { ${properties} } }`;
const RULE_MAY_INVOKE =
  "Action: lambda:InvokeFunction, FunctionName: !Ref Fn, Principal: events.amazonaws.com, SourceArn: !GetAtt Rule.Arn";
const DEAD = "Dead: { Type: AWS::SQS::Queue }";
const letters = (ruleId: string) =>
  `Policy: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Dead], PolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: sqs:SendMessage, Resource: !GetAtt Dead.Arn, Condition: { ArnEquals: { aws:SourceArn: !GetAtt ${ruleId}.Arn } } }] } } }`;

it("a function's Schedule event invokes it, by the rule that SAM makes, until the emulator is closed", async () => {
  const emulator = await startEmulator({
    template: { text: smallTemplate(fn("{ Schedule: rate(1 minute) }")), file: "small.yaml" },
    functions: { Fn: () => {} },
    clock: { stopped: true, startAt: Date.UTC(2026, 10, 22, 12) },
  });
  await emulator.clock.advance(120_000);
  await emulator.close();
  await emulator.clock.advance(600_000);

  expect(emulator.recording.invocations.map(({ event }) => [event.time, event.resources])).toEqual([
    ["2026-11-22T12:01:00Z", ["arn:aws:events:us-east-1:123456789012:rule/FnTick"]],
    ["2026-11-22T12:02:00Z", ["arn:aws:events:us-east-1:123456789012:rule/FnTick"]],
  ]);
});

it("a Schedule event has a name, an input, dead letters and a retry policy", () => {
  const event =
    "{ Schedule: rate(5 minutes), Name: sweep, Description: x, State: ENABLED, Input: '{\"a\":1}', RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: !GetAtt Dead.Arn } }";
  const { schedules, warnings, rules } = describeSmallTemplate(fn(event), DEAD, letters("FnTick"));

  expect(schedules).toEqual([
    {
      name: "sweep",
      everyMillis: 300_000,
      targets: [
        {
          functionName: "Fn",
          permitted: true,
          input: '{"a":1}',
          deadLetterQueue: "Dead",
          deadLetterQueuePermitted: true,
          retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeSeconds: 60 },
        },
      ],
    },
  ]);
  expect([warnings, rules]).toEqual([[], []]);
});

it.each([
  ["{ Schedule: rate(1 minute), Enabled: false }", 0],
  ["{ Schedule: rate(1 minute), Enabled: true }", 1],
  ["{ Schedule: rate(1 minute), State: DISABLED }", 0],
  ["{ Schedule: cron(0 12 * * ? *), State: DISABLED }", 0],
])("a Schedule event with the properties %s makes %i schedules", (event, schedules) => {
  expect(describeSmallTemplate(fn(event)).schedules).toHaveLength(schedules);
});

it.each([
  ["rate(1 minutes)", "is not a rate that EventBridge takes, such as rate(1 minute) or rate(5 minutes)"],
  ["cron(0 12 * * ? *)", "is a cron expression, and the emulator runs only rates, such as rate(5 minutes)"],
])("the expression %s is refused, in an event and in a rule", (expression, problem) => {
  expect(() => describeSmallTemplate(fn(`{ Schedule: ${expression} }`))).toThrow(
    `small.yaml:3: Fn.Events.Tick.Properties.Schedule ${problem}`,
  );
  const text = rule(TO_FUNCTION).replace("rate(2 hours)", expression);
  expect(() => describeSmallTemplate(text)).toThrow(`small.yaml:4: Rule.ScheduleExpression ${problem}`);
});

it.each([
  ["{ Name: a }", "Fn.Events.Tick.Properties.Schedule is missing"],
  ["{ Schedule: rate(1 minute), Enabled: true, State: ENABLED }", "Enabled and State are given: SAM takes one of them"],
  ["{ Schedule: rate(1 minute), State: OFF }", "State is not a state of a rule"],
  ["{ Schedule: rate(1 minute), Input: '{' }", "Fn.Events.Tick.Properties.Input is not JSON"],
  ["{ Schedule: rate(1 minute), DeadLetterConfig: { Type: SQS } }", "SAM would make a queue"],
  ["{ Schedule: rate(1 minute), Rate: 1 }", "Rate is not a property that the emulator knows"],
])("a Schedule event with the properties %s is refused", (event, problem) => {
  expect(() => describeSmallTemplate(fn(event))).toThrow(problem);
});

it.each<readonly [about: string, resources: readonly string[], permitted: boolean]>([
  ["with its permission", [permission(RULE_MAY_INVOKE)], true],
  ["with a permission by the function's ARN", [permission(RULE_MAY_INVOKE.replace("!Ref Fn", "!GetAtt Fn.Arn"))], true],
  [
    "with a permission for its account",
    [permission(`${RULE_MAY_INVOKE}, SourceAccount: !Ref AWS::AccountId`).replace("lambda:InvokeFunction", "lambda:*")],
    true,
  ],
  ["without a permission", [], false],
  ["with another rule's permission", [permission(RULE_MAY_INVOKE.replace("!GetAtt Rule.Arn", "arn:aws:x"))], false],
  ["with another service's", [permission(RULE_MAY_INVOKE.replace("events.", "s3."))], false],
  ["with another account's", [permission(`${RULE_MAY_INVOKE}, SourceAccount: "210987654321"`)], false],
  ["with another function's", [permission(RULE_MAY_INVOKE.replace("!Ref Fn", "Other"))], false],
  ["with a permission to invoke by the URL", [permission(`${RULE_MAY_INVOKE}, InvokedViaFunctionUrl: true`)], false],
  ["with a permission for URLs", [permission(RULE_MAY_INVOKE.replace("Function,", "FunctionUrl,"))], false],
])("attack:I4 a rule with a rate may invoke its function only %s", (_about, resources, permitted) => {
  expect(describeSmallTemplate(rule(TO_FUNCTION), ...resources).schedules).toEqual([
    {
      name: "Rule",
      everyMillis: 7_200_000,
      targets: [{ functionName: "Fn", permitted, deadLetterQueuePermitted: false }],
    },
  ]);
});

it("a rule with a rate sends to a queue as its policy permits, and may have a pattern too", () => {
  const targets = "Targets: [{ Id: Dead, Arn: !GetAtt Dead.Arn, Input: '[1]' }]";
  const { schedules, rules } = describeSmallTemplate(
    rule(`EventPattern: { source: [shop] }, ${targets}`),
    DEAD,
    letters("Rule"),
  );
  const target = { queue: "Dead", permitted: true, deadLetterQueuePermitted: false, input: "[1]" };

  expect(schedules).toMatchObject([{ name: "Rule", targets: [target] }]);
  expect(rules).toMatchObject([{ name: "Rule", eventPattern: { source: ["shop"] }, targets: [target] }]);
});

it.each([
  [rule(`EventBusName: orders, ${TO_FUNCTION}`), "Rule.ScheduleExpression is allowed only on the default bus"],
  [rule("Targets: [{ Id: x, Arn: arn:aws:x }]"), "Rule.Targets[0].Arn is not the ARN of any AWS::SQS::Queue here"],
  [rule(TO_FUNCTION).replace("ScheduleExpression: rate(2 hours), ", ""), "Rule.EventPattern is missing"],
])("a rule that cannot work is refused: %#", (resource, problem) => {
  expect(() => describeSmallTemplate(resource)).toThrow(problem);
});

it("a rule with a rate that is switched off is not read", () => {
  const off = rule(`State: DISABLED, ${TO_FUNCTION}`).replace("rate(2 hours)", "cron(0 12 * * ? *)");

  expect(describeSmallTemplate(off).schedules).toEqual([]);
});
