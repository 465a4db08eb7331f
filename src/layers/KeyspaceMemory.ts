/**
 * The keyspace in memory: one dictionary and one table of deadlines per database.
 *
 * Here keys expire when somebody comes across them; that they go without anybody asking is `ActiveExpiry`'s work, and what goes for lack of memory is
 * `Eviction`'s. Both work on the tables that `KeyspaceTables` gives them.
 */
import { Context, Effect, Layer, Random } from "effect"
import { Deadlines } from "../data/Deadlines.ts"
import { Dictionary } from "../data/Dictionary.ts"
import { Key } from "../data/Key.ts"
import { KeyHasher } from "../data/KeyHasher.ts"
import { memoryBytes, textBytes } from "../data/StringValue.ts"
import type { Value } from "../data/Value.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { type Database, Keyspace } from "../services/Keyspace.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { type Counters, ServerStats } from "../services/ServerStats.ts"
import { AccessTracking } from "./AccessTracking.ts"

/** The tables behind the keyspace, for the layers that look after them. */
export class KeyspaceTables extends Context.Service<KeyspaceTables, ReadonlyArray<DatabaseTables>>()(
  "keyloom/layers/KeyspaceTables"
) {}

export const layer: Layer.Layer<
  Keyspace | KeyspaceTables,
  never,
  AccessTracking | CommandClock | ServerConfig | ServerStats
> = Layer.effectContext(Effect.gen(function*() {
    const access = yield* AccessTracking
    const clock = yield* CommandClock
    const { values } = yield* ServerConfig
    const { counters } = yield* ServerStats
    const random = yield* Random.Random
    const [first, second] = yield* secret
    const shared: Shared = {
      access,
      clock,
      counters,
      hasher: new KeyHasher(first, second),
      random: () => random.nextDoubleUnsafe(),
      changes: 0
    }
    const databases = Array.from({ length: values.databases }, (_, index) => new DatabaseTables(index, shared))
    return Context.make(KeyspaceTables, databases).pipe(Context.add(
      Keyspace,
      Keyspace.of({
        hasher: shared.hasher,
        databases,
        swap: (first, second) => databases[first]!.swap(databases[second]!),
        usedBytes: () => databases.reduce((sum, database) => sum + database.usedBytes, 0),
        overheadBytes: () => databases.reduce((sum, database) => sum + database.overheadBytes, 0),
        entryBytes: (database, key) => databases[database.index]!.entryBytes(key),
        changes: () => shared.changes
      })
    ))
  }))

/** Two numbers nobody outside can guess, so that nobody can choose keys which all fall into one bucket. */
const secret = Effect.sync((): readonly [number, number] => {
  const [first = 0, second = 0] = crypto.getRandomValues(new Int32Array(2))
  return [first, second]
})

interface Shared {
  readonly access: AccessTracking["Service"]
  readonly clock: CommandClock["Service"]
  readonly counters: Counters
  readonly hasher: KeyHasher
  readonly random: () => number
  changes: number
}

export class DatabaseTables implements Database {
  readonly index: number
  averageTtlMillis = 0
  readonly #shared: Shared
  #table = new Dictionary<Value>()
  #deadlines = new Deadlines()
  /** Of the keys and values; the tables know their own. */
  #dataBytes = 0

  constructor(index: number, shared: Shared) {
    this.index = index
    this.#shared = shared
  }

  get size(): number {
    return this.#table.size
  }

  get volatileSize(): number {
    return this.#deadlines.size
  }

  get usedBytes(): number {
    return this.#dataBytes + this.overheadBytes
  }

  get overheadBytes(): number {
    return this.#table.overheadBytes + this.#deadlines.overheadBytes
  }

  prefetch(hashes: Int32Array, count: number): void {
    this.#table.prefetch(hashes, count)
  }

  read(key: Key): Value | undefined {
    const entry = this.#findLive(key)
    if (entry < 0) {
      this.#shared.counters.keyspaceMisses++
      return undefined
    }
    this.#shared.counters.keyspaceHits++
    this.#touch(entry)
    return this.#table.valueAt(entry)
  }

  peek(key: Key): Value | undefined {
    const entry = this.#findLive(key)
    if (entry < 0) {
      this.#shared.counters.keyspaceMisses++
      return undefined
    }
    this.#shared.counters.keyspaceHits++
    return this.#table.valueAt(entry)
  }

