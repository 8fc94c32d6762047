import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PinoLogger } from "../../src/adapters/pino/pino-logger.ts";
import { LOG_FIELDS, type LogFields } from "../../src/application/ports/logger.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { NOON } from "../support/notifications.ts";

const text = readFileSync("docs/guarantees.md", "utf8");

/** Queries of Logs Insights: blocks that begin with `fields`. */
const queries = [...text.matchAll(/^```\n(fields [^`]+)```$/gm)].map(([, query = ""]) => query);

function lineOf(message: string, fields: LogFields): string {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  new PinoLogger({ level: "INFO", service: "portcullis", clock: new FixedClock(NOON), destination }).info(
    message,
    fields,
  );
  return lines.join("");
}

describe("the searches of docs/guarantees.md", () => {
  it("show fields that log entries have", () => {
    const shown = queries.flatMap((query) => /^fields (.+)$/m.exec(query)?.[1]?.split(", ") ?? []);
    const known = ["@timestamp", "@message", "message", ...LOG_FIELDS];
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("find pushes that were for a user or did not reach one, and none for a user with a longer name", () => {
    const [, source = ""] = /filter @message like \/(.+)\//.exec(queries.join("\n")) ?? [];
    const found = (fields: LogFields) => new RegExp(source).test(lineOf("delivery", fields));
    expect([found({ userId: "ann" }), found({ unreached: ["bob gone", "ann deferred"] })]).toEqual([true, true]);
    expect([found({ userId: "anna" }), found({ unreached: ["joann gone"] }), found({})]).toEqual([false, false, false]);
  });

  it("find dead-lettered messages by the text that the function logs", () => {
    const [, message = ""] = /filter message = "(.+)"/.exec(queries.join("\n")) ?? [];
    expect(readFileSync("src/entrypoints/lambda/middleware/queue-handler.ts", "utf8")).toContain(`warn("${message}"`);
  });
});
