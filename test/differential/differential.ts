/**
 * The differential harness: the same requests to Keyloom and to the reference server, replies compared byte by byte.
 *
 * A suite is a table of scripts, or a sequence of random commands with a seed. Each script runs in RESP2 and in RESP3, on
 * fresh connections and after a FLUSHALL. Where replies may differ for a good reason (order, time, chance), the step says
 * so and how much; everything else has to be the same to the last byte. Where there is no reference server the tests are
 * skipped, with one that says why.
 *
 * ```ts
 * differential("strings", [
 *   { name: "SET with NX keeps what is there", steps: ["SET k v", "SET k w NX", "GET k"] },
 *   { name: "TTL counts down", steps: ["SET k v EX 100", step("TTL k", { compare: near(1) })] }
 * ])
 * ```
 */
import { afterAll, beforeAll, describe, it } from "@effect/vitest"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"
import {
  findReference,
  missingReferenceMessage,
  type Product,
  type RunningServer,
  startKeyloom,
  type StartOptions,
  startReference
} from "../support/referenceServers.ts"
import {
  encodeRequest,
  formatReply,
  printable,
  type Received,
  type Reply,
  type RespClient
} from "../support/RespClient.ts"
import { type Inspection, inspectValue } from "./inspection.ts"
import { type Comparison, near, type Step, step, type StepInput, toStep } from "./steps.ts"

export { type Comparison, near, type Step, step, type StepInput }

export interface Script {
  readonly name: string
  readonly steps: ReadonlyArray<StepInput>
  /** The protocol versions that it runs in, both unless given. */
  readonly protocols?: ReadonlyArray<2 | 3>
  /** Why it is left out when the reference is an older Redis and not Valkey 8.1. */
  readonly needsExactReference?: string
}

export interface DifferentialOptions {
  /** Why the whole suite is left out when the reference is an older Redis and not Valkey 8.1. */
  readonly needsExactReference?: string
  /** Directives for both servers. */
  readonly directives?: ReadonlyArray<string>
  /** The server that is right: Valkey 8.1 unless given. */
  readonly reference?: Product
}

/** A table of scripts as a test suite. */
export const differential = (name: string, scripts: ReadonlyArray<Script>, options: DifferentialOptions = {}): void =>
  withBothServers(name, options, (servers) => {
    for (const script of scripts) {
      for (const protocol of script.protocols ?? [2, 3] as const) {
        const title = `${script.name} (RESP${protocol})`
        if (script.needsExactReference !== undefined && findReference()?.isExact !== true) {
          it.skip(`${title}: needs Valkey 8.1: ${script.needsExactReference}`)
          continue
        }
        it(title, async () => {
          const steps = script.steps.map(toStep)
          const difference = await runSteps(servers(), protocol, steps)
          if (difference !== undefined) throw new Error(describeDifference(servers(), protocol, steps, difference))
        }, maxTestMillis)
      }
    }
  })

/** Makes one random command. It takes all its randomness from `random`, and small sets of keys, so that commands meet. */
export type CommandGenerator = (random: SeededRandom) => StepInput

export interface RandomSuite {
  readonly name: string
  readonly generators: ReadonlyArray<CommandGenerator>
  /** Commands per seed and protocol version. `DIFFERENTIAL_COMMANDS` overrides it. Default 1000. */
  readonly commands?: number
  /** `DIFFERENTIAL_SEED` overrides them with one. */
  readonly seeds?: ReadonlyArray<number>
  /** Shows what a key holds, for every key at the end of the sequence. Default: everything that can be seen of it. */
  readonly inspect?: Inspection
}

/**
 * Random commands as a test suite: every reply is compared, and at the end the keys and what they hold.
 *
 * When something differs, the sequence is cut down to the few commands that are needed to show it, and printed with its seed.
 */
export const differentialRandom = (suite: RandomSuite, options: DifferentialOptions = {}): void =>
  withBothServers(suite.name, options, (servers) => {
    const chosenSeed = process.env["DIFFERENTIAL_SEED"]
    const seeds = chosenSeed === undefined ? suite.seeds ?? [1, 2] : [Number(chosenSeed)]
    const count = Number(process.env["DIFFERENTIAL_COMMANDS"] ?? suite.commands ?? 1000)
    const inspect = suite.inspect ?? inspectValue
    for (const seed of seeds) {
      for (const protocol of [2, 3] as const) {
        it(`${count} random commands, seed ${seed}, answer the same (RESP${protocol})`, async () => {
          const random = makeSeededRandom(seed)
          const steps = Array.from({ length: count }, () => toStep(random.pick(suite.generators)(random)))
          const attempt: Attempt = async (steps) =>
            await runSteps(servers(), protocol, steps) ?? await compareDatasets(servers(), inspect, steps.length)
          const difference = await attempt(steps)
          if (difference !== undefined) {
            const short = await shrink(attempt, steps, difference)
            throw new Error(
              `seed ${seed}, ${count} commands, cut down to ${short.steps.length}\n` +
                describeDifference(servers(), protocol, short.steps, short.difference)
            )
          }
        }, maxTestMillis)
      }
    }
  })

