import { describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNT, localCallerArn } from "../../src/aws-account.ts";
import { TemplateError } from "../../src/template/template-error.ts";
import { startEmulator } from "../../src/testing.ts";
import { describeTemplate, projectTemplate, replaced } from "../support/project-template.ts";

const FUNCTIONS = DEFAULT_ACCOUNT.functionsAccessKeyId;
const LOCAL_CALLER_ARN = localCallerArn();
const ANYBODY = "AKIDANYBODY";
const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:123456789012:${queue}`;

/** The queues to which a caller may send, by the template with these parameters. */
function openTo(accessKeyId: string, parameters: Readonly<Record<string, string>> = {}) {
  const { queues, mayCallerSend } = describeTemplate(projectTemplate(), parameters);
  return queues.map(({ name }) => name).filter((name) => mayCallerSend?.(arnOf(name), accessKeyId));
}

describe("attack:I4 a queue on a laptop accepts messages from", () => {
  it("only the functions, each to its own queues, if no principal is named", () => {
    expect(openTo(ANYBODY)).toEqual([]);
    const ofPushes = ["ContinuationQueue", "ContinuationDeadLetters", "Undeliverable"];
    expect(openTo(FUNCTIONS)).toEqual([...ofPushes, "AdminQueue", "AdminDeadLetters"]);
  });

  it.each([
    LOCAL_CALLER_ARN,
    `arn:aws:iam::123456789012:user/team/ann,${LOCAL_CALLER_ARN}`,
    "arn:aws:iam::123456789012:user/*",
  ])("every caller, if %s is named, to all queues but the administrators'", (ReplayPrincipals) => {
    const { queues } = describeTemplate(projectTemplate());
    const ofPushes = queues.map(({ name }) => name).filter((name) => !name.startsWith("Admin"));

    expect(openTo(ANYBODY, { ReplayPrincipals })).toEqual(ofPushes);
  });

  it("no principal whose name is the beginning of the named one", () => {
    expect(openTo(ANYBODY, { ReplayPrincipals: `${LOCAL_CALLER_ARN}-2` })).toEqual([]);
  });

  it("no caller, since nothing starts, if a policy has a condition that is not emulated", () => {
    const text = replaced(projectTemplate(), "BoolIfExists: {", '"ForAnyValue:Bool": {');
    expect(() => describeTemplate(text)).toThrow(TemplateError);
  });

  it("no other caller, with SQS's own error: for a message, a batch, and a move with the caller's permissions", async () => {
    await using emulator = await startEmulator({
      functions: {},
      routes: {},
      eventing: {
        queues: [{ name: "updates", deadLetters: { queue: "dead", maxReceiveCount: 5 } }, { name: "dead" }],
        rules: [],
        eventSourceMappings: [],
        mayCallerSend: (queueArn, accessKeyId) => queueArn !== arnOf("updates") || accessKeyId === "operator",
      },
    });
    const QueueUrl = "http://127.0.0.1/123456789012/updates";
    const call = async (accessKeyId: string, operation: string, input: object) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/us-east-1/sqs/aws4_request, Signature=0`;
      const headers = { "X-Amz-Target": `AmazonSQS.${operation}`, authorization };
      const answer = await fetch(emulator.endpoint, {
        method: "POST",
        headers,
        body: JSON.stringify(input),
      });
      return [answer.status, answer.headers.get("x-amzn-query-error")];
    };
    const sendings: readonly (readonly [string, object])[] = [
      ["SendMessage", { QueueUrl, MessageBody: "forged" }],
      ["SendMessageBatch", { QueueUrl, Entries: [{ Id: "a", MessageBody: "forged" }] }],
      ["StartMessageMoveTask", { SourceArn: arnOf("dead") }],
      ["StartMessageMoveTask", { SourceArn: arnOf("dead"), DestinationArn: arnOf("updates") }],
    ];

    for (const [operation, input] of sendings) {
      expect(await call("stranger", operation, input)).toEqual([403, "AccessDenied;Sender"]);
      expect(await call("operator", operation, input)).toEqual([200, null]);
    }
  });
});
