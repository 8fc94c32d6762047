import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-json/aws-error.ts";
import { repeat } from "../clock/repeat.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Observe } from "../observer.ts";
import type { Cancel, Scheduler } from "../scheduler.ts";
import type { Secret } from "./secret.ts";
import type { MayRotate, RotationSettings } from "./secret-description.ts";
import { CURRENT } from "./secret-versions.ts";
import { invalidRequest, notFound } from "./secrets-manager-error.ts";

/** The steps of a rotation, in order (user guide, "Lambda rotation functions"). */
const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
export type RotationStep = (typeof STEPS)[number];

/**
 * Secrets Manager tries a whole rotation again, "multiple times" (user guide, "Rotation by Lambda function"). How often
 * and when is not published.
 */
const RETRY_MINUTES = [1, 2, 4, 8];

export type Rotations = {
  /**
   * Begins a rotation to a new version and returns at once. Throws if the function may not be invoked, or if another
   * rotation has not ended; that one is tried again.
   */
  rotate(secret: Secret, versionId: string): void;
  /** Invokes only testSecret, with a version that is removed afterwards. */
  test(secret: Secret, versionId: string): void;
  /** Rotates the secret each time when its period is over, counted from now. */
  schedule(secret: Secret): void;
  /** Ends the schedule and all tries. The step that runs is the last one. */
  cancel(secret: Secret): void;
  /** Resolves when the current steps have ended. */
  stop(): Promise<void>;
};

type Timers = { period: Cancel; retry: Cancel };

export function makeRotations(deps: {
  readonly functions: Functions;
  readonly scheduler: Scheduler;
  readonly observe: Observe;
  readonly mayRotate: MayRotate;
}): Rotations {
  const { functions, scheduler, observe } = deps;
  const running = new Map<Secret, Promise<void>>();
  const timers = new Map<Secret, Timers>();
  let isStopped = false;

  function timersOf(secret: Secret): Timers {
    const known = timers.get(secret) ?? { period: () => {}, retry: () => {} };
    timers.set(secret, known);
    return known;
  }

  /** Runs a task for the secret, unless one runs already. */
  function runAlone(secret: Secret, task: () => Promise<void>): void {
    if (running.has(secret)) return;
    timersOf(secret).retry();
    const run = task().finally(() => running.delete(secret));
    running.set(secret, run);
  }

  async function attempt(secret: Secret, versionId: string, tries: number): Promise<void> {
    for (const step of STEPS) {
      const { rotation } = secret;
      if (rotation === undefined || isStopped) return;
      const failure = await runStep(step, { secret, rotation, versionId }, functions);
      if (failure !== undefined) return fail(secret, { versionId, step, failure }, tries);
    }
    if (secret.versions.withLabel(CURRENT)?.id !== versionId) {
      const failure = "the version did not get AWSCURRENT";
      return fail(secret, { versionId, step: "finishSecret", failure }, tries);
    }
    secret.rotatedAt = scheduler.now();
    observe({ kind: "secret-rotated", secret: secret.name, versionId });
  }

  function fail(
    secret: Secret,
    what: { readonly versionId: string; readonly step: RotationStep; readonly failure: string },
    tries: number,
  ): void {
    const minutes = RETRY_MINUTES[tries - 1];
    const { versionId, step, failure: reason } = what;
    const retry = minutes === undefined ? {} : { retryAfterMillis: minutes * 60_000 };
    observe({ kind: "secret-rotation-failed", secret: secret.name, versionId, step, reason, ...retry });
    if (minutes === undefined || isStopped || secret.rotation === undefined) return;
    timersOf(secret).retry = scheduler.after(minutes * 60_000, () => {
      if (secret.versions.pending?.id === versionId) begin(secret, versionId, tries + 1);
    });
  }

  function begin(secret: Secret, versionId: string, tries = 1): void {
    runAlone(secret, () => attempt(secret, versionId, tries));
  }

  function rotate(secret: Secret, versionId: string): void {
    checkMayInvoke(secret, deps);
    const { versions } = secret;
    const { pending } = versions;
    if (pending !== undefined) {
      begin(secret, pending.id);
      if (pending.id === versionId) return;
      throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
    }
    // The call is repeated: its rotation has ended.
    if (versions.withId(versionId) !== undefined) return;
    versions.begin(versionId);
    schedule(secret);
    begin(secret, versionId);
  }

  function schedule(secret: Secret): void {
    const own = timersOf(secret);
    own.period();
    const everyMillis = secret.rotation?.rules.everyMillis;
    secret.nextRotationAt = everyMillis && scheduler.now() + everyMillis;
    if (everyMillis !== undefined) own.period = repeat(everyMillis, scheduler, () => rotateOnSchedule(secret));
  }

  function rotateOnSchedule(secret: Secret): void {
    if (secret.deletedAt !== undefined) return;
    secret.nextRotationAt = scheduler.now() + (secret.rotation?.rules.everyMillis ?? 0);
    try {
      rotate(secret, secret.versions.pending?.id ?? randomUUID());
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const what = { versionId: "", step: "createSecret" as const, reason: error.code };
      observe({ kind: "secret-rotation-failed", secret: secret.name, ...what });
    }
  }

  return {
    rotate,
    test(secret, versionId) {
      checkMayInvoke(secret, deps);
      const { rotation, versions } = secret;
      if (rotation === undefined || versions.pending !== undefined || versions.withId(versionId) !== undefined) return;
      versions.begin(versionId);
      runAlone(secret, async () => {
        const step = "testSecret";
        const reason = await runStep(step, { secret, rotation, versionId }, functions);
        versions.withdraw(versionId);
        if (reason !== undefined)
          observe({ kind: "secret-rotation-failed", secret: secret.name, versionId, step, reason });
      });
    },
    schedule,
    cancel(secret) {
      const own = timersOf(secret);
      own.period();
      own.retry();
      timers.delete(secret);
      secret.rotation = undefined;
      secret.nextRotationAt = undefined;
    },
    async stop() {
      isStopped = true;
      for (const own of timers.values()) {
        own.period();
        own.retry();
      }
      await Promise.all(running.values());
    },
  };
}

function checkMayInvoke(
  { rotation, arn }: Secret,
  { functions, mayRotate }: { readonly functions: Functions; readonly mayRotate: MayRotate },
): void {
  if (rotation === undefined) throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
  if (!functions.has(rotation.functionName)) throw notFound("The Lambda rotation function does not exist.");
  if (mayRotate(rotation.functionName, arn)) return;
  throw new AwsError(
    "AccessDeniedException",
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
  );
}

/** Returns the reason of a failure. The function's own error is in the event of its invocation. */
async function runStep(
  step: RotationStep,
  { secret, rotation, versionId }: { readonly secret: Secret; readonly rotation: RotationSettings; versionId: string },
  functions: Functions,
): Promise<string | undefined> {
  const event = { Step: step, SecretId: secret.arn, ClientRequestToken: versionId, RotationToken: randomUUID() };
  const result = await functions.invoke(rotation.functionName, event);
  if (result.kind === "returned") return undefined;
  return result.kind === "failed" ? result.error.errorType : result.kind;
}
