import { describe, expect, it } from "vitest";
import { embeddedMetrics } from "../../src/adapters/pino/embedded-metrics.ts";
import { newTally } from "../../src/application/push/delivery-report.ts";
import { expandTemplate, ofType } from "../support/expanded-template.ts";

const expanded = expandTemplate();

function resources(type: string) {
  return expanded === undefined ? [] : ofType(expanded, type);
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: as Fn::Sub has it
const NAMESPACE = "Portcullis/${AWS::StackName}";

type Widget = { readonly properties: { readonly title: string; readonly metrics: readonly (readonly unknown[])[] } };

function widgets(): readonly Widget[] {
  const [dashboard] = resources("AWS::CloudWatch::Dashboard");
  const body = dashboard?.[1].Properties["DashboardBody"] as { readonly "Fn::Sub": string };
  return JSON.parse(body["Fn::Sub"]).widgets;
}

/** Rows of our namespace without abbreviations: `.` repeats a cell of the row above, `...` repeats all. */
function ourMetrics(rows: readonly (readonly unknown[])[]): string[] {
  let above: readonly unknown[] = [];
  return rows.flatMap((row) => {
    const cells = row.filter((cell) => typeof cell === "string");
    above = cells[0] === "..." ? above : cells.map((cell, index) => (cell === "." ? above[index] : cell));
    return above[0] === NAMESPACE ? [String(above[1])] : [];
  });
}

describe.skipIf(expanded === undefined)("the dashboard", () => {
  it("shows only own metrics that a log entry carries, or that a filter makes from the access log", () => {
    const tally = { ...newTally(), recipients: 0, ageMs: 0, function: "DeliverPushes" };
    const lines = [
      embeddedMetrics(NAMESPACE, "delivery", tally, 0),
      embeddedMetrics(NAMESPACE, "invocation", { invocations: 1, function: "Connect", outcome: "stored" }, 0),
    ];
    const carried = lines.flatMap((line) => line?._aws.CloudWatchMetrics[0].Metrics.map(({ Name }) => Name) ?? []);
    const filters = resources("AWS::Logs::MetricFilter");
    const filtered = filters.map(([, { Properties }]) => Properties["MetricTransformations"][0].MetricName);
    const shown = widgets().flatMap(({ properties }) => ourMetrics(properties.metrics));
    expect(shown.length).toBeGreaterThan(8);
    expect(shown.filter((name) => ![...carried, ...filtered].includes(name))).toEqual([]);
  });

  it("shows the widgets that an operator watches", () => {
    const titles = widgets().map(({ properties }) => properties.title);
    expect(titles).toEqual(
      expect.arrayContaining([
        "Connections opened, and refused by reason",
        "Pushes",
        "Fan-out: recipients of one delivery",
        "Age of the oldest push",
        "Dead letters",
      ]),
    );
  });
});
