import type { Rule } from "@portcullis/emulator/template";
import { CONNECTIONS, type Parts, reachedBy, reachedByAll, schedulesOf, takesFrom } from "../parts.ts";
import type { System } from "../system.ts";
import { toQueue } from "../to-queue.ts";
import { around, type Box, bottom } from "./box.ts";
import { COLUMNS, LEFT } from "./columns.ts";
import { functionShape } from "./function-shape.ts";
import type { Picture } from "./picture.ts";

const QUEUE_HEIGHT = 46;
const DEAD_LETTERS_HEIGHT = 28;
/** Between a queue and its dead letters. */
const REDRIVE = 26;
const ROW = QUEUE_HEIGHT + REDRIVE + DEAD_LETTERS_HEIGHT;
const PITCH = ROW + 18;
const ACTOR_HEIGHT = 48;
/** Between the arrows to a queue and the arrows from it. */
const APART = 11;

/** Publishers, rules, queues with their dead letters, and the functions that push. Returns where it ends. */
export function placePushes(picture: Picture, system: System, parts: Parts, top: number): number {
  picture.heading("A push", LEFT, top);
  const first = top + 40;
  const queues = placeQueues(picture, parts, first);
  placeRules(picture, system);
  const functions = placeFunctions(picture, system, parts);
  placeTargets(picture, system, parts, functions);
  drawReach(picture, system, parts, functions);
  return bottom(queues);
}

function placeQueues(picture: Picture, { workQueues }: Parts, first: number): Box {
  const boxes = workQueues.flatMap(({ name, deadLetters }, row) => {
    const box = { ...COLUMNS.middle, y: first + row * PITCH, height: QUEUE_HEIGHT };
    picture.add(name, { kind: "queue", box, title: name });
    if (deadLetters === undefined) return [box];
    const below = { ...COLUMNS.middle, y: bottom(box) + REDRIVE, height: DEAD_LETTERS_HEIGHT };
    const dead = picture.add(deadLetters.queue, { kind: "dead-letters", box: below, title: deadLetters.queue });
    picture.arrow({ from: box, to: dead, fails: true, label: `after ${deadLetters.maxReceiveCount} receives` });
    return [box, dead];
  });
  return picture.frame("SQS", boxes);
}

function placeRules(picture: Picture, { rules, ownBuses }: System): void {
  const isOwn = ({ eventBusName }: Rule) => ownBuses.has(eventBusName);
  const callers = [
    { title: "Publishers", bus: "EventBridge: rules", of: rules.filter((rule) => !isOwn(rule)) },
    { title: "Admins", bus: "EventBridge: a bus of its own", of: rules.filter(isOwn) },
  ];
  for (const { title, bus, of } of callers) {
    if (of.length === 0) continue;
    const frame = picture.frame(
      bus,
      of.map((rule) => placeRule(picture, rule)),
    );
    const box = { ...COLUMNS.origin, y: (frame.y + bottom(frame) - ACTOR_HEIGHT) / 2, height: ACTOR_HEIGHT };
    picture.add(title, { kind: "actor", box, title });
    picture.arrow({ from: box, to: frame, label: "PutEvents" });
  }
}

function placeRule(picture: Picture, rule: Rule): Box {
  const targets = rule.targets.flatMap(toQueue);
  const [target] = targets;
  const box = { ...COLUMNS.entrance, y: picture.box(target?.queue ?? "").y, height: QUEUE_HEIGHT };
  picture.add(rule.name, { kind: "bus", box, title: rule.name, lines: detailTypes(rule) });
  for (const { queue, deadLetterQueue } of targets) {
    picture.arrow({ from: box, to: picture.box(queue) });
    if (deadLetterQueue) picture.arrow({ from: box, to: picture.box(deadLetterQueue), fails: true, corner: true });
  }
  return box;
}

function detailTypes({ eventPattern }: Rule): readonly string[] {
  const pattern = eventPattern as { readonly "detail-type"?: readonly unknown[] };
  return (pattern["detail-type"] ?? []).filter((name) => typeof name === "string");
}

/** A function is as high as its queues and their dead-letter queues together. */
function placeFunctions(picture: Picture, system: System, { pushers }: Parts): Box {
  const boxes = pushers.map((fn) => {
    const queues = takesFrom(system, fn).map((name) => picture.box(name));
    const { y, height } = around(queues);
    const shape = functionShape(fn, { ...COLUMNS.function, y, height: height + ROW - QUEUE_HEIGHT });
    const box = picture.add(fn.name, shape);
    for (const from of queues) picture.arrow({ from, to: box, shift: -APART });
    return box;
  });
  return picture.frame("Lambda", boxes);
}

/** The target of pushes, the queues of undeliverable ones beside those that fill them, and schedules. */
function placeTargets(picture: Picture, system: System, { pushers, endQueues }: Parts, functions: Box): void {
  const posts = { ...COLUMNS.target, y: functions.y + 26, height: 60 };
  picture.add(CONNECTIONS, { kind: "gateway", box: posts, title: "@connections", lines: ["API Gateway"] });
  const clients = { ...COLUMNS.end, y: posts.y + (posts.height - ACTOR_HEIGHT) / 2, height: ACTOR_HEIGHT };
  picture.add("recipients", { kind: "actor", box: clients, title: "Clients" });
  picture.arrow({ from: posts, to: clients });
  for (const [row, { name }] of endQueues.entries()) {
    const senders = pushers.filter((fn) => reachedBy(system, fn).includes(name)).map((fn) => picture.box(fn.name));
    const beside = senders.length > 0 ? around(senders) : functions;
    const y = bottom(beside) - DEAD_LETTERS_HEIGHT - row * (DEAD_LETTERS_HEIGHT + 10);
    const box = { ...COLUMNS.target, y, height: DEAD_LETTERS_HEIGHT };
    picture.add(name, { kind: "dead-letters", box, title: name });
  }
  for (const fn of pushers) {
    const [often] = schedulesOf(system, fn);
    if (often === undefined) continue;
    const to = picture.box(fn.name);
    const box = { ...COLUMNS.target, y: to.y + (to.height - ACTOR_HEIGHT) / 2, height: ACTOR_HEIGHT };
    picture.add(`schedule of ${fn.name}`, { kind: "bus", box, title: "Schedule", lines: [often] });
    picture.arrow({ from: box, to });
  }
}

function drawReach(picture: Picture, system: System, { pushers, workQueues, endQueues }: Parts, functions: Box): void {
  const draw = (from: Box, name: string) => {
    const isBack = workQueues.some((queue) => queue.name === name);
    const fails = endQueues.some((queue) => queue.name === name);
    picture.arrow({ from, to: picture.box(name), fails, shift: isBack ? APART : 0 });
  };
  const common = reachedByAll(system, pushers);
  for (const name of common) draw(functions, name);
  for (const fn of pushers) {
    for (const name of reachedBy(system, fn)) if (!common.includes(name)) draw(picture.box(fn.name), name);
  }
}
