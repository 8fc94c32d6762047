import {
  authorizerResponse,
  authorizerUnavailable,
  unauthorized,
} from "../../../adapters/api-gateway/authorizer-response.ts";
import { callerFields } from "../../../adapters/api-gateway/invocation-fields.ts";
import { parseAuthorizerEvent } from "../../../adapters/api-gateway/websocket-events.ts";
import type { AuthorizeConnection } from "../../../application/access/authorize-connection.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { MalformedInputError } from "../../../domain/errors.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";
import { verdictFields } from "../middleware/token-fields.ts";

type AuthorizerServices = { readonly authorize: AuthorizeConnection; readonly logger: Logger };

/** Runs before `$connect`, once per handshake: the gateway caches no response on WebSocket APIs. */
export function authorizerHandler({ authorize, logger }: AuthorizerServices) {
  return lambdaHandler({
    name: "Authorizer",
    logger,
    logFieldsOf: callerFields,
    handle: async (event, log) => {
      const { methodArn, attempt } = parseAuthorizerEvent(event);
      const verdict = await authorize(attempt);
      log.add(verdictFields(verdict));
      return authorizerResponse(verdict, methodArn);
    },
    onFault: (error) => (error instanceof MalformedInputError ? unauthorized() : authorizerUnavailable()),
  });
}
