import { describe, expect, it } from "vitest";
import { defaultHandler } from "../../../src/entrypoints/lambda/handlers/default.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { connectEvent, disconnectEvent, messageEvent } from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";

async function frameFor(body: string) {
  const logger = new RecordingLogger();
  const answer = await defaultHandler({ logger })(messageEvent(body), lambdaContext());
  return { frame: JSON.parse(answer.body ?? ""), logger };
}

describe("default", () => {
  it.each([
    ["an unknown action", '{"action":"shout"}'],
    ["no action", "{}"],
    ["attack:G2 an action that is a number", '{"action":7}'],
    ["attack:G2 an action of the gateway's", '{"action":"$connect"}'],
    ["attack:G2 an action that every object has", '{"action":"toString"}'],
    ["attack:G2 `__proto__`", '{"action":"__proto__"}'],
  ])("answers UNKNOWN_ACTION to %s", async (_title, body) => {
    const { frame } = await frameFor(body);
    expect(frame).toEqual({
      type: "error",
      code: "UNKNOWN_ACTION",
      message: "There is no such action. See the protocol's list of actions.",
      retryable: false,
      requestId: "PJqCOG4zqRcFcPw=",
    });
  });

  it.each(["", "hello", "7", "null", '{"__proto__":{}}', '["action"]', '{"action":'])(
    "attack:G1 responds BAD_REQUEST to %j",
    async (body) => {
      expect((await frameFor(body)).frame).toMatchObject({ type: "error", code: "BAD_REQUEST" });
    },
  );

  it.each([
    ["UNKNOWN_ACTION", '{"action":"shout","id":"7"}'],
    ["UNKNOWN_ACTION", '{"id":"7"}'],
    ["BAD_REQUEST", '{"action":"shout","id":"7","__proto__":{}}'],
    ["BAD_REQUEST", '{"action":"shout","action":"shout","id":"7"}'],
    ["BAD_REQUEST", `{"action":${"[".repeat(40)}${"]".repeat(40)},"id":"7"}`],
  ])("responds %s with the id that could be read in %s", async (code, body) => {
    expect((await frameFor(body)).frame).toMatchObject({ type: "error", code, id: "7" });
  });

  it.each(["7", '["7"]', '{"7":"7"}', '""', '"\\u0007"', '"\\ud800"', JSON.stringify("ü".repeat(65))])(
    "repeats no id that is %s",
    async (id) => {
      const { frame } = await frameFor(`{"action":"shout","id":${id}}`);
      expect(frame).toMatchObject({ code: "UNKNOWN_ACTION" });
      expect(frame).not.toHaveProperty("id");
    },
  );

  it.each([
    ["$connect", connectEvent()],
    ["$disconnect", disconnectEvent()],
    ["nothing of a gateway's", {}],
  ])("admits no caller through an event of %s", async (_title, event) => {
    const answer = await defaultHandler({ logger: new RecordingLogger() })({ ...event, body: "{}" }, lambdaContext());
    expect(answer).toEqual({ statusCode: 500 });
  });

  it("repeats no other text of the client, neither to it nor in the log", async () => {
    const { frame, logger } = await frameFor('{"action":"canary-7f3a","canary-7f3a":"canary-7f3a"}');
    expect(JSON.stringify([frame, logger.entries])).not.toContain("canary");
    expect(logger.entries).toHaveLength(1);
  });
});
