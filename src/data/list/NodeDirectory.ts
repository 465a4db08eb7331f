/**
 * The nodes of a long list, in order, with the number of elements in them: which node holds the element with an index, and what its neighbours are.
 *
 * Nodes are numbered from 0. They stand in segments of a few dozen, so that an insertion moves little, and an index is found by passing over whole segments
 * from the nearer end. A copy shares all segments and nodes, each of which remembers its owner: who else changes one replaces it by a copy of its own.
 *
 * | operation | steps for n nodes |
 * | --- | --- |
 * | at either end | O(1) |
 * | finding, inserting, removing a node | O(n / 64) of the cheapest kind |
 * | `copy` | O(n / 64) |
 */
import type { ListNode } from "./ListNode.ts"

interface Segment {
  readonly owner: object
  readonly nodes: Array<ListNode>
  /** The elements of its nodes. */
  count: number
}

interface Place {
  /** The position of the segment. */
  readonly at: number
  /** The position in the segment. */
  readonly offset: number
}

export class NodeDirectory {
  #segments: Array<Segment> = []
  #owner: object = {}
  #length = 0
  #count = 0
  #nodeBytes = 0

  /** Whoever makes a node for this directory gives it this owner. It is another one after a copy. */
  get owner(): object {
    return this.#owner
  }

  /** The number of nodes. */
  get length(): number {
    return this.#length
  }

  /** The number of elements in all nodes. */
  get count(): number {
    return this.#count
  }

  /** Bytes of memory, with those of the nodes. */
  get bytes(): number {
    return directoryBytes + this.#segments.length * segmentBytes + this.#nodeBytes
  }