  find(key: Key): Value | undefined {
    const entry = this.#findLive(key)
    if (entry < 0) return undefined
    this.#touch(entry)
    return this.#table.valueAt(entry)
  }

  inspect(key: Key): Value | undefined {
    const entry = this.#findLive(key)
    return entry < 0 ? undefined : this.#table.valueAt(entry)
  }

  set(key: Key, value: Value): void {
    const entry = this.#table.find(key)
    if (entry < 0) return this.#insert(key, value)
    this.#forgetDeadline(entry)
    this.#replace(entry, value)
  }

  update(key: Key, value: Value): void {
    const entry = this.#findLive(key)
    if (entry < 0) this.#insert(key, value)
    else this.#replace(entry, value)
  }

  modify<V extends Value, A>(_key: Key, value: V, change: (value: V) => A): A {
    const before = memoryBytes(value)
    const result = change(value)
    this.#dataBytes += memoryBytes(value) - before
    this.#shared.changes++
    return result
  }

  remove(key: Key): boolean {
    const entry = this.#findLive(key)
    if (entry < 0) return false
    this.#shared.changes++
    this.#removeEntry(entry)
    return true
  }

  deadline(key: Key): number | undefined {
    const entry = this.#findLive(key)
    return entry < 0 ? undefined : this.#deadlineOf(entry)
  }

  setDeadline(key: Key, expireAtMillis: number): void {
    const entry = this.#findLive(key)
    if (entry < 0) return
    this.#shared.changes++
    const position = this.#table.deadlineAt(entry)
    if (position < 0) this.#table.setDeadlineAt(entry, this.#deadlines.add(entry, expireAtMillis))
    else this.#deadlines.update(position, expireAtMillis)
  }

