// How the Worker calls other systems: nobody is followed, waited for too long or read to the end.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { call } from "../../src/edge/fetch.js";

let server, url, asked;

before(async () => {
  server = createServer(async (request, response) => {
    asked.push(request.url);
    if (request.url === "/slow") return;
    if (request.url === "/moved") return response.writeHead(307, { location: "/elsewhere" }).end();
    if (request.url === "/nothing") return response.writeHead(204).end();
    response.writeHead(200, { "x-came": `${request.method} ${request.headers["webhook-id"]}` });
    // Without an end: whoever reads on waits for ever.
    response.write("ab€".repeat(10_000));
    if (request.url === "/whole") response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  asked = [];
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const post = (path, most, deadline = 5_000) => call("POST", url + path, "webhook-id\0e-1", "{}", deadline, most);

test("so many bytes of an answer are read, and what follows is not waited for", async () => {
  assert.deepEqual(await post("/endless", 0), [200, ""]);
  assert.deepEqual(await post("/endless", 7), [200, "ab€ab"]);
  assert.deepEqual(await post("/whole", 1_000_000), [200, "ab€".repeat(10_000)]);
  assert.deepEqual(await post("/nothing", 10), [204, ""]);
});

test("an answer that leads elsewhere is the answer", async () => {
  assert.deepEqual(await post("/moved", 0), [307, ""]);
  assert.ok(!asked.includes("/elsewhere"));
});

test("whoever does not answer in time is given up", async () => {
  await assert.rejects(post("/slow", 0, 50), { name: "TimeoutError" });
  await assert.rejects(post("/endless", 1_000_000, 200), { name: "TimeoutError" });
});
