"""Uses redis-py as its users do, against the server whose port and Unix socket are the arguments.

It prints one JSON object: a name for each thing it has tried, and what came of it. redisPy.test.ts says what should have.
"""
import json
import sys
import threading

import redis

port, unix_socket = int(sys.argv[1]), sys.argv[2]
r = redis.Redis(port=port, client_name="tests-of-redis-py")
results = {}


def text(value):
    """Bytes as latin1 text, since JSON has none."""
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, (list, tuple)):
        return [text(item) for item in value]
    if isinstance(value, dict):
        return {text(key): text(item) for key, item in value.items()}
    return value


def failure(function, *arguments):
    try:
        function(*arguments)
    except redis.RedisError as error:
        return [type(error).__name__, str(error)]
    return "no failure"


def report(name, *values):
    results[name] = text(values)


all_bytes = bytes(range(256))
report("parser", type(r.connection_pool.get_connection("_")._parser).__name__)
report("ping", r.ping(), r.echo("hi"))
report("bytes", r.set(all_bytes, all_bytes), r.get(all_bytes) == all_bytes)
report("counters", r.incr("n"), r.incrby("n", 41), r.decr("n"), r.incrbyfloat("f", 0.25))
report("many", r.mset({"a": 1, "b": 2}), r.mget("a", "none", "b"), r.msetnx({"b": 3, "c": 3}))
report("set", r.set("x", 1, ex=100, nx=True), r.set("x", 2, nx=True), r.set("x", 3, get=True, keepttl=True), r.ttl("x"))
report("getex", r.getex("x", persist=True), r.ttl("x"), r.getdel("x"), r.get("x"))
report("parts", r.append("p", "Hello"), r.setrange("p", 7, "World"), r.getrange("p", 0, -1), r.strlen("p"))
report("expiry", r.expire("a", 100), r.expireat("a", 33177117420), r.persist("a"), r.pexpire("b", -1), r.exists("b"))
report("keys", r.copy("a", "d"), r.rename("d", "e"), r.type("e"), r.move("e", 1), r.touch("a", "e"), r.unlink("a"))

pipeline = r.pipeline(transaction=False)
for index in range(10_000):
    pipeline.set(f"scan:{index}", index)
report("pipeline", len(pipeline.execute()), len(set(r.scan_iter("scan:*", count=500))))
pipeline = r.pipeline(transaction=False).set("t", "a").incr("t").get("t")
report("failing pipeline", [str(reply) for reply in pipeline.execute(raise_on_error=False)])

large = b"z" * 20_000_000
report("large", r.set("large", large), r.get("large") == large, r.delete("large"))

info = r.info()
report("info", info["redis_version"], info["loading"], info["role"], info["db0"]["keys"] > 10_000)
report("config", r.config_set("maxmemory-samples", 7), r.config_get("maxmemory-s*"), r.config_set("maxmemory-samples", 5))
report("client", r.client_getname(), r.client_info()["name"], r.client_setname("other"), r.client_getname())
report("command", r.command_count() == len(r.command()), r.command_getkeys("MSET", "a", 1, "b", 2))
report("introspection", r.object("encoding", "n"), r.memory_usage("n") > 0, r.time()[0] > 0, r.dbsize() > 10_000)

by_socket = redis.Redis(unix_socket_path=unix_socket, db=2, decode_responses=True)
by_url = redis.from_url(f"redis://127.0.0.1:{port}/2?decode_responses=true")
report("connections", by_socket.set("ü", "ä"), by_url.get("ü"), by_socket.dbsize())
report("kill", by_url.client_kill_filter(_id=by_socket.client_id()), by_socket.ping())

report("not an integer", failure(r.incr, "t"))
report("unknown command", failure(r.execute_command, "NOPE", "a"))
report("syntax", failure(r.execute_command, "SET", "k", "v", "nope"))
# The class of this one depends on the version of redis-py.
refused = failure(redis.Redis(port=port, username="nobody", password="wrong").ping)
report("wrong password", "invalid username-password pair or user is disabled." in refused[1])
r.config_set("requirepass", "s3cret")
report("no password", failure(redis.Redis(port=port).ping))
report("password", redis.Redis(port=port, password="s3cret").ping())
r.config_set("requirepass", "")

pool = redis.BlockingConnectionPool(port=port, max_connections=4)


def count():
    for _ in range(250):
        redis.Redis(connection_pool=pool).incr("threads")


threads = [threading.Thread(target=count) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
report("threads", r.get("threads"))
report("flush", r.flushdb(), r.dbsize(), r.flushall(asynchronous=True))

print(json.dumps(results))
