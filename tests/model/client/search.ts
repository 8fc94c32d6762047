import { entityUpdatedFrame, type ServerFrame } from "@portcullis/protocol";
import { type Client, type ClientFault, ENTITY, makeClient, NEW_CLIENT } from "./client.ts";
import { Server, type ServerState, type Transition } from "./server.ts";
import { memoryStores, type WorldStores } from "./stores.ts";
import { type Grantor, REVIEW, type ServerMutation, type ServerStep } from "./world.ts";

/** What may happen in a search, at any moment and in any order. */
export type Scenario = {
  readonly grantor: Grantor;
  /** How often the application begins or ends to want the entity, or asks again for one that was refused. */
  readonly wishes: number;
  /** How many answers do not come in time. Their requests take effect before, much later, or never. */
  readonly losses: number;
  /** What administrators do, in this order. */
  readonly changes?: readonly ("withdrawal" | "grant")[];
  /** The grants of the tokens that the client presents, in this order. */
  readonly renewals?: readonly ("more" | "less")[];
  /** How many reviews fail to post their frame, or end before they forget what the client was told. */
  readonly faults?: number;
};

export type Broken = { readonly client?: ClientFault; readonly server?: ServerMutation };

/**
 * What must not be where nothing is under way any more.
 * - `deaf`: the client believes itself heard, and a push would not be delivered.
 * - `forgotten`: the client wants the entity, and neither has it nor was refused it.
 * - `refused for nothing`: it believes itself refused, and nothing was ever taken back.
 * - `allowed no more`: a push would be delivered against the policy.
 * - `kept for ever`: nothing is wanted, and a push does not make the row go.
 * - `lost`: the newest request of a client was STALE or not understood.
 */
export type Violation = "deaf" | "forgotten" | "refused for nothing" | "allowed no more" | "kept for ever" | "lost";

/**
 * What the protocol allows: the client believes itself refused, and a push would be delivered, or the entity is allowed
 * again. It asks again after its next hello or renewal, or when the application says so.
 */
export type Allowance = "refused and heard" | "refused and allowed";

export type Finding = Violation | Allowance;

export type Found = {
  readonly states: number;
  readonly quiet: number;
  readonly server: { readonly states: number; readonly steps: number };
  /** How often each finding was made, and the shortest way to the first. */
  readonly findings: ReadonlyMap<Finding, { count: number; readonly trace: readonly string[] }>;
};

type State = {
  readonly client: Client;
  readonly server: ServerState;
  /** Requests that were sent and did not begin to take effect. */
  readonly requests: readonly string[];
  /** Frames on their way to the client. */
  readonly frames: readonly string[];
  /** A push may come at any time from now on: there was a row. */
  readonly mayBePushed: boolean;
  readonly pushes: number;
  readonly reviewsDue: number;
  readonly wishes: number;
  readonly losses: number;
  readonly faults: number;
  readonly changes: number;
  readonly renewals: number;
};

/** A state, and the way to it. */
type Node = { readonly state: State; readonly from?: Node; readonly label: string };

type Successor = { readonly label: string; readonly state: State };

/** Pushes that come when nothing is wanted. After each end one more comes. */
const MOST_PUSHES = 1;

const PUSH = entityUpdatedFrame({ entityId: ENTITY, id: "p1", time: "2026-01-01T00:00:00Z", message: "", data: 0 });

/** Looks at every state that can be reached, the nearest first. With `until` it ends with the first finding of this kind. */
export async function search(
  scenario: Scenario,
  {
    makeStores = memoryStores,
    broken = {},
    until,
  }: { readonly makeStores?: () => WorldStores; readonly broken?: Broken; readonly until?: Finding } = {},
): Promise<Found> {
  const server = new Server(scenario.grantor, makeStores, broken.server);
  const moves = makeMoves(scenario, { server, client: makeClient(broken.client) });
  const findings = new Map<Finding, { count: number; readonly trace: readonly string[] }>();
  const seen = new SeenStates();
  let quiet = 0;
  let level: Node[] = [];

  const visit = async (node: Node, next: Node[]) => {
    if (!seen.add(node.state)) return;
    next.push(node);
    if (moves.isQuiet(node.state)) quiet += 1;
    for (const finding of await moves.findingsIn(node.state)) {
      const found = findings.get(finding);
      if (found === undefined) findings.set(finding, { count: 1, trace: traceOf(node) });
      else found.count += 1;
    }
  };

  await visit({ state: moves.begin(await server.begin()), label: "" }, level);
  while (level.length > 0 && (until === undefined || !findings.has(until))) {
    const next: Node[] = [];
    for (const node of level) {
      for (const successor of moves.from(node.state)) {
        const { label, state } = successor instanceof Promise ? await successor : successor;
        await visit({ state, label, from: node }, next);
      }
    }
    level = next;
  }
  return {
    states: seen.size,
    quiet,
    server: { states: server.stateCount, steps: server.stepCount },
    findings,
  };
}

