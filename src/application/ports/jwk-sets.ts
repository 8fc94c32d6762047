/** The address at which an issuer publishes its keys. */
export interface JwkSetSource {
  /**
   * Reads the set once, and returns its JSON value within the given time. Throws if there is no response of that kind:
   * the issuer is down, or another one responds in its place.
   */
  fetch(withinMillis: number): Promise<unknown>;
}
