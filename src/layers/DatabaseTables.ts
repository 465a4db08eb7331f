/**
 * One database: its dictionary and its deadlines, kept in step, and the memory they take, counted with every change.
 *
 * Here a key expires when somebody comes across it. The second half of the methods is for the layers that look after the tables (expiry and eviction):
 * they speak of entries and positions, which are good until the next change.
 */
import { bytesPerDeadline, Deadlines } from "../data/Deadlines.ts"
import { bytesPerEntry, Dictionary } from "../data/Dictionary.ts"
import { HashValue } from "../data/HashValue.ts"
import { Key } from "../data/Key.ts"
import type { KeyHasher } from "../data/KeyHasher.ts"
import { textBytes } from "../data/StringValue.ts"
import { isGone, memoryBytes, type Value } from "../data/Value.ts"
import type { CommandClock } from "../services/CommandClock.ts"
import type { Database } from "../services/Keyspace.ts"
import type { Propagation } from "../services/Propagation.ts"
import type { ConfigValues } from "../services/config/directives.ts"
import type { Counters } from "../services/ServerStats.ts"
import type { AccessTracking } from "./AccessTracking.ts"
import { TableSnapshot } from "./TableSnapshot.ts"
import { VolatileHashes } from "./VolatileHashes.ts"

export class DatabaseTables implements Database {
  readonly index: number
  readonly #shared: Shared
  #table = new Dictionary<Value>()
  #deadlines = new Deadlines()
  #volatileHashes: VolatileHashes
  /** Those who read the tables as they were, and have to be told before an entry changes. */
  #snapshots: ReadonlyArray<TableSnapshot> = noSnapshots
  /** Of the keys and values; the tables know their own. */
  #dataBytes = 0
  /**
   * The last key that was found and touched, and its entry: a command that finds a key and then changes it looks it up once and touches it once.
   * A `Key` belongs to one command, so the same object means the same command.
   */
  #foundKey: Key | undefined = undefined
  #foundEntry = -1

  constructor(index: number, shared: Shared) {
    this.index = index
    this.#shared = shared
    this.#volatileHashes = new VolatileHashes(shared.hasher)
    shared.usedBytes += this.overheadBytes
  }

  get size(): number {
    return this.#table.size
  }

  get volatileSize(): number {
    return this.#deadlines.size
  }

  get volatileHashes(): number {
    return this.#volatileHashes.size
  }

  get usedBytes(): number {
    return this.#dataBytes + this.overheadBytes
  }

  get overheadBytes(): number {
    return this.#table.overheadBytes + this.#deadlines.overheadBytes + this.#volatileHashes.bytes
  }

  get averageTtlMillis(): number {
    const { clock, random } = this.#shared
    const size = this.#deadlines.size
    const looked = Math.min(size, ttlSamples)
    let living = 0
    let sum = 0
    for (let i = 0; i < looked; i++) {
      const remaining = this.#deadlines.at(size > looked ? Math.floor(random() * size) : i) - clock.millis
      if (remaining < 0) continue
      living++
      sum += remaining
    }
    return living === 0 ? 0 : sum / living
  }

  prefetch(hashes: Int32Array, count: number): void {
    this.#table.prefetch(hashes, count)
  }

  read(key: Key): Value | undefined {
    const entry = this.#findAndTouch(key)
    if (entry < 0) {
      this.#shared.counters.keyspaceMisses++
      return undefined
    }
    this.#shared.counters.keyspaceHits++
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
    const entry = this.#findAndTouch(key)
    return entry < 0 ? undefined : this.#table.valueAt(entry)
  }

  inspect(key: Key): Value | undefined {
    const entry = this.#findLive(key)
    return entry < 0 ? undefined : this.#table.valueAt(entry)
  }

