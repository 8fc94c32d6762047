// Bare `ws` that accepts clients with a good token: it verifies the token in its upgrade handler. Sends its port.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { announce } from "./announce.ts";
import { verifyToken } from "./verify-token.ts";

const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer().listen(0, "127.0.0.1");
server.on("upgrade", (request, socket, head) => {
  const token = new URL(request.url ?? "", "http://127.0.0.1").searchParams.get("access_token") ?? "";
  verifyToken(token).then(
    () => webSockets.handleUpgrade(request, socket, head, () => {}),
    () => socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n"),
  );
});
await once(server, "listening");
announce((server.address() as AddressInfo).port);
