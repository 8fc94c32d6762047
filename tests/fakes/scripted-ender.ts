import { endedFrame } from "@portcullis/protocol";
import { lastFrame } from "../../src/adapters/api-gateway-management/last-frame.ts";
import type { SendToConnection } from "../../src/application/ports/connection-channel.ts";
import type { ConnectionEnder, EndedSubscriptions } from "../../src/application/ports/connection-ender.ts";
import type { Clock } from "../../src/application/ports/system.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Ending } from "../../src/domain/connection/ending.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";

/** A last frame, a frame about ended subscriptions, or the end of the socket. */
type Step = "frame" | "ended" | "delete";

/** The outcome of the nth request (from 1) of a kind for a connection. The script may throw, hang or wait. */
type EnderScript = (connectionId: ConnectionId, step: Step, nth: number) => PostOutcome | Promise<PostOutcome>;

/** Keeps the requests in order. A socket that was closed is gone, whatever the script says. */
export class ScriptedEnder implements ConnectionEnder {
  readonly requests: {
    readonly connectionId: ConnectionId;
    readonly step: Step;
    readonly outcome: PostOutcome;
    readonly at: number;
    readonly frame?: string;
  }[] = [];
  script: EnderScript = () => "delivered";
  mostAtOnce = 0;
  readonly #clock: Clock;
  readonly #nth = new Map<string, number>();
  readonly #closed = new Set<ConnectionId>();
  #atOnce = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  prepareLastFrame(ending: Ending): SendToConnection {
    const frame = JSON.stringify(lastFrame(ending));
    return (connectionId) => this.#request(connectionId, "frame", frame);
  }

  prepareEnded({ ended, seq }: EndedSubscriptions): SendToConnection {
    const [first, ...others] = ended.map((one) => ({ ...one, code: "FORBIDDEN", ...(seq && { seq }) }) as const);
    if (first === undefined) throw new Error("a frame about nothing");
    const frame = JSON.stringify(endedFrame([first, ...others]));
    return (connectionId) => this.#request(connectionId, "ended", frame);
  }

  disconnect(connectionId: ConnectionId): Promise<PostOutcome> {
    return this.#request(connectionId, "delete");
  }

  of(connectionId: ConnectionId): readonly string[] {
    return this.requests
      .filter((one) => one.connectionId === connectionId)
      .map(({ step, outcome }) => `${step} ${outcome}`);
  }

  /** The delivered frames of a connection. */
  framesOf(connectionId: ConnectionId): readonly object[] {
    return this.requests.flatMap((one) =>
      one.connectionId === connectionId && one.outcome === "delivered" && one.frame !== undefined
        ? [JSON.parse(one.frame) as object]
        : [],
    );
  }

  isClosed(connectionId: ConnectionId): boolean {
    return this.#closed.has(connectionId);
  }

  async #request(connectionId: ConnectionId, step: Step, frame?: string): Promise<PostOutcome> {
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    const at = this.#clock.now();
    try {
      const key = `${step} ${connectionId}`;
      const nth = (this.#nth.get(key) ?? 0) + 1;
      this.#nth.set(key, nth);
      const outcome = this.#closed.has(connectionId) ? "gone" : await this.script(connectionId, step, nth);
      if (step === "delete" && outcome === "delivered") this.#closed.add(connectionId);
      this.requests.push({ connectionId, step, outcome, at, ...(frame !== undefined && { frame }) });
      return outcome;
    } finally {
      this.#atOnce -= 1;
    }
  }
}
