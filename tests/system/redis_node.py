#!/usr/bin/env python3
"""A program in JavaScript trades through Redis with the client library redis, unmodified.

    redis_node.py POLLUXD

Skipped where there is no Node.js, or no library: NODE_PATH says where to look beside Debian's
/usr/share/nodejs.
"""

import atexit
import os
import shutil
import subprocess
import sys

from redis_support import Box, Server, prerequisites
from replay_support import Skip, equal, run_specs, spec

PROGRAM = """
const { createClient } = require("redis");
const path = process.argv[1];
const told = [];

function sleep(ms) { return new Promise((done) => setTimeout(done, ms)); }

async function until(what, found) {
  for (let i = 0; i < 1000; i++) {
    const one = told.find(found);
    if (one) return one;
    await sleep(10);
  }
  throw new Error("there is no " + what + " among " +
                  JSON.stringify(told.filter((one) => one.strategy === "desk")));
}

async function main() {
  const client = createClient({ socket: { path } });
  const listener = client.duplicate();
  await client.connect();
  await listener.connect();
  await listener.subscribe("order.updates", (text) => told.push(JSON.parse(text)));
  let last = "0";
  let sequence = 0;

  async function say(message) {
    message = { strategy: "desk", sequence: ++sequence, ...message };
    await client.sendCommand(["XADD", "pollux.intents.desk", "*", "message",
                              JSON.stringify(message)]);
    for (;;) {
      const reply = await client.sendCommand(["XREAD", "BLOCK", "5000", "STREAMS",
                                              "pollux.answers.desk", last]);
      if (!reply) throw new Error("no answer to " + sequence);
      // By version and protocol a list of pairs, or an object.
      const entries = Array.isArray(reply) ? reply[0][1] ?? reply[1] : Object.values(reply)[0];
      for (const [place, fields] of entries) {
        last = place;
        const answer = JSON.parse(fields[1]);
        if (answer.sequence === sequence) return answer;
      }
    }
  }

  while (!(await client.get("ACME.price"))) await sleep(10);
  const order = { kind: "order", key: 0, symbol: "ACME", side: "buy", quantity: "10" };
  let answer;
  for (let i = 0; i < 200; i++) {
    answer = await say({ ...order, price: "9.50" });
    if (answer.answer === "taken") break;
    await sleep(50);
  }
  if (answer.answer !== "taken") throw new Error(JSON.stringify(answer));
  await until("order", (one) => one.strategy === "desk" && one.report === "accepted");
  await say({ ...order, price: "9.51" });
  await until("replacement", (one) => one.strategy === "desk" && one.report === "replaced" &&
                                      one.price === "9.51");
  await say({ kind: "cancel", key: 0 });
  await until("cancel", (one) => one.strategy === "desk" && one.report === "canceled");
  const unique = { kind: "unique", symbol: "ACME", side: "buy", quantity: "7" };
  await say({ ...unique, price: "9.52" });
  const first = sequence;
  const ended = await say({ kind: "cancel_unique", unique: first });
  await until("cancel by sequence", (one) => one.order === ended.order &&
                                             one.report === "canceled");
  const batch = await say({ kind: "batch", intents: [
    { ...order, price: "9.53" }, { ...unique, price: "9.54", immediate: true },
    { kind: "cancel", key: 0 }] });
  sequence += 2;
  for (const one of batch.intents)
    if (one.answer !== "taken") throw new Error(JSON.stringify(batch));
  await until("cancel of the batch", (one) => one.order === batch.intents[0].order &&
                                              one.report === "canceled");
  console.log(answer.answer, batch.intents.length, await client.get("pollux.state"));
  await listener.quit();
  await client.quit();
}

main().catch((error) => { console.error(error.message); process.exit(1); });
"""


@spec
def a_program_in_javascript_trades(bench):
    paths = [os.environ.get("NODE_PATH", ""), "/usr/share/nodejs"]
    environment = {**os.environ, "NODE_PATH": ":".join(filter(None, paths))}
    node = shutil.which("node")
    found = node and subprocess.run([node, "-e", 'require("redis")'], env=environment,
                                    capture_output=True, timeout=20).returncode == 0
    if not found:
        raise Skip("there is no Node.js with the library redis (Debian: nodejs, node-redis)")
    server = Server(bench)
    box = Box(bench)
    done = subprocess.run([node, "-e", PROGRAM, server.path], env=environment, text=True,
                          capture_output=True, timeout=60)
    equal([done.returncode, done.stdout, done.stderr], [0, "taken 3 ACTIVE\n", ""], "the program")
    box.end()
    server.end()


if __name__ == "__main__":
    prerequisites()
    atexit.register(Server.leave)
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
