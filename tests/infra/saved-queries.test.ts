import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { LOG_FIELDS } from "../../src/application/ports/logger.ts";

type Query = { readonly Name: string; readonly LogGroupNames: readonly unknown[]; readonly QueryString: string };

/** Tags of CloudFormation become the text behind them. */
function savedQueries(): readonly (readonly [string, Query])[] {
  const text = readFileSync("infra/template.yaml", "utf8").replaceAll(/!(Ref|Sub|If|GetAtt) /g, "");
  const { Resources } = parse(text, { logLevel: "silent", merge: true });
  return Object.values(Resources as Record<string, { readonly Type: string; readonly Properties: Query }>)
    .filter(({ Type }) => Type === "AWS::Logs::QueryDefinition")
    .map(({ Properties }) => [Properties.Name.split("/")[1] ?? "", Properties]);
}

/** The fields that a query reads: names outside of strings and comments that are no words of the language. */
function fieldsOf(query: string): readonly string[] {
  const words =
    /^(filter|fields|sort|limit|stats|by|as|and|or|not|in|asc|desc|count|count_distinct|coalesce|ispresent)$/;
  const code = query.replaceAll(/#.*$|"[^"]*"/gm, "");
  const named = new Set([...code.matchAll(/ as (\w+)/g)].map(([, name]) => name));
  return [...code.matchAll(/@?[a-zA-Z_]\w*/g)]
    .map(([name]) => name)
    .filter((name) => !words.test(name) && !named.has(name));
}

describe("the saved queries", () => {
  const queries = savedQueries();

  it("are those of the documentation", () => {
    const page = readFileSync("docs/deployment.md", "utf8");
    expect(queries.map(([name]) => name)).toEqual([
      "One user's day",
      "Refusals by reason",
      "Who was put out by which event",
    ]);
    for (const [name] of queries) expect(page).toContain(`| ${name} `);
  });

  it.each(queries)("%s reads fields that are logged, and no other", (_name, { QueryString }) => {
    const known = new Set<string>([...LOG_FIELDS, "message", "@timestamp"]);
    const fields = fieldsOf(QueryString);
    expect(fields.length).toBeGreaterThan(3);
    expect(fields.filter((field) => !known.has(field))).toEqual([]);
  });

  it("one user's covers every function that knows a connection's user, but for pushes and subscriptions", () => {
    const [, { LogGroupNames }] = queries[0] ?? ["", { LogGroupNames: [] }];
    expect(LogGroupNames.flat()).toEqual(
      expect.arrayContaining([
        ...["AuthorizerLogs", "ConnectLogs", "AuthenticateLogs", "DisconnectLogs", "AdministerLogs", "CheckLogs"],
      ]),
    );
  });
});
