import { type Parts, reachedBy } from "../parts.ts";
import type { System, SystemFunction } from "../system.ts";
import { around, type Box, bottom } from "./box.ts";
import { COLUMNS, LEFT } from "./columns.ts";
import { FUNCTION_HEIGHT, functionShape } from "./function-shape.ts";
import type { Picture } from "./picture.ts";

const PITCH = FUNCTION_HEIGHT + 12;
const ROUTE_HEIGHT = 34;
const ACTOR_HEIGHT = 48;
const STORE_HEIGHT = FUNCTION_HEIGHT;

/** Places clients, routes, their functions, stores, and the other users of the stores. Returns the lower edge. */
export function placeDoor(picture: Picture, system: System, { door, keepers }: Parts, top: number): number {
  picture.heading("A connection", LEFT, top);
  const first = top + 40;
  for (const [row, fn] of storeByStore(system, door).entries()) {
    picture.add(fn.name, functionShape(fn, rowBox(COLUMNS.middle, first, row)));
  }
  const functions = picture.frame(
    "Lambda",
    door.map(({ name }) => picture.box(name)),
  );
  const routes = placeRoutes(picture, system);
  placeStores(picture, system, door);
  placeKeepers(picture, system, keepers, first);
  return Math.max(bottom(functions), bottom(routes));
}

/** Functions that use one store stand together, so that the store stands beside them and no others. */
function storeByStore(system: System, door: readonly SystemFunction[]): readonly SystemFunction[] {
  const stores = system.stores.map(({ name }) => name);
  const firstStore = (fn: SystemFunction) => {
    const reached = reachedBy(system, fn);
    const found = stores.findIndex((name) => reached.includes(name));
    return found < 0 ? stores.length : found;
  };
  return door.toSorted((one, other) => firstStore(one) - firstStore(other));
}

function rowBox(column: Pick<Box, "x" | "width">, first: number, row: number): Box {
  return { ...column, y: first + row * PITCH, height: FUNCTION_HEIGHT };
}

/** Returns the frame around them. */
function placeRoutes(picture: Picture, { api }: System): Box {
  const taken = new Map<string, number>();
  const withFunction = api.routes.map(({ routeKey, functionName, routeResponse, authorizer }) => {
    const fn = picture.box(functionName);
    const before = taken.get(functionName) ?? 0;
    taken.set(functionName, before + 1);
    const y = fn.y + (FUNCTION_HEIGHT - ROUTE_HEIGHT) / 2 + before * ROUTE_HEIGHT;
    const box = { ...COLUMNS.entrance, y, height: ROUTE_HEIGHT };
    picture.add(`route ${routeKey}`, { kind: "gateway", box, title: routeKey });
    picture.arrow({ from: box, to: fn, both: routeResponse });
    if (authorizer) {
      picture.arrow({ from: box, to: picture.box(authorizer.functionName), shift: -8 });
    }
    return box;
  });
  const below = bottom(around(withFunction));
  const withoutFunction = api.mockRoutes.map(({ routeKey }, row) => {
    const box = { ...COLUMNS.entrance, y: below + 12 + row * (ROUTE_HEIGHT + 12), height: ROUTE_HEIGHT };
    picture.add(`route ${routeKey}`, { kind: "gateway", box, title: routeKey });
    return box;
  });
  const frame = picture.frame("API Gateway: routes", [...withFunction, ...withoutFunction]);
  const clients = { ...COLUMNS.origin, y: (frame.y + bottom(frame) - ACTOR_HEIGHT) / 2, height: ACTOR_HEIGHT };
  picture.add("clients", { kind: "actor", box: clients, title: "Clients" });
  picture.arrow({ from: clients, to: frame, both: true, label: "wss" });
  return frame;
}

/** A store stands beside the functions that use it, below the store before. */
function placeStores(picture: Picture, system: System, door: readonly SystemFunction[]): void {
  let free = 0;
  for (const { name, service } of system.stores) {
    const users = door.filter((fn) => reachedBy(system, fn).includes(name)).map((fn) => picture.box(fn.name));
    if (users.length === 0) continue;
    const beside = around(users);
    const y = Math.max(beside.y, free);
    const box = { ...COLUMNS.function, y, height: Math.max(bottom(beside) - y, STORE_HEIGHT) };
    picture.add(name, { kind: "store", box, title: name, lines: [service] });
    for (const from of users) picture.arrow({ from, to: box });
    free = bottom(box) + 12;
  }
}

function placeKeepers(picture: Picture, system: System, keepers: readonly SystemFunction[], first: number): void {
  for (const [row, fn] of keepers.entries()) {
    const box = picture.add(fn.name, functionShape(fn, rowBox(COLUMNS.target, first, row)));
    for (const name of reachedBy(system, fn)) picture.arrow({ from: box, to: picture.box(name), shift: 8 * row });
    const y = box.y + (FUNCTION_HEIGHT - ACTOR_HEIGHT) / 2;
    const actor = { ...COLUMNS.end, y, height: ACTOR_HEIGHT };
    picture.add(`caller of ${fn.name}`, { kind: "actor", box: actor, ...callerOf(system, fn) });
    picture.arrow({ from: actor, to: box });
  }
}

function callerOf({ functionUrls }: System, { name, rotationDays }: SystemFunction) {
  if (functionUrls.some(({ functionName }) => functionName === name)) return { title: "Browsers", lines: ["https"] };
  if (rotationDays === undefined) return { title: "Developers", lines: [] };
  return { title: "Schedule", lines: [`every ${rotationDays} days`] };
}