/** Long enough to cut a failing sequence down on a busy machine; a passing test needs a fraction of a second. */
const maxTestMillis = 120_000

interface Servers {
  readonly keyloom: RunningServer
  readonly reference: RunningServer
}

/** What differs, at which step: one behind the last where the data differs at the end. A reply is missing when the connection ended instead. */
interface Difference {
  readonly index: number
  readonly step: Step
  readonly keyloom: string
  readonly reference: string
}

const withBothServers = (
  name: string,
  options: DifferentialOptions,
  register: (servers: () => Servers) => void
): void => {
  const reference = findReference(options.reference)
  if (reference === undefined) {
    describe(name, () => {
      it.skip(`is compared with the reference: ${missingReferenceMessage}`)
    })
    return
  }
  if (options.needsExactReference !== undefined && !reference.isExact) {
    describe(name, () => {
      it.skip(`is compared with Valkey 8.1, not with ${reference.name}: ${options.needsExactReference}`)
    })
    return
  }
  describe(`${name}, compared with ${reference.name}`, () => {
    let running: Servers | undefined
    beforeAll(async () => {
      // The reference's SORT collates by its environment, Keyloom's by bytes.
      const start: StartOptions = { directives: options.directives ?? [], environment: { LC_ALL: "C" } }
      const [keyloom, other] = await Promise.all([startKeyloom(start), startReference(start, options.reference)])
      running = { keyloom, reference: other }
    }, maxTestMillis)
    afterAll(async () => {
      await running?.keyloom.stop()
      await running?.reference.stop()
    })
    register(() => {
      if (running === undefined) throw new Error("the servers have not been started")
      return running
    })
  })
}

/** How many commands travel in one write when nothing has to happen in between. */
const maxBatch = 64

/** Runs the steps on both servers, until the first difference. */
const runSteps = async (
  servers: Servers,
  protocol: 2 | 3,
  steps: ReadonlyArray<Step>
): Promise<Difference | undefined> => {
  const sides = [new Side(servers.keyloom, protocol), new Side(servers.reference, protocol)] as const
  try {
    await Promise.all(sides.map((side) => side.reset()))
    for (let start = 0; start < steps.length;) {
      const batch = nextBatch(steps, start)
      const [keyloom, reference] = await Promise.all([sides[0].run(batch), sides[1].run(batch)])
      for (let offset = 0; offset < batch.length; offset++) {
        const current = batch[offset]
        const ours = keyloom[offset]
        const theirs = reference[offset]
        if (current === undefined || ours === undefined || theirs === undefined) throw new Error("a reply too few")
        if (!isSameAnswer(current.compare ?? "exact", ours, theirs)) {
          return {
            index: start + offset,
            step: current,
            keyloom: formatAnswer(ours),
            reference: formatAnswer(theirs)
          }
        }
      }
      start += batch.length
    }
    return undefined
  } finally {
    for (const side of sides) side.close()
  }
}

/** Steps that can go out in one write: plain ones of one connection. Others go alone. */
const nextBatch = (steps: ReadonlyArray<Step>, start: number): ReadonlyArray<Step> => {
  const isPlain = (candidate: Step | undefined): candidate is Step =>
    candidate !== undefined && candidate.replies === undefined && candidate.closes !== true
  const first = steps[start]
  if (first === undefined) throw new Error("no step left")
  if (!isPlain(first)) return [first]
  let end = start + 1
  while (end - start < maxBatch) {
    const candidate = steps[end]
    if (!isPlain(candidate) || candidate.connection !== first.connection) break
    end++
  }
  return steps.slice(start, end)
}

/** What a server did after one step: its replies, and what was not as the step says: the connection broke, for example. */
interface Answer {
  readonly replies: ReadonlyArray<Received>
  readonly failure?: string
}

/** One server during one script, with the connections that the script has named. */
class Side {
  readonly server: RunningServer
  readonly protocol: 2 | 3
  readonly connections = new Map<string, RespClient>()

  constructor(server: RunningServer, protocol: 2 | 3) {
    this.server = server
    this.protocol = protocol
  }

  async reset(): Promise<void> {
    const client = await this.server.connect()
    await client.call("FLUSHALL")
    client.close()
  }

