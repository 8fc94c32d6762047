import { FaultError } from "../faults/fault.ts";
import { faultMembers } from "../faults/fault-text.ts";
import type { Faults } from "../faults/faults.ts";
import type { HttpService } from "../http/http-service.ts";
import type { PlainObject } from "../json.ts";
import { jsonObjectIn, localJson, makeLocalService, RequestError } from "./report.ts";

const EXPECTED =
  'expected {"faults":[{"kind":"connections-api","status":410,"rate":0.1}]}, and "seed" with a whole number if you like';

/** `/_local/faults`: the faults that are set and how often each has struck, and `PUT` to replace them. */
export function makeFaultsService(faults: Faults): HttpService {
  const report = () => localJson(describe(faults));
  return makeLocalService("/_local/faults", report, (request) => {
    replace(faults, jsonObjectIn(request));
    return report();
  });
}

function replace(faults: Faults, { faults: list, seed, ...rest }: PlainObject): void {
  const isSeed = seed === undefined || Number.isSafeInteger(seed);
  if (!Array.isArray(list) || !isSeed || Object.keys(rest).length > 0) throw new RequestError(EXPECTED);
  try {
    faults.set(list, seed as number | undefined);
  } catch (error) {
    throw error instanceof FaultError ? new RequestError(error.message) : error;
  }
}

function describe(faults: Faults): object {
  return {
    seed: faults.seed,
    faults: faults.list().map(({ struck, effect, ...fault }) => {
      return { kind: fault.kind, ...faultMembers(fault, faults.kinds), struck, effect };
    }),
    kinds: Object.fromEntries(
      Object.entries(faults.kinds).map(([kind, { effect, target, settings }]) => [
        kind,
        { effect, members: [...(target === undefined ? [] : [target]), ...Object.keys(settings ?? {})] },
      ]),
    ),
  };
}
