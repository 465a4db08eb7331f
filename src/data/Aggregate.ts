/**
 * What all values with elements have in common: lists, sets, hashes, sorted sets and streams.
 *
 * An aggregate has a compact shape while it is small, and one that scales when it is not (`Shapes`). It counts its memory with every change, and can be
 * copied at no cost worth mentioning, because copies share what neither has changed: that serves COPY as well as whoever wants to read a value as it is now
 * while it goes on changing. It is freed by the garbage collector.
 */
export abstract class Aggregate {
  /** The name TYPE answers. */
  abstract readonly type: AggregateType
  /** The name OBJECT ENCODING answers. */
  abstract readonly encoding: string
  /** The number of elements. */
  abstract readonly size: number
  /** Bytes of memory, beyond the slot that refers to the value. */
  abstract readonly bytes: number
  /** An independent value with the same elements. Both share their chunks until one of them changes a chunk, which it copies first. */
  abstract copy(): Aggregate
}

export type AggregateType = "list" | "set" | "zset" | "hash" | "stream"