  async run(batch: ReadonlyArray<Step>): Promise<ReadonlyArray<Answer>> {
    const first = batch[0]
    if (first === undefined) return []
    const client = await this.connection(first.connection ?? "main")
    client.write(Buffer.concat(batch.map((current) => encodeRequest(current.request))))
    const answers: Array<Answer> = []
    for (const current of batch) answers.push(await receiveAnswer(client, current))
    if (first.closes !== true) return answers
    this.connections.delete(first.connection ?? "main")
    const rest = await client.untilClosed()
    return answers.map((answer) => rest === "" ? answer : { ...answer, failure: `then came ${printable(rest)}` })
  }

  close(): void {
    for (const client of this.connections.values()) client.close()
  }

  private async connection(name: string): Promise<RespClient> {
    const open = this.connections.get(name)
    if (open !== undefined) return open
    const client = await this.server.connect()
    this.connections.set(name, client)
    if (this.protocol === 3) await client.call("HELLO", "3")
    return client
  }
}

const receiveAnswer = async (client: RespClient, current: Step): Promise<Answer> => {
  const replies: Array<Received> = []
  try {
    for (let count = current.replies ?? 1; count > 0; count--) replies.push(await client.receive())
    return { replies }
  } catch (error) {
    return { replies, failure: error instanceof Error ? error.message : String(error) }
  }
}

const isSameAnswer = (compare: Comparison, ours: Answer, theirs: Answer): boolean => {
  // When both fail alike the script is wrong, which is to be seen as well.
  if (ours.failure !== undefined || theirs.failure !== undefined) return false
  if (ours.replies.length !== theirs.replies.length) return false
  return ours.replies.every((received, index) => {
    const other = theirs.replies[index]
    return other !== undefined && isSame(compare, received, other)
  })
}

/** Whether two replies are as equal as `compare` asks for. */
export const isSame = (compare: Comparison, ours: Received, theirs: Received): boolean => {
  if (compare === "exact") return ours.raw === theirs.raw
  if (compare === "unordered") return canonical(ours.reply) === canonical(theirs.reply)
  if (compare === "typeOnly") return typeName(ours.reply) === typeName(theirs.reply)
  if ("near" in compare) return isNear(ours.reply, theirs.reply, compare.near)
  if ("masked" in compare) {
    // The length of a bulk string depends on what is masked in it, so the text is compared and not the raw bytes.
    const pattern = new RegExp(compare.masked, compare.masked.flags.replace("g", "") + "g")
    return formatReply(ours.reply).replace(pattern, "") === formatReply(theirs.reply).replace(pattern, "")
  }
  return true
}

const canonical = (reply: Reply): string => {
  switch (reply.type) {
    case "array":
    case "set":
    case "push":
      return `${reply.type}[${reply.items.map(canonical).sort().join()}]`
    case "map":
      return `map{${reply.entries.map(([key, value]) => `${canonical(key)}:${canonical(value)}`).sort().join()}}`
    case "attribute":
    case "simple":
    case "error":
    case "bulk":
    case "bulkError":
    case "integer":
    case "double":
    case "bigNumber":
    case "boolean":
    case "null":
    case "verbatim":
      return formatReply(reply)
  }
}

const typeName = (reply: Reply): string => reply.type === "null" ? `null ${reply.form}` : reply.type

const isNear = (ours: Reply, theirs: Reply, difference: number): boolean => {
  if (typeName(ours) !== typeName(theirs)) return false
  if ("items" in ours && "items" in theirs) {
    return ours.items.length === theirs.items.length && ours.items.every((item, index) => {
      const other = theirs.items[index]
      return other !== undefined && isNear(item, other, difference)
    })
  }
  if (ours.type === "map" && theirs.type === "map") {
    return ours.entries.length === theirs.entries.length && ours.entries.every(([key, value], index) => {
      const other = theirs.entries[index]
      return other !== undefined && isNear(key, other[0], difference) && isNear(value, other[1], difference)
    })
  }
  const hasNumber = ours.type === "integer" || ours.type === "double" || ours.type === "bulk"
  if (hasNumber && "text" in theirs && isNumber(ours.text) && isNumber(theirs.text)) {
    // -1 and -2 are answers of their own ("no deadline", "no key") and no times.
    if (Number(ours.text) < 0 || Number(theirs.text) < 0) return ours.text === theirs.text
    return Math.abs(Number(ours.text) - Number(theirs.text)) <= difference
  }
  return formatReply(ours) === formatReply(theirs)
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)

/** How many sequences are tried at most to find a shorter one; each is one run on both servers. */
const maxShrinkAttempts = 300

