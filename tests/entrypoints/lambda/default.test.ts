import { describe, expect, it } from "vitest";
import { defaultHandler } from "../../../src/entrypoints/lambda/default.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { messageEvent } from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";

async function frameFor(body: string) {
  const logger = new RecordingLogger();
  const answer = await defaultHandler(logger)(messageEvent(body), lambdaContext());
  return { frame: JSON.parse(answer.body ?? ""), logger };
}

describe("default", () => {
  it.each([
    ["an unknown action", '{"action":"shout"}'],
    ["no action", "{}"],
    ["G2 an action that is a number", '{"action":7}'],
    ["G2 an action of the gateway's", '{"action":"$connect"}'],
    ["G2 an action that every object has", '{"action":"toString"}'],
    ["G2 `__proto__`", '{"action":"__proto__"}'],
  ])("answers UNKNOWN_ACTION to %s", async (_title, body) => {
    const { frame } = await frameFor(body);
    expect(frame).toEqual({
      type: "error",
      code: "UNKNOWN_ACTION",
      message: "There is no such action.",
      requestId: "PJqCOG4zqRcFcPw=",
    });
  });

  it.each(["", "hello", "7", "null", '{"__proto__":{}}', '["action"]', '{"action":'])(
    "G1 answers BAD_REQUEST to %j",
    async (body) => {
      expect((await frameFor(body)).frame).toMatchObject({ type: "error", code: "BAD_REQUEST" });
    },
  );

  it("repeats nothing that was sent, neither to the client nor in the log", async () => {
    const { frame, logger } = await frameFor('{"action":"canary-7f3a","id":"canary-7f3a"}');
    expect(JSON.stringify([frame, logger.lines])).not.toContain("canary");
    expect(logger.lines).toHaveLength(1);
  });
});
