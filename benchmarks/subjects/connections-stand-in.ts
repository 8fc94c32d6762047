// In the place of `@connections`, in a process of its own: takes each post in 2 ms. Says its port and runs until killed.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const ANSWER_MILLIS = 2;

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => setTimeout(() => response.writeHead(200, { "Content-Length": "0" }).end(), ANSWER_MILLIS));
});
// The plain way keeps sockets waiting for longer than the default of 5 s.
server.keepAliveTimeout = 60_000;
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
