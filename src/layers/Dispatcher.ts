/**
 * The way of every request, from its first word to its answer: find the command, pass the gates, decode, run, count.
 *
 * One dispatch is one synchronous step, so commands are atomic without a lock. It knows no sockets and writes no bytes: connections, in-process calls and,
 * later, transactions and scripts all come through here.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import {
  type CommandError,
  errorCode,
  internal,
  isCommandError,
  UnknownCommand,
  UnknownSubcommand,
  WrongArity
} from "../protocol/CommandError.ts"
import { CommandNameTable } from "../protocol/CommandNames.ts"
import { Replies, type Reply } from "../protocol/Reply.ts"
import type { Request } from "../protocol/Request.ts"
import { AppendOnlyFile } from "../services/AppendOnlyFile.ts"
import { ActiveExpiry } from "../services/ActiveExpiry.ts"
import { Blocking } from "../services/Blocking.ts"
import type { Client } from "../services/Client.ts"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { CommandContext, type CommandServices } from "../services/CommandContext.ts"
import { type Answer, type Command, CommandTable } from "../services/CommandTable.ts"
import { Host } from "../services/Host.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { Lifecycle } from "../services/Lifecycle.ts"
import { Memory } from "../services/Memory.ts"
import { PeerConnections } from "../services/PeerConnections.ts"
import { PersistenceState } from "../services/PersistenceState.ts"
import { Propagation } from "../services/Propagation.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { type CommandStats, ServerStats } from "../services/ServerStats.ts"
import { Snapshots } from "../services/Snapshots.ts"
import { type Caller, Telemetry } from "../services/Telemetry.ts"
import { Waiting } from "../services/Waiting.ts"
import { AccessTracking } from "./AccessTracking.ts"
import { type Gate, gates, type Postponed, postponed } from "./gates.ts"
import { Stopwatch } from "./Stopwatch.ts"

export class Dispatcher extends Context.Service<Dispatcher, {
  readonly contextOf: (client: Client) => CommandContext
  /**
   * Runs one request now; `postponed` where a gate holds it back: nothing has happened, and it is to be tried again.
   *
   * Who calls from within the process says so, for its spans.
   */
  readonly dispatch: (context: CommandContext, request: Request, caller?: Caller) => Answer | Postponed
  /** Ends the time measurement of a batch of requests. */
  readonly endBatch: () => void
}>()("keyloom/layers/Dispatcher") {}

/** A command with what the Dispatcher looks up once: the gates that concern it and its counters. */
interface Route {
  readonly command: Command
  readonly gates: ReadonlyArray<Gate>
  readonly stats: CommandStats
  /** It always costs about the same, so that a run of calls shares one time measurement. */
  readonly isConstant: boolean
  readonly touchesAlways: boolean
  readonly subcommands: CommandNameTable<Route> | undefined
}