function makeMoves(
  scenario: Scenario,
  { server, client }: { readonly server: Server; readonly client: ReturnType<typeof makeClient> },
) {
  const { changes = [], renewals = [] } = scenario;
  const parsed = new Map<string, ServerFrame>();
  return { begin, from, isQuiet, findingsIn };

  function parse(text: string): ServerFrame {
    const frame = parsed.get(text) ?? (JSON.parse(text) as ServerFrame);
    parsed.set(text, frame);
    return frame;
  }

  /** Without the frames that the client passes over whenever they come. */
  function tidied({ label, state }: Successor): Successor {
    const frames = state.frames.filter((text) => client.isOfUse(state.client, parse(text)));
    return frames.length === state.frames.length ? { label, state } : { label, state: { ...state, frames } };
  }

  function begin(first: ServerState): State {
    return {
      ...{ client: NEW_CLIENT, server: first, requests: [], frames: [], mayBePushed: false, reviewsDue: 0 },
      ...{ wishes: 0, losses: 0, faults: 0, pushes: 0, changes: 0, renewals: 0 },
    };
  }

  /** Everything that can happen next. */
  function from(state: State): readonly (Successor | Promise<Successor>)[] {
    const all = [...wishes(state), ...ofTheClient(state), ...ofTheServer(state), ...ofAdministrators(state)];
    return all.map((one) => (one instanceof Promise ? one.then(tidied) : tidied(one)));
  }

  function wishes(state: State): readonly Successor[] {
    const all: Successor[] = [];
    if (state.wishes < scenario.wishes) {
      const wished = { ...state, wishes: state.wishes + 1 };
      const { isWanted, belief } = state.client;
      const label = isWanted ? "wish     leave" : "wish     want";
      all.push({ label, state: { ...wished, client: client.toggle(state.client) } });
      if (isWanted && belief === "refused") {
        all.push({
          label: "wish     ask once more",
          state: { ...wished, client: client.retry(state.client) },
        });
      }
    }
    const token = renewals[state.renewals];
    const isRenewing = state.client.token !== undefined;
    if (token !== undefined && state.client.isGreeted && !isRenewing) {
      const renewed = client.renew(state.client, token);
      all.push({
        label: `wish     present a token that grants ${token === "more" ? "it" : "nothing"}`,
        state: { ...state, renewals: state.renewals + 1, client: renewed },
      });
    }
    return all;
  }

  function ofTheClient(state: State): readonly Successor[] {
    const all: Successor[] = [];
    const sending = client.next(state.client);
    if (sending !== undefined) {
      const text = JSON.stringify(sending.frame);
      const requests = [...state.requests, text].toSorted();
      all.push({ label: `client > ${spoken(text)}`, state: { ...state, client: sending.client, requests } });
    }
    const { lane } = state.client;
    if (lane !== undefined && state.losses < scenario.losses) {
      all.push({
        label: `client   has no answer to ${lane.id} in time`,
        state: { ...state, losses: state.losses + 1, client: client.giveUp(state.client) },
      });
    }
    for (const [index, text] of state.frames.entries()) {
      if (text === state.frames[index - 1]) continue;
      const received = client.receive(state.client, parse(text));
      all.push({
        label: `client < ${spoken(text)}`,
        state: { ...state, client: received, frames: state.frames.toSpliced(index, 1) },
      });
    }
    if (state.mayBePushed && state.pushes < MOST_PUSHES) {
      const received = client.receive(state.client, PUSH);
      const isNoticed = received !== state.client;
      if (isNoticed)
        all.push({ label: "client < a push", state: { ...state, client: received, pushes: state.pushes + 1 } });
    }
    return all;
  }

  function ofTheServer(state: State): readonly (Successor | Promise<Successor>)[] {
    const all: (Successor | Promise<Successor>)[] = [];
    for (const [index, text] of state.requests.entries()) {
      const label = `server   takes up ${nameOf(text)}`;
      all.push(take({ ...state, requests: state.requests.toSpliced(index, 1) }, { kind: "act", text }, label));
    }
    for (const name of state.server.waiting) {
      const goOn = (fault: Extract<ServerStep, { kind: "go on" }>["fault"]) => {
        const faults = state.faults + (fault === "none" ? 0 : 1);
        const label = `server   goes on with ${nameOf(name)}${fault === "none" ? "" : `, ${fault}`}`;
        all.push(take({ ...state, faults }, { kind: "go on", name, fault }, label));
      };
      goOn("none");
      if (name !== REVIEW || state.faults >= (scenario.faults ?? 0)) continue;
      goOn("post fails");
      goOn("crash behind the post");
    }
    if (state.reviewsDue > 0 && !state.server.waiting.includes(REVIEW)) {
      const begun = { ...state, reviewsDue: state.reviewsDue - 1 };
      all.push(take(begun, { kind: "review" }, "server   begins a review"));
    }
    return all;
  }

  function ofAdministrators(state: State): readonly (Successor | Promise<Successor>)[] {
    const kind = changes[state.changes];
    if (kind === undefined) return [];
    return [take({ ...state, changes: state.changes + 1 }, { kind }, `admin    ${kind}`)];
  }

  function take(state: State, step: ServerStep, label: string): Successor | Promise<Successor> {
    const transition = server.step(state.server, step);
    return transition instanceof Promise
      ? transition.then((taken) => after(state, taken, label))
      : after(state, transition, label);
  }

  /** The message of the queue that asks for a review is there again, or another one beside it. */
  function after(state: State, { state: next, frames, reviewsDue }: Transition, label: string): Successor {
    return {
      label: [label, ...frames.map(spoken)].join(": "),
      state: {
        ...state,
        server: next,
        mayBePushed: state.mayBePushed || next.isHeard,
        frames: frames.length === 0 ? state.frames : [...state.frames, ...frames].toSorted(),
        reviewsDue: state.reviewsDue + reviewsDue,
      },
    };
  }

  /** Nothing happens any more of itself, even if a request that has no answer is late for ever. */
  function isQuiet({ client: one, server: { waiting }, frames, reviewsDue }: State): boolean {
    const isIdle = one.lane === undefined && client.next(one) === undefined;
    return isIdle && reviewsDue === 0 && !waiting.includes(REVIEW) && frames.every((text) => text.includes('"id":'));
  }

  async function findingsIn(state: State): Promise<readonly Finding[]> {
    if (state.client.isLost) return ["lost"];
    if (!isQuiet(state)) return [];
    const { isWanted, belief } = state.client;
    const { isHeard, isAllowed, waiting } = state.server;
    const found: Finding[] = [];
    if (belief === "live" && !isHeard) found.push("deaf");
    if (isWanted && belief !== "live" && belief !== "refused") found.push("forgotten");
    const isTakenBack = state.changes > 0 || renewals.slice(0, state.renewals).includes("less");
    if (belief === "refused" && !isTakenBack) found.push("refused for nothing");
    if (isHeard && !isAllowed) found.push("allowed no more");
    const isSettled = state.requests.length === 0 && waiting.length === 0;
    if (isSettled && isHeard && !isWanted && (await isKept(state))) found.push("kept for ever");
    if (isSettled && isWanted && belief === "refused" && isAllowed) {
      found.push(isHeard ? "refused and heard" : "refused and allowed");
    }
    return found;
  }

  /** True if the row is still there when a push has come and all that it caused is over. */
  async function isKept(settled: State): Promise<boolean> {
    let state: State = { ...settled, client: client.receive(settled.client, PUSH) };
    for (let steps = 0; steps < 20; steps += 1) {
      const [answer] = state.frames;
      const sending = client.next(state.client);
      const [request] = state.requests;
      const [waiting] = state.server.waiting;
      if (sending !== undefined) {
        state = { ...state, client: sending.client, requests: [JSON.stringify(sending.frame)] };
      } else if (request !== undefined) {
        state = (await take({ ...state, requests: [] }, { kind: "act", text: request }, "")).state;
      } else if (waiting !== undefined) {
        state = (await take(state, { kind: "go on", name: waiting, fault: "none" }, "")).state;
      } else if (answer !== undefined) {
        const received = client.receive(state.client, parse(answer));
        state = { ...state, client: received, frames: state.frames.slice(1) };
      } else break;
    }
    return state.server.isHeard;
  }
}