  /** The node with this number; `undefined` where there is none. */
  at(number: number): ListNode | undefined {
    if (number < 0 || number >= this.#length) return undefined
    const { at, offset } = this.#placeOf(number)
    return this.#segments[at]!.nodes[offset]
  }

  /** The number of the node that holds the element with this index, and the element's index in it. The element is there. */
  locate(index: number): { readonly number: number; readonly offset: number } {
    const segments = this.#segments
    if (index * 2 < this.#count) {
      let at = 0
      let number = 0
      let left = index
      for (; left >= segments[at]!.count; at++) {
        left -= segments[at]!.count
        number += segments[at]!.nodes.length
      }
      const { nodes } = segments[at]!
      let i = 0
      for (; left >= nodes[i]!.count; i++) left -= nodes[i]!.count
      return { number: number + i, offset: left }
    }
    let at = segments.length - 1
    let number = this.#length
    let left = this.#count - index
    for (; left > segments[at]!.count; at--) {
      left -= segments[at]!.count
      number -= segments[at]!.nodes.length
    }
    const { nodes } = segments[at]!
    let i = nodes.length - 1
    for (; left > nodes[i]!.count; i--) left -= nodes[i]!.count
    return { number: number - nodes.length + i, offset: nodes[i]!.count - left }
  }

  /** Visits the nodes from a number on, towards the tail or the head, until `visit` answers false. It must not change the directory. */
  walk(number: number, isForward: boolean, visit: (node: ListNode, number: number) => boolean): void {
    if (number < 0 || number >= this.#length) return
    const segments = this.#segments
    const step = isForward ? 1 : -1
    let { at, offset } = this.#placeOf(number)
    for (let current = number; at >= 0 && at < segments.length; current += step) {
      const { nodes } = segments[at]!
      if (!visit(nodes[offset]!, current)) return
      offset += step
      if (offset < 0) {
        at--
        offset = at < 0 ? 0 : segments[at]!.nodes.length - 1
      } else if (offset === nodes.length) {
        at++
        offset = 0
      }
    }
  }

  /** Runs `change` on a node that nobody else refers to. */
  update<A>(number: number, change: (node: ListNode) => A): A {
    const { at, offset } = this.#placeOf(number)
    const segment = this.#toChange(at)
    let node = segment.nodes[offset]!
    const { bytes, count } = node
    if (node.owner !== this.#owner) {
      node = node.copyFor(this.#owner)
      segment.nodes[offset] = node
    }
    const result = change(node)
    segment.count += node.count - count
    this.#count += node.count - count
    this.#nodeBytes += node.bytes - bytes
    return result
  }

  /** Inserts before the node with this number, or behind the last one. */
  insert(number: number, node: ListNode): void {
    const { at, offset } = this.#placeToInsert(number)
    const segment = this.#toChange(at)
    segment.nodes.splice(offset, 0, node)
    segment.count += node.count
    this.#length++
    this.#count += node.count
    this.#nodeBytes += node.bytes
    if (segment.nodes.length > maxSegment) this.#split(at)
  }

  /** Removes so many nodes. */
  remove(number: number, nodes = 1): void {
    for (let left = nodes; left > 0;) {
      const { at, offset } = this.#placeOf(number)
      const segment = this.#segments[at]!
      const removed = Math.min(left, segment.nodes.length - offset)
      left -= removed
      this.#length -= removed
      for (let i = offset; i < offset + removed; i++) {
        this.#count -= segment.nodes[i]!.count
        this.#nodeBytes -= segment.nodes[i]!.bytes
      }
      if (removed === segment.nodes.length) {
        this.#segments.splice(at, 1)
        continue
      }
      const own = this.#toChange(at)
      for (const node of own.nodes.splice(offset, removed)) own.count -= node.count
      this.#join(at)
    }
  }

  copy(): NodeDirectory {
    const copy = new NodeDirectory()
    copy.#segments = this.#segments.slice()
    copy.#length = this.#length
    copy.#count = this.#count
    copy.#nodeBytes = this.#nodeBytes
    // What both refer to belongs to neither from now on.
    this.#owner = {}
    return copy
  }

  #placeOf(number: number): Place {
    const segments = this.#segments
    if (number * 2 < this.#length) {
      let at = 0
      let offset = number
      for (; offset >= segments[at]!.nodes.length; at++) offset -= segments[at]!.nodes.length
      return { at, offset }
    }
    let at = segments.length - 1
    let left = this.#length - number
    for (; left > segments[at]!.nodes.length; at--) left -= segments[at]!.nodes.length
    return { at, offset: segments[at]!.nodes.length - left }
  }

  #placeToInsert(number: number): Place {
    const segments = this.#segments
    if (number < this.#length) {
      const place = this.#placeOf(number)
      if (number > 0 || segments[0]!.nodes.length < maxSegment) return place
      // A list that grows at its head starts a segment there, so that those behind it stay full.
      segments.unshift({ owner: this.#owner, nodes: [], count: 0 })
      return place
    }
    const last = segments.at(-1)
    if (last === undefined || last.nodes.length === maxSegment) {
      segments.push({ owner: this.#owner, nodes: [], count: 0 })
    }
    return { at: segments.length - 1, offset: segments.at(-1)!.nodes.length }
  }

  #toChange(at: number): Segment {
    const segment = this.#segments[at]!
    if (segment.owner === this.#owner) return segment
    const own = { owner: this.#owner, nodes: segment.nodes.slice(), count: segment.count }
    this.#segments[at] = own
    return own
  }

  #split(at: number): void {
    const segment = this.#segments[at]!
    const nodes = segment.nodes.splice(segment.nodes.length >> 1)
    const count = nodes.reduce((sum, node) => sum + node.count, 0)
    segment.count -= count
    this.#segments.splice(at + 1, 0, { owner: this.#owner, nodes, count })
  }

  /** Joins a segment with a neighbour where both have become small. */
  #join(at: number): void {
    const segments = this.#segments
    for (const first of [at, at - 1]) {
      const left = segments[first]
      const right = segments[first + 1]
      if (left === undefined || right === undefined || left.nodes.length + right.nodes.length > maxSegment / 2) continue
      const own = this.#toChange(first)
      own.nodes.push(...right.nodes)
      own.count += right.count
      segments.splice(first + 1, 1)
    }
  }
}

/** Nodes in one segment at most. */
const maxSegment = 64

/** The objects and arrays of V8; a segment is taken for half full. */
const directoryBytes = 136
const segmentBytes = 72 + maxSegment * 4 + 16
