import type { Secret } from "../../domain/secret.ts";

/**
 * The secrets that a token of today may be signed with: the current one first, behind it the previous one while a
 * rotation's overlap lasts. Equal secrets are the same object from call to call, so that what is derived from one can be
 * kept beside it. Both calls answer within two seconds or throw DependencyUnavailableError; concurrent calls share one
 * request.
 */
export interface SigningSecrets {
  /** From memory while young enough. While the source is down an old answer is served for a bounded time. */
  read(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
  /**
   * After a signature that fits no known secret: asks the source again, but at most once per five seconds however many
   * bad signatures arrive. Throws if one of the secrets could not be read, since the token may then be good.
   */
  reread(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
}
