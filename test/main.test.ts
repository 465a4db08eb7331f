import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { onTestFinished } from "vitest"
import type { RespClient } from "./support/RespClient.ts"
import { keyloomCommand, type RunningServer, startKeyloom, type StartOptions } from "./support/referenceServers.ts"

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program to its end. */
const run = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const { words: [program = "", ...words] } = keyloomCommand()
    const child = spawn(program, [...words, ...args], { env: { ...process.env, ...environment } })
    onTestFinished(() => void child.kill("SIGKILL"))
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (bytes: Buffer) => stdout += bytes.toString())
    child.stderr.on("data", (bytes: Buffer) => stderr += bytes.toString())
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, stdout, stderr }))
    child.stdin.end()
  })

const start = async (options: StartOptions = {}): Promise<RunningServer> => {
  const server = await startKeyloom(options)
  onTestFinished(server.stop)
  return server
}

const connect = async (server: RunningServer): Promise<RespClient> => {
  const client = await server.connect()
  onTestFinished(client.close)
  return client
}

const temporaryDirectory = (): string => {
  const directory = Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-"))
  onTestFinished(() => Fs.rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Waits until the server has printed this. */
const untilPrinted = async (server: RunningServer, text: string): Promise<void> => {
  while (!server.output().includes(text)) await new Promise((resolve) => setImmediate(resolve))
}

/** Clients that would hold up the end of a server that waits for them: one that is idle, and one that does not take its replies. */
const connectReluctantClients = async (server: RunningServer): Promise<void> => {
  const idle = await connect(server)
  await idle.call("PING")
  const busy = await connect(server)
  await busy.call("SETRANGE", "large", "19999999", "x")
  const slow = Net.connect({ port: server.port, host: server.host })
  onTestFinished(() => void slow.destroy())
  slow.on("error", () => undefined)
  slow.pause().write("GET large\r\n".repeat(5))
  const isPending = async (): Promise<boolean> => {
    const list = await busy.call("CLIENT", "LIST")
    return "text" in list && / omem=[1-9]| tot-net-out=[1-9]\d{7}/.test(list.text)
  }
  while (!await isPending());
}

describe("words", () => {
  it("--version and --help answer and end", async () => {
    const version = await run(["--version"])
    assert.match(version.stdout, /^Keyloom server v=\d+\.\d+\.\d+ node=v\d+\.\d+\.\d+\n$/)
    const help = await run(["--help"])
    assert.match(help.stdout, /^Usage: keyloom /)
    for (const { code, stderr } of [version, help]) assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
  })
})

describe("a server that cannot start says why on one line and exits with 1", () => {
  const check = async (
    args: ReadonlyArray<string>,
    line: RegExp,
    environment: Readonly<Record<string, string>> = {}
  ) => {
    const ended = await run(args, environment)
    const { code, stderr, stdout } = ended
    assert.match(stderr, line)
    assert.strictEqual(stderr.indexOf("\n"), stderr.length - 1, "one line")
    assert.notInclude(stdout, "Ready to accept connections")
    assert.notInclude(stdout, "bye bye")
    assert.strictEqual(code, 1)
    return ended
  }

  it("when the port is taken", async () => {
    const taken = Net.createServer()
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, "127.0.0.1", () => {
        const address = taken.address()
        resolve(typeof address === "object" && address !== null ? address.port : 0)
      })
    })
    onTestFinished(() => void taken.close())
    const { stdout } = await check(
      ["--port", String(port), "--bind", "127.0.0.1"],
      new RegExp(`^keyloom: Could not listen on 127\\.0\\.0\\.1:${port}: Address already in use\n$`)
    )
    assert.include(stdout, `Failed listening on port ${port} (tcp), aborting.\n`)
  })

  it("when a directive is unknown", async () => {
    const path = `${temporaryDirectory()}/k.conf`
    Fs.writeFileSync(path, "# comment\nport 0\nno-such-directive yes\n")
    await check([path], /^keyloom: FATAL CONFIG FILE ERROR: .*k\.conf:3: .*\n$/)
  })

  it("when a value is wrong", () =>
    check(["--port", "70000"], /^keyloom: FATAL CONFIG FILE ERROR: command line: 'port "70000"': .*\n$/))

  it("when a variable of the environment is wrong", () =>
    check(["--port", "0"], /^keyloom: .*maxclients.*\n$/i, { KEYLOOM_MAXCLIENTS: "none" }))

  it("when the configuration file does not exist", () =>
    check(["/nowhere/k.conf"], /^keyloom: .*\/nowhere\/k\.conf.*No such file or directory\n$/))

  it("when the Unix socket cannot be made", () =>
    check(
      ["--port", "0", "--unixsocket", "/nowhere/k.sock"],
      /^keyloom: Could not listen on \/nowhere\/k\.sock: .*\n$/
    ))

  it("when the log cannot be written", () =>
    check(
      ["--port", "0", "--logfile", "/nowhere/k.log"],
      /^keyloom: Can't open the log file \/nowhere\/k\.log: No such .*\n$/
    ))

  it("when there is nowhere to listen", () =>
    check(["--port", "0"], /^keyloom: Configured to not listen anywhere.*\n$/))
})

