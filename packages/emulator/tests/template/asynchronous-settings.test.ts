import { expect, it } from "vitest";
import { describeSmallTemplate } from "../support/small-template.ts";

const OUT = "Out: { Type: AWS::SQS::Queue }";
const BUS = "Bus: { Type: AWS::Events::EventBus, Properties: { Name: results } }";
const NEXT = "Next: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler } }";
const fn = (properties: string) =>
  `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, ${properties} } }`;
const config = (properties: string) =>
  `Config: { Type: AWS::Lambda::EventInvokeConfig, Properties: { FunctionName: !Ref Fn, Qualifier: $LATEST, ${properties} } }`;

it("a function has its retries, the age of its events, destinations and a dead-letter queue", () => {
  const own = fn(
    "DeadLetterQueue: { Type: SQS, TargetArn: !GetAtt Out.Arn }, EventInvokeConfig: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1, DestinationConfig: { OnSuccess: { Type: EventBridge, Destination: !GetAtt Bus.Arn }, OnFailure: { Type: Lambda, Destination: !GetAtt Next.Arn } } }",
  );
  const { asynchronousSettings, warnings } = describeSmallTemplate(own, OUT, BUS, NEXT);
  expect(asynchronousSettings).toEqual([
    {
      functionName: "Fn",
      maximumRetryAttempts: 1,
      maximumEventAgeSeconds: 60,
      onSuccess: { kind: "event-bus", name: "results" },
      onFailure: { kind: "function", name: "Next" },
      deadLetterQueue: "Out",
    },
  ]);
  expect(warnings).toEqual([]);
});

it("a resource of its own may have them, by the function's name or ARN, and wins", () => {
  const own = fn("EventInvokeConfig: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 70 }");
  const resource = config(
    "MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: !GetAtt Out.Arn } }",
  );
  for (const text of [resource, resource.replace("!Ref Fn", "!GetAtt Fn.Arn")]) {
    expect(describeSmallTemplate(own, text, OUT).asynchronousSettings).toEqual([
      {
        functionName: "Fn",
        maximumRetryAttempts: 0,
        maximumEventAgeSeconds: 70,
        onFailure: { kind: "queue", name: "Out" },
      },
    ]);
  }
});

it("without any of them there are no settings", () => {
  expect(describeSmallTemplate(fn("Timeout: 3")).asynchronousSettings).toEqual([]);
});

it("a destination or dead-letter queue of another kind is named once", () => {
  const topic = "arn:aws:sns:us-east-1:123456789012:topic";
  const own = fn(
    `DeadLetterQueue: { Type: SNS, TargetArn: '${topic}' }, EventInvokeConfig: { DestinationConfig: { OnFailure: { Type: SNS, Destination: '${topic}' } } }`,
  );
  const { asynchronousSettings, warnings } = describeSmallTemplate(own);
  expect(asynchronousSettings).toEqual([]);
  expect(warnings).toEqual([
    expect.stringContaining("Fn.DeadLetterQueue.TargetArn is not emulated: Lambda would send it to a service"),
    expect.stringContaining("DestinationConfig.OnFailure.Destination is not emulated: Lambda would send it"),
  ]);
});

it.each([
  [
    "a destination that SAM would make",
    fn("EventInvokeConfig: { DestinationConfig: { OnFailure: { Type: SQS } } }"),
    "Destination is missing: SAM would make it",
  ],
  ["too many retries", fn("EventInvokeConfig: { MaximumRetryAttempts: 3 }"), "MaximumRetryAttempts must be a whole"],
  ["too young events", fn("EventInvokeConfig: { MaximumEventAgeInSeconds: 59 }"), "must be a whole number from 60"],
  [
    "a queue of elsewhere",
    fn("DeadLetterQueue: { Type: SQS, TargetArn: 'arn:aws:sqs:us-east-1:1:other' }"),
    "is not the ARN of any AWS::SQS::Queue here",
  ],
  [
    "a function of elsewhere",
    config("MaximumRetryAttempts: 0").replace("!Ref Fn", "Other"),
    "is not any function here",
  ],
])("%s is refused", (_, resource, problem) => {
  expect(() => describeSmallTemplate(resource)).toThrow(problem);
});