/** A request by its action and id, or the review. */
function nameOf(name: string): string {
  if (name === REVIEW) return "the review";
  const { action, id } = JSON.parse(name);
  return `${action} ${id}`;
}

/** A frame as in the walks of the protocol. */
function spoken(text: string): string {
  const { action, type, results, code, id, seq } = JSON.parse(text);
  const result = code ?? results?.[0]?.code;
  const parts = [action ?? type, id ?? "(unasked)", seq && `seq ${seq}`, result];
  return parts.filter((part) => part !== undefined).join(" ");
}

/** How much of what the scenario allows was used. */
type Used = readonly number[];

/** Remembers states. One that was met with less used is met again for nothing: all that can follow was looked at. */
class SeenStates {
  readonly #used = new Map<string, readonly Used[]>();
  size = 0;

  /** False if the state is known. */
  add({ client, server, requests, frames, reviewsDue, changes, renewals, mayBePushed, ...left }: State): boolean {
    const state = [client, server.number, requests, frames, reviewsDue, changes, renewals, mayBePushed];
    const key = JSON.stringify(state);
    const used = [left.wishes, left.losses, left.faults, left.pushes];
    const found = this.#used.get(key) ?? [];
    if (found.some((other) => other.every((count, index) => count <= (used[index] ?? 0)))) return false;
    this.#used.set(key, [...found, used]);
    this.size += 1;
    return true;
  }
}

function traceOf(node: Node): readonly string[] {
  const labels: string[] = [];
  for (let one: Node | undefined = node; one?.from !== undefined; one = one.from) labels.unshift(one.label);
  return labels;
}