  set(key: Key, value: Value, expireAtMillis?: number): void {
    const entry = this.#findForChange(key)
    if (entry < 0) this.#insert(key, value)
    else {
      if (this.#snapshots !== noSnapshots) this.#keep(entry)
      this.#forgetDeadline(entry)
      this.#replace(entry, value)
    }
    if (expireAtMillis !== undefined) this.#expireEntry(this.#entryOf(key), expireAtMillis)
  }

  store(key: Key, value: Value, changes: number): void {
    this.set(key, value)
    this.#shared.changes += changes - 1
  }

  update(key: Key, value: Value): void {
    const entry = this.#findForChange(key)
    if (entry < 0) this.#insert(key, value)
    else this.#replace(entry, value)
  }

  reshape(key: Key, value: Value): void {
    const entry = this.#findForChange(key)
    if (entry >= 0) this.#put(entry, value)
  }

  modify<V extends Value>(key: Key, value: V, change: (value: V) => number, isCounted = true): number {
    const changes = this.#change(key, value, change)
    if (isCounted) this.#shared.changes += changes
    return changes
  }

  expireFields(
    key: Key,
    hash: HashValue,
    change: (hash: HashValue, expired: ((field: string) => void) | undefined) => number
  ): void {
    const { counters, isExpiryHeld, propagation } = this.#shared
    if (isExpiryHeld()) return
    const expired = propagation.isActive
      ? (field: string) => propagation.also(this.index, ["HDEL", key.text, field])
      : undefined
    counters.expiredFields += this.#change(key, hash, (hash) => change(hash, expired))
  }

  remove(key: Key, changes = 1): boolean {
    const entry = this.#findLive(key)
    if (entry < 0) return false
    this.#shared.changes += changes
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
    if (this.#snapshots !== noSnapshots) this.#keep(entry)
    this.#expireEntry(entry, expireAtMillis)
  }

  clearDeadline(key: Key): boolean {
    const entry = this.#findLive(key)
    if (entry < 0 || this.#table.deadlineAt(entry) < 0) return false
    this.#shared.changes++
    if (this.#snapshots !== noSnapshots) this.#keep(entry)
    this.#forgetDeadline(entry)
    return true
  }

  idleSeconds(key: Key): number {
    const entry = this.#findLive(key)
    return entry < 0 ? 0 : this.#shared.access.idleSeconds(this.accessAt(entry))
  }

  frequency(key: Key): number {
    const entry = this.#findLive(key)
    return entry < 0 ? 0 : this.#shared.access.frequency(this.accessAt(entry))
  }

  access(key: Key): number {
    const entry = this.#findLive(key)
    return entry < 0 ? 0 : this.accessAt(entry)
  }

  recallUse(key: Key, idleSeconds: number | undefined, frequency: number | undefined): void {
    const entry = this.#findLive(key)
    const access = this.#shared.access.recalled(idleSeconds, frequency)
    if (entry < 0 || access === undefined) return
    this.#table.setAccessAt(entry, (this.#table.accessAt(entry) & ~accessMask) | access)
  }

  randomKey(): string | undefined {
    for (let tried = 1; this.size > 0; tried++) {
      const entry = this.sampleEntry(false)
      if (!this.#expireIfDue(entry)) return this.#table.keyAt(entry)
      // Held back, expired keys stay: where all keys may be expired one of them is answered, as in Redis.
      if (tried >= maxRandomTries && this.size === this.volatileSize && this.#shared.isExpiryHeld()) {
        return this.#table.keyAt(entry)
      }
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
    const shared = this.#shared
    shared.changes += size
    shared.usedBytes -= this.usedBytes
    // The old tables are left to the garbage collector, which works beside the event loop; nothing here walks them.
    this.#table = new Dictionary()
    this.#deadlines = new Deadlines()
    this.#volatileHashes = new VolatileHashes(shared.hasher)
    this.#snapshots = noSnapshots
    this.#dataBytes = 0
    this.#foundKey = undefined
    shared.usedBytes += this.overheadBytes
    shared.listener?.databaseChanged(this.index)
    return size
  }

  swap(other: DatabaseTables): void {
    this.#shared.changes++
    ;[this.#table, other.#table] = [other.#table, this.#table]
    ;[this.#deadlines, other.#deadlines] = [other.#deadlines, this.#deadlines]
    ;[this.#volatileHashes, other.#volatileHashes] = [other.#volatileHashes, this.#volatileHashes]
    ;[this.#snapshots, other.#snapshots] = [other.#snapshots, this.#snapshots]
    ;[this.#dataBytes, other.#dataBytes] = [other.#dataBytes, this.#dataBytes]
    this.#foundKey = undefined
    other.#foundKey = undefined
    this.#shared.listener?.databaseChanged(this.index)
    this.#shared.listener?.databaseChanged(other.index)
  }

  entryBytes(key: Key): number {
    const entry = this.#findLive(key)
    if (entry < 0) return 0
    const deadlineBytes = this.#table.deadlineAt(entry) < 0 ? 0 : bytesPerDeadline
    return this.#sizeOf(entry) + bytesPerEntry + deadlineBytes
  }

  /** The database as it is now, to be read while it changes. It costs every change a little until it is closed. */
  openSnapshot(): TableSnapshot {
    const snapshot = new TableSnapshot(this.index, this.#table, this.#deadlines)
    this.#snapshots = [...this.#snapshots, snapshot]
    return snapshot
  }

  /** Does nothing where the database has become another one meanwhile. */
  closeSnapshot(snapshot: TableSnapshot): void {
    const others = this.#snapshots.filter((other) => other !== snapshot)
    this.#snapshots = others.length === 0 ? noSnapshots : others
  }

  /** The deadline at `position` of all deadlines, in milliseconds since the epoch. */
  deadlineAt(position: number): number {
    return this.#deadlines.at(position)
  }

  /** The entry that the deadline at `position` belongs to. */
  volatileEntryAt(position: number): number {
    return this.#deadlines.entryAt(position)
  }

  /** Removes the entry whose deadline is at `position`, as expired; the last deadline takes that position. */
  expireAt(position: number): void {
    const { config, counters } = this.#shared
    counters.expiredKeys++
    this.#removeUnasked(this.#deadlines.entryAt(position), config["lazyfree-lazy-expire"])
  }

  /** The earliest deadline of a field of all hashes, `Infinity` where there is none. */
  get soonestFieldDeadline(): number {
    return this.#volatileHashes.soonestDeadline
  }

  /** Removes fields that have expired, but not more than `most`, of the hash with the earliest deadline; answers how many. */
  expireSoonestFields(most: number): number {
    const { soonestKey } = this.#volatileHashes
    if (soonestKey === undefined) return 0
    const { clock, hasher } = this.#shared
    const key = Key.ofText(hasher, soonestKey)
    const value = this.#table.valueAt(this.#table.find(key))
    let expired = 0
    // Only keys of hashes are there.
    if (value instanceof HashValue) {
      this.expireFields(key, value, (hash, each) => expired = hash.removeExpired(clock.millis, most, each))
    }
    return expired
  }

  /** A random entry's index: of all entries, or of those with a deadline. There must be one. */
  sampleEntry(isVolatile: boolean): number {
    const { random } = this.#shared
    return isVolatile
      ? this.#deadlines.entryAt(Math.floor(random() * this.#deadlines.size))
      : Math.floor(random() * this.#table.size)
  }

  accessAt(entry: number): number {
    return this.#table.accessAt(entry) & accessMask
  }

  keyAt(entry: number): string {
    return this.#table.keyAt(entry)
  }

  deadlineOfEntry(entry: number): number | undefined {
    return this.#deadlineOf(entry)
  }

  /**
   * Removes a key without regard to its deadline, as evicted; with `isVolatile` only if it has one. It is looked for at `likelyEntry` first.
   * Says whether it was there.
   */
  evict(key: string, likelyEntry: number, isVolatile: boolean): boolean {
    const isAtEntry = likelyEntry < this.size && this.#table.keyAt(likelyEntry) === key
    const entry = isAtEntry ? likelyEntry : this.#table.find(Key.ofText(this.#shared.hasher, key))
    if (entry < 0 || isVolatile && this.#table.deadlineAt(entry) < 0) return false
    this.evictEntry(entry)
    return true
  }

  evictEntry(entry: number): void {
    const { config, counters } = this.#shared
    counters.evictedKeys++
    this.#removeUnasked(entry, config["lazyfree-lazy-eviction"])
  }

  #findLive(key: Key): number {
    const entry = this.#entryOf(key)
    return entry >= 0 && this.#expireIfDue(entry) ? -1 : entry
  }

  /** What `modify` says, but without counting the changes that it answers. */
  #change<V extends Value>(key: Key, value: V, change: (value: V) => number): number {
    if (this.#snapshots !== noSnapshots) this.#keep(this.#entryOf(key))
    const bytes = memoryBytes(value)
    const soonest = soonestField(value)
    const changes = change(value)
    this.#grow(memoryBytes(value) - bytes)
    if (changes === 0) return 0
    const soonestNow = soonestField(value)
    if (soonestNow !== soonest) this.#followFields(this.#table.keyAt(this.#entryOf(key)), soonestNow)
    if (isGone(value)) this.#removeEntry(this.#entryOf(key))
    else this.#tell(key.text)
    return changes
  }

  #entryOf(key: Key): number {
    return key === this.#foundKey ? this.#foundEntry : this.#table.find(key)
  }

  #findAndTouch(key: Key): number {
    const entry = this.#findLive(key)
    if (entry < 0) return -1
    this.#touch(entry)
    this.#foundKey = key
    this.#foundEntry = entry
    return entry
  }

  /** As `#findAndTouch`, but a key that this command has found already is not touched again: LFU would count it twice. */
  #findForChange(key: Key): number {
    return key === this.#foundKey ? this.#findLive(key) : this.#findAndTouch(key)
  }

  #expireIfDue(entry: number): boolean {
    const position = this.#table.deadlineAt(entry)
    if (position < 0) return false
    // At its very deadline a key is still there, with a time to live of 0: Redis compares the same way.
    if (this.#deadlines.at(position) >= this.#shared.clock.expiryMillis) return false
    if (!this.#shared.isExpiryHeld()) this.expireAt(position)
    return true
  }

  /** Gives an entry a deadline, or another one. */
  #expireEntry(entry: number, expireAtMillis: number): void {
    this.#expect(expireAtMillis)
    const position = this.#table.deadlineAt(entry)
    if (position >= 0) return this.#deadlines.update(position, expireAtMillis)
    const overhead = this.#deadlines.overheadBytes
    this.#table.setDeadlineAt(entry, this.#deadlines.add(entry, expireAtMillis))
    this.#shared.usedBytes += this.#deadlines.overheadBytes - overhead
  }

  #deadlineOf(entry: number): number | undefined {
    const position = this.#table.deadlineAt(entry)
    return position < 0 ? undefined : this.#deadlines.at(position)
  }

  #touch(entry: number): void {
    const { access } = this.#shared
    if (access.isPaused) return
    const before = this.#table.accessAt(entry)
    const after = (before & ~accessMask) | access.touched(before & accessMask)
    this.#table.setAccessAt(entry, after)
  }

  #insert(key: Key, value: Value): void {
    const shared = this.#shared
    if (shared.isExpiryHeld()) {
      // Whoever writes all the same replaces a key that is there, though it is expired.
      const expired = this.#table.find(key)
      if (expired >= 0) this.expireAt(this.#table.deadlineAt(expired))
    }
    shared.changes++
    const overhead = this.#table.overheadBytes
    const entry = this.#table.insert(key, value)
    shared.usedBytes += this.#table.overheadBytes - overhead
    this.#table.setAccessAt(entry, shared.access.initial() | packedSize(value))
    this.#grow(this.#sizeOf(entry))
    this.#foundKey = key
    this.#foundEntry = entry
    const soonest = soonestField(value)
    if (soonest !== Infinity) this.#followFields(this.#table.keyAt(entry), soonest)
    this.#tell(key.text)
  }

  #replace(entry: number, value: Value): void {
    this.#shared.changes++
    this.#put(entry, value)
    if (this.#shared.listener !== undefined) this.#tell(this.#table.keyAt(entry))
  }

  #put(entry: number, value: Value): void {
    if (this.#snapshots !== noSnapshots) this.#keep(entry)
    const table = this.#table
    const before = table.accessAt(entry)
    const size = packedSize(value)
    if ((before & ~accessMask) !== size || size === unknownSize) {
      this.#grow(memoryBytes(value) - this.#valueBytes(entry))
      table.setAccessAt(entry, (before & accessMask) | size)
    }
    const soonest = soonestField(value)
    if (this.#volatileHashes.size > 0 || soonest !== Infinity) this.#followFields(table.keyAt(entry), soonest)
    table.setValueAt(entry, value)
  }

  #removeEntry(entry: number): void {
    this.#foundKey = undefined
    const key = this.#table.keyAt(entry)
    if (this.#snapshots !== noSnapshots) {
      this.#keep(entry)
      // The last entry takes its place.
      this.#keep(this.size - 1)
    }
    this.#forgetDeadline(entry)
    if (this.#volatileHashes.size > 0) this.#followFields(key, Infinity)
    this.#grow(-this.#sizeOf(entry))
    const overhead = this.#table.overheadBytes
    const moved = this.#table.remove(entry)
    this.#shared.usedBytes += this.#table.overheadBytes - overhead
    if (moved >= 0) {
      const position = this.#table.deadlineAt(entry)
      if (position >= 0) this.#deadlines.moved(position, entry)
    }
    this.#tell(key)
  }

  #keep(entry: number): void {
    for (const snapshot of this.#snapshots) snapshot.keep(entry)
  }

  /** Whoever repeats the commands has to be told of a removal that none of them asks for. */
  #removeUnasked(entry: number, isLazy: boolean): void {
    const { propagation } = this.#shared
    if (propagation.isActive) propagation.also(this.index, [isLazy ? "UNLINK" : "DEL", this.#table.keyAt(entry)])
    this.#removeEntry(entry)
  }

  /** Keeps step with the earliest deadline of a field at `key`, which is `Infinity` where there is none any more. The key is the table's own. */
  #followFields(key: string, soonest: number): void {
    const bytes = this.#volatileHashes.bytes
    this.#volatileHashes.set(key, soonest)
    this.#expect(soonest)
    this.#shared.usedBytes += this.#volatileHashes.bytes - bytes
  }

  /** Something expires at this time, perhaps before anything else. */
  #expect(expireAtMillis: number): void {
    const shared = this.#shared
    if (expireAtMillis >= shared.soonestDeadline) return
    shared.soonestDeadline = expireAtMillis
    shared.onSoonerDeadline()
  }

  #tell(key: string): void {
    this.#shared.listener?.keyChanged(this.index, key)
  }

  #forgetDeadline(entry: number): void {
    const position = this.#table.deadlineAt(entry)
    if (position < 0) return
    const overhead = this.#deadlines.overheadBytes
    this.#table.setDeadlineAt(entry, -1)
    const movedEntry = this.#deadlines.remove(position)
    if (movedEntry >= 0) this.#table.setDeadlineAt(movedEntry, position)
    this.#shared.usedBytes += this.#deadlines.overheadBytes - overhead
  }

  #grow(bytes: number): void {
    this.#dataBytes += bytes
    this.#shared.usedBytes += bytes
  }

  #sizeOf(entry: number): number {
    return textBytes(this.#table.keyAt(entry).length) + this.#valueBytes(entry)
  }

  #valueBytes(entry: number): number {
    const size = this.#table.accessAt(entry) & ~accessMask
    return size === unknownSize ? memoryBytes(this.#table.valueAt(entry)) : size >>> accessBits << 3
  }
}

/** Whoever has to know of changes. It is told within the change, and may look at nothing before the command is through. */
export interface KeyListener {
  /** Made, altered or removed, for whatever reason. */
  readonly keyChanged: (database: number, key: string) => void
  /** All keys are others. */
  readonly databaseChanged: (database: number) => void
}

/** What all databases have in common. */
export interface Shared {
  readonly access: AccessTracking["Service"]
  readonly clock: CommandClock["Service"]
  /** As it is at present. */
  readonly config: Pick<ConfigValues, "lazyfree-lazy-expire" | "lazyfree-lazy-eviction">
  readonly counters: Counters
  readonly hasher: KeyHasher
  readonly propagation: Propagation["Service"]
  /** At least 0, below 1. */
  readonly random: () => number
  changes: number
  /** Of all keys, values and tables. Every write asks for it, so it is kept as a sum. */
  usedBytes: number
  /** While clients are paused expired keys are not removed: everything must stay as it is, and who asks does not find them all the same. */
  readonly isExpiryHeld: () => boolean
  /** There only while somebody has to know. */
  listener: KeyListener | undefined
  /** No key, and no field of a hash, is due before this time, in milliseconds since the epoch. Whoever has looked at all deadlines may put it off. */
  soonestDeadline: number
  /** Told when something is given a deadline before that. */
  onSoonerDeadline: () => void
}

/** The earliest deadline of a hash's fields; nothing else has any. */
const soonestField = (value: Value): number => value instanceof HashValue ? value.soonestDeadline : Infinity

const noSnapshots: ReadonlyArray<TableSnapshot> = []

/** How often RANDOMKEY looks for a live key where there may be none. */
const maxRandomTries = 100

/** Of how many deadlines the average is taken: with a thousand it is right to a few percent. */
const ttlSamples = 1000

/**
 * LRU and LFU need 24 of an entry's 32 access bits. The others hold the size of the value in words of 8 bytes, where that is small and cannot change in
 * place: so replacing a value does not have to look at the old one, which would mean waiting for memory that nobody needs otherwise.
 */
const accessBits = 24
const accessMask = (1 << accessBits) - 1
const unknownSize = 0xff << accessBits

/** The size of a value, or `unknownSize`, in its place above the access bits. */
const packedSize = (value: Value): number => {
  if (typeof value !== "string" && typeof value !== "number") return unknownSize
  const words = memoryBytes(value) >>> 3
  return words < 0xff ? words << accessBits : unknownSize
}
