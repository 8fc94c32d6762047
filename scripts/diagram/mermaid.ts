import type { Rule } from "../../packages/emulator/src/eventbridge/event-bus.ts";
import { CONNECTIONS, type Parts, partsOf, reachedBy, reachedByAll } from "./parts.ts";
import type { System, SystemFunction } from "./system.ts";

const POSTS = "posts";

/** For README.md: the same as docs/diagram.svg, laid out by the page that shows it. */
export function mermaid(system: System): string {
  const parts = partsOf(system);
  return [
    "flowchart LR",
    ...indented(shapes(system)),
    ...indented(door(system, parts)),
    ...indented(pushes(system, parts)),
    ...indented(parts.keepers.flatMap((fn) => keeper(system, fn))),
  ].join("\n");
}

/** Of what is no rectangle, or is not called by its name. */
function shapes({ stores, queues }: System): string[] {
  return [
    "callers([Clients])",
    "recipients([Clients])",
    "publishers([Publishers])",
    `${POSTS}["POST @connections"]`,
    ...stores.map(({ name }) => `${name}[(${name})]`),
    ...queues.map(({ name }) => `${name}[[${name}]]`),
  ];
}

function door(system: System, { door: functions }: Parts): string[] {
  const { routes } = system.api;
  return [
    "callers <--> api",
    ...group(
      "api",
      "API Gateway",
      routes.map(({ routeKey }) => `${routeId(routeKey)}["${routeKey}"]`),
    ),
    ...routes.flatMap(({ routeKey, functionName, routeResponse, authorizer }) => [
      ...(authorizer ? [`${routeId(routeKey)} -- authorizer --> ${authorizer.functionName}`] : []),
      `${routeId(routeKey)} ${routeResponse ? "<-->" : "-->"} ${functionName}`,
    ]),
    ...functions.flatMap((fn) => reachedBy(system, fn).map((name) => `${fn.name} --> ${target(name)}`)),
  ];
}

function pushes(system: System, { pushers }: Parts): string[] {
  const common = reachedByAll(system, pushers);
  const own = pushers.flatMap((fn) =>
    reachedBy(system, fn)
      .filter((name) => !common.includes(name))
      .map((name) => `${fn.name} --> ${target(name)}`),
  );
  return [
    "publishers --> bus",
    ...group(
      "bus",
      "EventBridge",
      system.rules.map(({ name }) => name),
    ),
    ...system.rules.flatMap(ruleEdges),
    ...system.queues.flatMap(({ name, deadLetters }) =>
      deadLetters ? [`${name} -. after ${deadLetters.maxReceiveCount} receives .-> ${deadLetters.queue}`] : [],
    ),
    ...system.eventSourceMappings.map((mapping) => `${mapping.queue} --> ${mapping.functionName}`),
    ...group(
      "push",
      "Push",
      pushers.map(({ name }) => name),
    ),
    ...common.map((name) => `push --> ${target(name)}`),
    ...own,
    `${POSTS} --> recipients`,
  ];
}

function ruleEdges({ name, targets }: Rule): string[] {
  return targets.flatMap((ruleTarget) => [
    `${name} --> ${ruleTarget.queue}`,
    ...(ruleTarget.deadLetterQueue ? [`${name} -.-> ${ruleTarget.deadLetterQueue}`] : []),
  ]);
}

function keeper(system: System, fn: SystemFunction): string[] {
  const caller =
    fn.rotationDays === undefined ? "developers([Developers])" : `schedule([Every ${fn.rotationDays} days])`;
  return [`${caller} --> ${fn.name}`, ...reachedBy(system, fn).map((name) => `${fn.name} --> ${target(name)}`)];
}

function target(name: string): string {
  return name === CONNECTIONS ? POSTS : name;
}

/** No key of a route is another's with this before it; `default` alone would be a word of mermaid's. */
function routeId(routeKey: string): string {
  return `route_${routeKey.replace("$", "")}`;
}

function group(id: string, title: string, lines: readonly string[]): string[] {
  return [`subgraph ${id}["${title}"]`, ...indented(lines), "end"];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