/** Runs a sequence from an empty dataset on. */
type Attempt = (steps: ReadonlyArray<Step>) => Promise<Difference | undefined>

/** A shorter sequence that ends in a difference as well: what stands before the last command is left out piece by piece. */
const shrink = async (
  attempt: Attempt,
  steps: ReadonlyArray<Step>,
  difference: Difference
): Promise<{ readonly steps: Array<Step>; readonly difference: Difference }> => {
  let best = { steps: steps.slice(0, difference.index + 1), difference }
  let attempts = 0
  for (let size = best.steps.length >> 1; size >= 1; size >>= 1) {
    for (let start = 0; start < best.steps.length - 1 && attempts < maxShrinkAttempts;) {
      attempts++
      const candidate = best.steps.toSpliced(start, Math.min(size, best.steps.length - 1 - start))
      const found = await attempt(candidate)
      if (found === undefined) start += size
      else best = { steps: candidate.slice(0, found.index + 1), difference: found }
    }
  }
  return best
}

/** The keys of every database of both servers, and what they hold. */
const compareDatasets = async (
  servers: Servers,
  inspect: Inspection,
  index: number
): Promise<Difference | undefined> => {
  const [keyloom, reference] = await Promise.all([servers.keyloom.connect(), servers.reference.connect()])
  const compare = async (inputs: ReadonlyArray<StepInput>): Promise<Difference | undefined> => {
    const steps = inputs.map(toStep)
    const requests = steps.map(({ request }) => request)
    const [ours, theirs] = await Promise.all([keyloom.pipeline(requests), reference.pipeline(requests)])
    for (const [number, current] of steps.entries()) {
      const our = { replies: ours.slice(number, number + 1) }
      const their = { replies: theirs.slice(number, number + 1) }
      if (!isSameAnswer(current.compare ?? "exact", our, their)) {
        return { index, step: current, keyloom: formatAnswer(our), reference: formatAnswer(their) }
      }
    }
    return undefined
  }
  try {
    // In RESP3 pairs stay pairs where their order does not count.
    await Promise.all([keyloom.call("HELLO", "3"), reference.call("HELLO", "3")])
    for (let database = 0; database < databases; database++) {
      const difference = await compare([`SELECT ${database}`, step("KEYS *", { compare: "unordered" })])
      if (difference !== undefined) return difference
      const keys = await reference.call("KEYS", "*")
      if (keys.type !== "array") throw new Error(`KEYS answered ${formatReply(keys)}`)
      for (const item of keys.items) {
        if (item.type !== "bulk") throw new Error(`KEYS answered ${formatReply(keys)}`)
        const key = item.text
        const [type, encoding] = [await reference.call("TYPE", key), await reference.call("OBJECT", "ENCODING", key)]
        if (type.type !== "simple") throw new Error(`TYPE answered ${formatReply(type)}`)
        const found = await compare(inspect(key, type.text, encoding.type === "bulk" ? encoding.text : ""))
        if (found !== undefined) return found
      }
    }
    return undefined
  } finally {
    keyloom.close()
    reference.close()
  }
}

/** As many as both servers have unless they are told otherwise. */
const databases = 16

const formatAnswer = (answer: Answer): string => {
  const replies = answer.replies.map(({ reply, raw }) =>
    `${printable(raw).slice(0, 2000)}\n            ${formatReply(reply)}`
  )
  const failure = answer.failure === undefined ? [] : [`(no reply: ${answer.failure})`]
  return [...replies, ...failure].join("\n            ") || "(nothing)"
}

const formatStep = (current: Step): string => {
  const request = current.request.map((argument) =>
    `"${printable(Buffer.isBuffer(argument) ? argument.toString("latin1") : String(argument)).slice(0, 200)}"`
  )
  return `${current.connection === undefined ? "" : `[${current.connection}] `}${request.join(" ")}`
}

/** At most so many of the steps before a difference are printed. */
const maxPrintedSteps = 30

const describeDifference = (
  servers: Servers,
  protocol: 2 | 3,
  steps: ReadonlyArray<Step>,
  difference: Difference
): string => {
  const before = steps.slice(0, difference.index)
  const left = before.length - maxPrintedSteps
  return [
    `the replies differ at step ${difference.index + 1}, RESP${protocol}`,
    ...(left > 0 ? [`  (${left} steps)`] : []),
    ...before.slice(-maxPrintedSteps).map((current) => `  before    ${formatStep(current)}`),
    `  request   ${formatStep(difference.step)}`,
    `  keyloom   ${difference.keyloom}`,
    `  reference ${difference.reference}   (${servers.reference.name})`
  ].join("\n")
}