export const layer = Layer.effect(
  Dispatcher,
  Effect.gen(function*() {
    const access = yield* AccessTracking
    const random = yield* Random.Random
    const telemetry = yield* Telemetry
    const services: CommandServices = {
      keyspace: yield* Keyspace,
      config: yield* ServerConfig,
      clients: yield* Clients,
      commands: yield* CommandTable,
      stats: yield* ServerStats,
      memory: yield* Memory,
      lifecycle: yield* Lifecycle,
      clock: yield* CommandClock,
      blocking: yield* Blocking,
      activeExpiry: yield* ActiveExpiry,
      appendOnlyFile: yield* AppendOnlyFile,
      host: yield* Host,
      peers: yield* PeerConnections,
      persistence: yield* PersistenceState,
      propagation: yield* Propagation,
      snapshots: yield* Snapshots,
      random: () => random.nextDoubleUnsafe()
    }
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const { blocking, clock, keyspace, propagation, stats } = services
    const { counters } = stats
    const stopwatch = new Stopwatch(clock.monotonicNanos, () => services.config.values["latency-tracking"])

    const routeOf = (command: Command): Route => {
      let subcommands: CommandNameTable<Route> | undefined
      if (command.subcommands !== undefined) {
        subcommands = new CommandNameTable()
        for (const [name, subcommand] of command.subcommands) subcommands.add(name, routeOf(subcommand))
      }
      return {
        command,
        gates: gates.filter(({ concerns }) => concerns(command)).map(({ check }) => check),
        stats: stats.command(command.name),
        isConstant: command.flags.has("fast") || command.facts.complexity === "O(1)",
        // CLIENT NO-TOUCH hides reads, but not a request to touch.
        touchesAlways: command.name === "touch",
        subcommands
      }
    }
    const routes = new CommandNameTable<Route>()
    for (const command of services.commands.all) routes.add(command.name, routeOf(command))

    const find = (request: Request): Route | CommandError => {
      const route = routes.find(request)
      if (route === undefined) return unknownCommand(request)
      if (route.subcommands === undefined || request.length === 1) return route
      return route.subcommands.find(request, 1) ??
        new UnknownSubcommand(route.command.name.toUpperCase(), request.text(1))
    }

    const reject = (error: CommandError): CommandError => {
      counters.errorReplies++
      stats.countError(errorCode(error))
      return error
    }

    /** Ends a connection without a word: a page in somebody's browser must not learn that there is a server here, nor make it do anything. */
    const hangUp = (client: Client): Answer => {
      client.closesAfterReply = true
      const { address } = client.transport
      runFork(Effect.logWarning(`Possible attack: ${address} speaks HTTP (POST or Host:), its connection is closed`))
      return nothing
    }

    const dispatch = (context: CommandContext, request: Request, caller?: Caller): Answer | Postponed =>
      telemetry.isTracing ? observe(context, request, caller) : handle(context, request)

    const observe = (context: CommandContext, request: Request, caller: Caller | undefined): Answer | Postponed => {
      const route = find(request)
      const observation = telemetry.begin(context.client, isCommandError(route) ? undefined : route.command, caller)
      const answer = handle(context, request)
      return observation === undefined || answer === postponed ? answer : observation.end(answer)
    }

    const handle = (context: CommandContext, request: Request): Answer | Postponed => {
      const route = find(request)
      if (isCommandError(route)) return isHttp(request) ? hangUp(context.client) : reject(route)
      const { command } = route
      if (command.arity > 0 ? request.length !== command.arity : request.length < -command.arity) {
        route.stats.rejectedCalls++
        return reject(new WrongArity(command.name))
      }
      for (const check of route.gates) {
        const refusal = check(context, command)
        if (refusal === undefined) continue
        if (!isCommandError(refusal)) return refusal
        route.stats.rejectedCalls++
        return reject(refusal)
      }
      const { client } = context
      client.lastCommand = command.name
      client.commandCount++
      access.isPaused = client.noTouch && !route.touchesAlways
      stopwatch.start(route.stats, route.isConstant)
      const changesBefore = keyspace.changes()
      const answer = run(command, context, request)
      if (propagation.isActive) {
        propagation.commandRan(client.database, request, keyspace.changes() !== changesBefore)
        // It comes across expired keys by chance, and their ends do not belong together.
        propagation.flush(command.flags.has("touches_arbitrary_keys"))
        if (keyspace.changes() !== changesBefore) client.appendedOffset = services.appendOnlyFile.appendedOffset()
      }
      // Not before: INFO does not count itself, and CONFIG RESETSTAT does.
      counters.commandsProcessed++
      if (blocking.isDue()) blocking.serve()
      if (!(answer instanceof Waiting)) return counted(route, answer)
      // It counts as one of the client's commands when it is through.
      client.commandCount--
      return new Waiting(Effect.map(answer.effect, (reply) => {
        client.commandCount++
        // To Redis a wait that somebody ends with an error has not run and failed.
        if (isCommandError(reply) && errorCode(reply) === "UNBLOCKED") {
          route.stats.rejectedCalls++
          return reject(reply)
        }
        return counted(route, reply)
      }))
    }

    /** Counts a reply that is an error, of a command that has run or waited. */
    const counted = (route: Route, reply: Reply): Reply => {
      if (!isCommandError(reply)) return reply
      route.stats.failedCalls++
      return reject(reply)
    }

    /** A defect in a handler costs its client an error, and nobody anything else. */
    const run = (command: Command, context: CommandContext, request: Request): Answer => {
      try {
        return command.execute(context, request)
      } catch (defect) {
        runFork(Effect.logError(`command '${command.name}' failed`, Cause.die(defect)))
        return internal
      }
    }

    return Dispatcher.of({
      contextOf: (client) => new CommandContext(client, services),
      dispatch,
      endBatch: () => stopwatch.stop()
    })
  })
)

const nothing = new Replies([])

/** Words that begin the lines of an HTTP request which a browser can be made to send. */
const isHttp = (request: Request): boolean =>
  request.equalsIgnoreCase(0, "POST") || request.equalsIgnoreCase(0, "HOST:")

const unknownCommand = (request: Request): UnknownCommand => {
  const args: Array<string> = []
  for (let i = 1; i < request.length && args.length < maxShownArguments; i++) args.push(request.text(i))
  return new UnknownCommand(request.text(0), args)
}

/** More of them than the error text has room for. */
const maxShownArguments = 64