describe("the log of a start", () => {
  it("says in Redis's words that the server has its port, and then that it is ready", async () => {
    const server = await start({ directives: ["--always-show-logo", "yes"] })
    await untilPrinted(server, "connections unix")
    assert.match(
      server.output(),
      new RegExp(
        `Port: ${server.port}\\n.* PID: ${server.pid}\\n(.|\\n)* \\* Server initialized\\n` +
          ".* \\* Ready to accept connections tcp\\n.* \\* Ready to accept connections unix\\n$"
      )
    )
  })
})

describe("the end", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("%s ends the server in order, whoever is connected", async (signal) => {
    const directory = temporaryDirectory()
    const pidFile = `${directory}/k.pid`
    const server = await start({ directives: ["--pidfile", pidFile] })
    assert.strictEqual(Fs.readFileSync(pidFile, "utf8"), `${server.pid}\n`)
    await connectReluctantClients(server)
    process.kill(server.pid, signal)
    assert.strictEqual(await server.exited, 0)
    assert.match(server.output(), new RegExp(`Received ${signal} scheduling shutdown(.|\n)*bye bye\\.\\.\\.\n$`))
    assert.isFalse(Fs.existsSync(server.unixSocket), "the Unix socket is gone")
    assert.isFalse(Fs.existsSync(pidFile), "the pid file is gone")
  })

  it("SHUTDOWN does the same", async () => {
    const server = await start()
    await connectReluctantClients(server)
    const client = await connect(server)
    client.write("SHUTDOWN NOSAVE\r\n")
    assert.strictEqual(await client.untilClosed(), "")
    assert.strictEqual(await server.exited, 0)
    assert.match(server.output(), /bye bye\.\.\.\n$/)
    assert.isFalse(Fs.existsSync(server.unixSocket))
  })

  it("replies that are on their way arrive", async () => {
    const server = await start()
    const client = await connect(server)
    const bytes = 30_000_000
    await client.call("SETRANGE", "large", String(bytes - 1), "x")
    client.write("GET large\r\n")
    client.write("SHUTDOWN\r\n")
    const { raw } = await client.receive()
    assert.strictEqual(raw.length, bytes + `$${bytes}\r\n\r\n`.length)
    assert.strictEqual(await server.exited, 0)
  })

  it("a second signal ends the server at once", async () => {
    const server = await start()
    await connectReluctantClients(server)
    // Both arrive together, so that the second one is there while the first is being followed.
    process.kill(server.pid, "SIGSTOP")
    process.kill(server.pid, "SIGTERM")
    process.kill(server.pid, "SIGINT")
    process.kill(server.pid, "SIGCONT")
    assert.strictEqual(await server.exited, 1)
    assert.notInclude(server.output(), "bye bye")
  })
})

describe("what does not end it", () => {
  const strayDefects = `data:text/javascript,${
    encodeURIComponent(
      "process.on('SIGUSR2', () => { Promise.reject(new Error('stray rejection')); throw new Error('stray exception') })"
    )
  }`

  it("a defect outside of any command is logged once", async () => {
    const server = await start({ environment: { NODE_OPTIONS: `--import=${strayDefects}` } })
    const client = await connect(server)
    process.kill(server.pid, "SIGUSR2")
    await untilPrinted(server, "stray exception")
    await untilPrinted(server, "stray rejection")
    assert.deepStrictEqual(await client.call("PING"), { type: "simple", text: "PONG" })
    assert.lengthOf(server.output().match(/Error: stray/g) ?? [], 2)
  })

  it("SIGHUP, since a server outlives its terminal", async () => {
    const server = await start()
    process.kill(server.pid, "SIGHUP")
    const client = await connect(server)
    assert.deepStrictEqual(await client.call("PING"), { type: "simple", text: "PONG" })
  })

  it("the reader of its log going away", async () => {
    const directory = temporaryDirectory()
    const unixSocket = `${directory}/s.sock`
    const { words: [program = "", ...words] } = keyloomCommand()
    const child = spawn(program, [...words, "--port", "0", "--unixsocket", unixSocket, "--loglevel", "debug"])
    onTestFinished(() => void child.kill("SIGKILL"))
    await new Promise<void>((resolve) => {
      let text = ""
      child.stdout.on("data", (bytes: Buffer) => {
        text += bytes.toString()
        if (text.includes("Ready to accept connections unix")) resolve()
      })
    })
    child.stdout.destroy()
    for (let i = 0; i < 3; i++) {
      const reply = await new Promise<string>((resolve, reject) => {
        const socket = Net.connect(unixSocket)
        socket.once("error", reject)
        socket.once("data", (bytes) => {
          socket.destroy()
          resolve(bytes.toString())
        })
        socket.write("PING\r\n")
      })
      assert.strictEqual(reply, "+PONG\r\n")
    }
  })
})
