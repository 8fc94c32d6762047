import { FaultError } from "../faults/fault.ts";
import type { Faults } from "../faults/faults.ts";
import type { HttpService } from "../http/http-service.ts";
import type { PlainObject } from "../json.ts";
import { badRequest, jsonBody, jsonResponse, methodNotAllowed } from "./json-body.ts";

const EXPECTED =
  'expected {"faults":[{"kind":"connections-api","status":410,"rate":0.1}]}, and "seed" with a whole number if you like';

/** `/_local/faults`: the faults that are to happen and how often they did, and `PUT` to replace them. */
export function makeFaultsService(faults: Faults): HttpService {
  return async (request) => {
    if (request.path !== "/_local/faults") return undefined;
    if (request.method === "GET") return jsonResponse(describe(faults));
    if (request.method !== "PUT") return methodNotAllowed("GET, PUT");
    const problem = replace(faults, jsonBody(request) ?? {});
    return problem === undefined ? jsonResponse(describe(faults)) : badRequest(problem);
  };
}

function replace(faults: Faults, { faults: list, seed, ...rest }: PlainObject): string | undefined {
  if (!Array.isArray(list) || Object.keys(rest).length > 0) return EXPECTED;
  if (seed !== undefined && !Number.isSafeInteger(seed)) return EXPECTED;
  try {
    faults.set(list, seed as number | undefined);
    return undefined;
  } catch (error) {
    if (error instanceof FaultError) return error.message;
    throw error;
  }
}

function describe(faults: Faults): object {
  return {
    seed: faults.seed,
    faults: faults.list().map(({ kind, rate, count, target, settings, struck, effect }) => ({
      kind,
      ...(target !== undefined && { only: target }),
      ...settings,
      rate,
      ...(Number.isFinite(count) && { count }),
      struck,
      effect,
    })),
    kinds: Object.fromEntries(
      Object.entries(faults.kinds).map(([kind, { effect, target, settings }]) => [
        kind,
        { effect, ...(target !== undefined && { only: target }), ...(settings && { settings: Object.keys(settings) }) },
      ]),
    ),
  };
}
