// The check of a token that a server without Portcullis would make: jose alone, with the key imported once.
import { jwtVerify } from "jose";
import { LOCAL_SETTINGS, SECRET } from "../settings.ts";

const { TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience } = LOCAL_SETTINGS;
const key = await crypto.subtle.importKey("raw", Buffer.from(SECRET), { name: "HMAC", hash: "SHA-256" }, false, [
  "verify",
]);

/** Rejects if the token must not be let in. */
export async function verifyToken(token: string): Promise<void> {
  await jwtVerify(token, key, { issuer, audience, algorithms: ["HS256"] });
}
