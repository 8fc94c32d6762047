import type { RuleTarget } from "../eventbridge/rule-target.ts";
import type { EventingDescription } from "../eventing.ts";
import { type FunctionUrl, functionUrl } from "../function-url/function-url.ts";
import type { ApiDescription, Route } from "../gateway/api-description.ts";
import type { LambdaFunction } from "../lambda/lambda-function.ts";
import type { PageLink, PageSection } from "./front-page.ts";

/** The emulator's own API, for the page at `/` and for a program's greeting. */
export const LOCAL_LINKS: readonly PageLink[] = [
  { path: "/_local/connections", text: "open WebSockets: since when, until when, their frames" },
  { path: "/_local/queues", text: "queues: messages that wait, and dead letters with their reasons" },
  { path: "/_local/events", text: "what happens, as it happens; ?kind=, ?connectionId=, ?payloads=1" },
  { path: "/_local/clock", text: 'the time; PUT {"advance":"2h"} moves it' },
  { path: "/_local/faults", text: "the faults that are to happen, and all kinds; PUT replaces them" },
];

export type RunningParts = {
  readonly api: ApiDescription;
  readonly functions: readonly Pick<LambdaFunction, "name" | "timeoutSeconds" | "memoryMegabytes">[];
  readonly eventing: EventingDescription;
  readonly functionUrls?: readonly FunctionUrl[];
};

/** The parts of the template that run, one section each. A part that the template lacks has no section. */
export function whatRunsHere(parts: RunningParts, authority: string): readonly PageSection[] {
  const { api, eventing } = parts;
  const sections: readonly PageSection[] = [
    { title: "WebSocket API", lines: api.stages.map(({ name }) => `ws://${authority}/${name}`) },
    { title: "Routes", lines: [...api.routes.map(routeLine), ...api.mockRoutes.map(mockLine)] },
    {
      title: "Functions",
      lines: parts.functions.map(({ name, timeoutSeconds, memoryMegabytes }) => {
        return `${name} (${timeoutSeconds} s, ${memoryMegabytes} MB)`;
      }),
    },
    {
      title: "Function URLs",
      links: (parts.functionUrls ?? []).map(({ id, functionName }) => ({
        path: functionUrl("", id),
        text: functionName,
      })),
    },
    { title: "Queues", lines: eventing.queues.map((queue) => queueLine(queue, eventing)) },
    {
      title: "Rules",
      lines: eventing.rules.map(({ name, eventBusName, targets }) => {
        return `${name} (bus ${eventBusName}) → ${targets.map(targetName).join(", ")}`;
      }),
    },
    {
      title: "Schedules",
      lines: (eventing.schedules ?? []).map(({ name, everyMillis, targets }) => {
        return `${name} (every ${everyMillis / 1000} s) → ${targets.map(targetName).join(", ")}`;
      }),
    },
    { title: "To see and to change", links: LOCAL_LINKS },
  ];
  return sections.filter(({ lines = [], links = [] }) => lines.length + links.length > 0);
}

function routeLine({ routeKey, functionName, authorizer }: Route): string {
  return `${routeKey} → ${functionName}${authorizer ? ` (authorizer ${authorizer.functionName})` : ""}`;
}

function targetName(target: RuleTarget): string {
  return "queue" in target ? target.queue : target.functionName;
}

function mockLine({ routeKey }: { readonly routeKey: string }): string {
  return `${routeKey} → a constant`;
}

function queueLine(
  { name, deadLetters }: EventingDescription["queues"][number],
  { eventSourceMappings }: EventingDescription,
): string {
  const readers = eventSourceMappings.filter(({ queue }) => queue === name).map(({ functionName }) => functionName);
  const after = deadLetters === undefined ? "" : ` (dead letters: ${deadLetters.queue})`;
  return `${name}${readers.length > 0 ? ` → ${readers.join(", ")}` : ""}${after}`;
}