  clearDeadline(key: Key): boolean {
    const entry = this.#findLive(key)
    if (entry < 0 || this.#table.deadlineAt(entry) < 0) return false
    this.#shared.changes++
    this.#forgetDeadline(entry)
    return true
  }

  idleSeconds(key: Key): number {
    const entry = this.#findLive(key)
    return entry < 0 ? 0 : this.#shared.access.idleSeconds(this.#table.accessAt(entry))
  }

  frequency(key: Key): number {
    const entry = this.#findLive(key)
    return entry < 0 ? 0 : this.#shared.access.frequency(this.#table.accessAt(entry))
  }

  access(key: Key): number {
    const entry = this.#findLive(key)
    return entry < 0 ? 0 : this.#table.accessAt(entry)
  }

  randomKey(): string | undefined {
    while (this.size > 0) {
      const entry = Math.floor(this.#shared.random() * this.size)
      if (!this.#expireIfDue(entry)) return this.#table.keyAt(entry)
    }
    return undefined
  }

  scan(cursor: number, isWanted: (key: string, value: Value) => boolean, found: Array<string>): number {
    const { clock, hasher } = this.#shared
    const table = this.#table
    const expired: Array<string> = []
    const next = table.scan(cursor, (entry) => {
      const key = table.keyAt(entry)
      if (!isWanted(key, table.valueAt(entry))) return
      const deadline = this.#deadlineOf(entry)
      const isLive = deadline === undefined || deadline >= clock.millis
      ;(isLive ? found : expired).push(key)
    })
    // Looking for an expired key removes it.
    for (const key of expired) this.#findLive(Key.ofText(hasher, key))
    return next
  }

  forEach(visit: (key: string, value: Value, expireAtMillis: number | undefined) => void): void {
    const { millis } = this.#shared.clock
    const table = this.#table
    for (let entry = 0; entry < table.size; entry++) {
      const deadline = this.#deadlineOf(entry)
      if (deadline === undefined || deadline >= millis) visit(table.keyAt(entry), table.valueAt(entry), deadline)
    }
  }

  clear(): number {
    const { size } = this
    this.#shared.changes += size
    // The old tables are left to the garbage collector, which works beside the event loop; nothing here walks them.
    this.#table = new Dictionary()
    this.#deadlines = new Deadlines()
    this.#dataBytes = 0
    this.averageTtlMillis = 0
    return size
  }

  swap(other: DatabaseTables): void {
    ;[this.#table, other.#table] = [other.#table, this.#table]
    ;[this.#deadlines, other.#deadlines] = [other.#deadlines, this.#deadlines]
    ;[this.#dataBytes, other.#dataBytes] = [other.#dataBytes, this.#dataBytes]
    ;[this.averageTtlMillis, other.averageTtlMillis] = [other.averageTtlMillis, this.averageTtlMillis]
  }

  entryBytes(key: Key): number {
    const entry = this.#findLive(key)
    if (entry < 0) return 0
    const tableShare = Math.ceil(this.#table.overheadBytes / Math.max(this.#table.size, 1))
    return this.#sizeOf(entry) + tableShare
  }

  /** The deadline at `position` of all deadlines, with the entry it belongs to. */
  deadlineAt(position: number): number {
    return this.#deadlines.at(position)
  }

  /** Removes the entry whose deadline is at `position`, as expired; another deadline takes that position. */
  expireAt(position: number): void {
    this.#shared.counters.expiredKeys++
    this.#removeEntry(this.#deadlines.entryAt(position))
  }

  /** A random entry's index: of all entries, or of those with a deadline. There must be one. */
  sampleEntry(isVolatile: boolean): number {
    const { random } = this.#shared
    return isVolatile
      ? this.#deadlines.entryAt(Math.floor(random() * this.#deadlines.size))
      : Math.floor(random() * this.#table.size)
  }

  accessAt(entry: number): number {
    return this.#table.accessAt(entry)
  }

  keyAt(entry: number): string {
    return this.#table.keyAt(entry)
  }

  deadlineOfEntry(entry: number): number | undefined {
    return this.#deadlineOf(entry)
  }

  /** Removes a key without regard to its deadline, as evicted. Says whether it was there. */
  evict(key: string): boolean {
    const entry = this.#table.find(Key.ofText(this.#shared.hasher, key))
    if (entry < 0) return false
    this.#shared.counters.evictedKeys++
    this.#removeEntry(entry)
    return true
  }

  #findLive(key: Key): number {
    const entry = this.#table.find(key)
    return entry >= 0 && this.#expireIfDue(entry) ? -1 : entry
  }

  #expireIfDue(entry: number): boolean {
    const position = this.#table.deadlineAt(entry)
    if (position < 0) return false
    // At its very deadline a key is still there, with a time to live of 0: Redis compares the same way.
    if (this.#deadlines.at(position) >= this.#shared.clock.millis) return false
    this.#shared.counters.expiredKeys++
    this.#removeEntry(entry)
    return true
  }

  #deadlineOf(entry: number): number | undefined {
    const position = this.#table.deadlineAt(entry)
    return position < 0 ? undefined : this.#deadlines.at(position)
  }

  #touch(entry: number): void {
    const { access } = this.#shared
    if (access.isPaused) return
    this.#table.setAccessAt(entry, access.touched(this.#table.accessAt(entry)))
  }

  #insert(key: Key, value: Value): void {
    this.#shared.changes++
    const entry = this.#table.insert(key, value)
    this.#table.setAccessAt(entry, this.#shared.access.initial())
    this.#dataBytes += this.#sizeOf(entry)
  }

  #replace(entry: number, value: Value): void {
    this.#shared.changes++
    this.#dataBytes -= memoryBytes(this.#table.valueAt(entry))
    this.#dataBytes += memoryBytes(value)
    this.#table.setValueAt(entry, value)
    this.#touch(entry)
  }

  #removeEntry(entry: number): void {
    this.#forgetDeadline(entry)
    this.#dataBytes -= this.#sizeOf(entry)
    const moved = this.#table.remove(entry)
    if (moved < 0) return
    const position = this.#table.deadlineAt(entry)
    if (position >= 0) this.#deadlines.moved(position, entry)
  }

  #forgetDeadline(entry: number): void {
    const position = this.#table.deadlineAt(entry)
    if (position < 0) return
    this.#table.setDeadlineAt(entry, -1)
    const movedEntry = this.#deadlines.remove(position)
    if (movedEntry >= 0) this.#table.setDeadlineAt(movedEntry, position)
  }

  #sizeOf(entry: number): number {
    return textBytes(this.#table.keyAt(entry).length) + memoryBytes(this.#table.valueAt(entry))
  }
}
