/**
 * A long list: nodes of limited size, which split, merge and are compressed exactly as Redis's do.
 *
 * Elements are counted from 0. A list keeps the limits that it was made with; it doesn't know when it should become compact again. Source: quicklist.c.
 *
 * | operation | cost |
 * | --- | --- |
 * | push, pop | that of the element |
 * | finding an index | passing over nodes from the nearer end, and over the elements of one node |
 * | a change in the middle | as finding, and rewriting one node or two |
 */
import type { ByteSink } from "../ByteSink.ts"
import type { ByteString } from "../ByteString.ts"
import * as Listpack from "../Listpack.ts"
import type { Shapes } from "../Shapes.ts"
import { clampDepth, clampFill, exceedsLimit, type Fill, isLarge } from "./limits.ts"
import { type End, entryOf, ListNode } from "./ListNode.ts"
import { NodeDirectory } from "./NodeDirectory.ts"

export class Quicklist {
  readonly #shapes: Shapes
  readonly fill: Fill
  /** Nodes at each end that are never compressed; 0 compresses none. */
  readonly depth: number
  readonly #nodes: NodeDirectory

  private constructor(shapes: Shapes, fill: Fill, depth: number, nodes: NodeDirectory) {
    this.#shapes = shapes
    this.fill = fill
    this.depth = depth
    this.#nodes = nodes
  }

  /** A list with the limits that are configured now. */
  static make(shapes: Shapes): Quicklist {
    const { "list-compress-depth": depth, "list-max-listpack-size": fill } = shapes.limits
    return new Quicklist(shapes, clampFill(fill), clampDepth(depth), new NodeDirectory())
  }

  /** The number of elements. */
  get count(): number {
    return this.#nodes.count
  }

  get nodeCount(): number {
    return this.#nodes.length
  }

  /** Bytes of memory. */
  get bytes(): number {
    return quicklistBytes + this.#nodes.bytes
  }

  /** The bytes of all nodes as Redis counts them: of their listpacks, before compression. */
  get size(): number {
    let size = 0
    this.#nodes.walk(0, true, (node) => {
      size += node.size
      return true
    })
    return size
  }

  /** The node with this number, which is there: to look at. */
  node(number: number): ListNode {
    return this.#nodes.at(number)!
  }

  /** The one node there is, where it is a listpack. */
  get onlyListpack(): ListNode | undefined {
    const only = this.#nodes.length === 1 ? this.#nodes.at(0) : undefined
    return only?.isPlain === true ? undefined : only
  }

  copy(): Quicklist {
    return new Quicklist(this.#shapes, this.fill, this.depth, this.#nodes.copy())
  }

  /** Makes a listpack the last node. */
  appendListpack(listpack: Listpack.Listpack): void {
    this.#insertNode(this.#nodes.length, ListNode.ofListpack(this.#nodes.owner, listpack))
  }

  /** Makes an element the last node, all of which it is. */
  appendPlain(element: ByteString): void {
    this.#insertNode(this.#nodes.length, ListNode.plain(this.#nodes.owner, element))
  }

  push(element: ByteString, end: End): void {
    const nodes = this.#nodes
    const outermost = end === "head" ? 0 : nodes.length - 1
    if (this.#allowsInsert(nodes.at(outermost), element.length)) {
      nodes.update(outermost, (node) => node.push(element, end))
    } else {
      this.#insertNode(end === "head" ? 0 : nodes.length, this.#nodeOf(element))
    }
  }

  /** Takes an element off an end of a list that has some. */
  pop(end: End): ByteString {
    const nodes = this.#nodes
    const outermost = end === "head" ? 0 : nodes.length - 1
    // The list is not empty.
    const node = nodes.at(outermost)!
    if (node.count === 1) {
      this.#removeNodes(outermost)
      return node.at(0)
    }
    return nodes.update(outermost, (node) => node.pop(end))
  }

  /** The element at `index`, which is there. */
  at(index: number): ByteString {
    const { number, offset } = this.#nodes.locate(index)
    return this.#nodes.at(number)!.at(offset)
  }

  /** Hands so many elements, from `index` on, to the sink. They are there. */
  send(index: number, count: number, sink: ByteSink): void {
    const start = this.#nodes.locate(index)
    let remaining = count
    this.#nodes.walk(start.number, true, (node, number) => {
      const offset = number === start.number ? start.offset : 0
      const sent = Math.min(remaining, node.count - offset)
      node.send(offset, sent, sink)
      remaining -= sent
      return remaining > 0
    })
  }

  /** Fills `elements`, from `index` on in this direction, in all its length. They are there. */
  read(index: number, direction: End, elements: Array<ByteString>): void {
    const start = this.#nodes.locate(index)
    const isForward = direction === "tail"
    let read = 0
    this.#nodes.walk(start.number, isForward, (node, number) => {
      const offset = number === start.number ? start.offset : isForward ? 0 : node.count - 1
      const count = Math.min(elements.length - read, isForward ? node.count - offset : offset + 1)
      node.read(offset, count, direction, elements, read)
      read += count
      return read < elements.length
    })
  }

  /** As `ListNode.search`, from an end of the list on; nodes further than `within` elements from there are not looked at. */
  search(element: ByteString, direction: End, visit: (index: number) => boolean, within: number): void {
    this.#searchNodes(element, direction, (_number, _offset, index) => visit(index), within)
  }

  replace(index: number, element: ByteString): void {
    const nodes = this.#nodes
    const { number, offset } = nodes.locate(index)
    const node = nodes.at(number)!
    const isElementLarge = this.#isLarge(element.length)
    if (!node.isPlain && !isElementLarge) {
      nodes.update(number, (node) => node.replace(offset, element))
      this.#settle(number)
    } else if (node.isPlain && isElementLarge) {
      this.#replaceNode(number, ListNode.plain(nodes.owner, element))
      this.#settle(number)
    } else if (node.isPlain) {
      this.#insertAt(number, 1, element)
      this.#removeNodes(number)
    } else {
      this.#replaceByLarge(number, offset, element)
    }
  }

  /** Inserts before the element at `index`, or behind it. Where it goes to another node, that depends on which of the two was said. */
  insert(index: number, element: ByteString, isAfter: boolean): void {
    const { number, offset } = this.#nodes.locate(index)
    this.#insertAt(number, isAfter ? offset + 1 : offset, element, isAfter)
  }

  /** Removes so many elements from `index` on, which are there. */
  removeRange(index: number, count: number): void {
    if (count === 0) return
    const nodes = this.#nodes
    let { number, offset } = nodes.locate(index)
    for (let left = count; left > 0;) {
      const node = nodes.at(number)!
      if (offset === 0 && left >= node.count) {
        const whole = this.#wholeNodes(number, left)
        left -= whole.count
        nodes.remove(number, whole.nodes)
        continue
      }
      const removed = Math.min(left, node.count - offset)
      const start = offset
      nodes.update(number, (node) => node.remove(start, removed))
      this.#settle(number)
      left -= removed
      number++
      offset = 0
    }
    this.#settle(number)
  }

  /** Removes the first elements that are equal to `element`, `limit` of them at most, as seen from the end that `direction` leads away from. */
  remove(element: ByteString, limit: number, direction: End): number {
    const found = new Map<number, Array<number>>()
    let removed = 0
    this.#searchNodes(element, direction, (number, offset) => {
      const offsets = found.get(number)
      if (offsets === undefined) found.set(number, [offset])
      else offsets.push(offset)
      return ++removed < limit
    })
    // From the tail on, so that the numbers of those still to come stay right.
    const numbers = [...found.keys()]
    if (direction === "tail") numbers.reverse()
    for (const number of numbers) {
      // The keys are the map's.
      const offsets = found.get(number)!
      if (direction === "head") offsets.reverse()
      if (offsets.length === this.#nodes.at(number)!.count) {
        this.#removeNodes(number)
      } else {
        this.#nodes.update(number, (node) => node.removeAll(offsets))
        this.#settle(number)
      }
    }
    return removed
  }

  #searchNodes(
    element: ByteString,
    direction: End,
    visit: (number: number, offset: number, index: number) => boolean,
    within = Infinity
  ): void {
    const entry = entryOf(element)
    const isForward = direction === "tail"
    let passed = 0
    this.#nodes.walk(isForward ? 0 : this.#nodes.length - 1, isForward, (node, number) => {
      if (passed >= within) return false
      const { count } = node
      const base = isForward ? passed : this.count - passed - count
      passed += count
      return node.search(element, entry, direction, (offset) => visit(number, offset, base + offset))
    })
  }

  /** Inserts before the element at `offset` of a node, or behind its last one. `isAfter` says which of its neighbours were looked at to find the place. */
  #insertAt(number: number, offset: number, element: ByteString, isAfter = true): void {
    const nodes = this.#nodes
    const node = nodes.at(number)!
    const isAtEdge = offset === (isAfter ? node.count : 0)
    if (this.#isLarge(element.length)) {
      const large = ListNode.plain(nodes.owner, element)
      if (node.isPlain || isAtEdge) {
        this.#insertNode(isAfter ? number + 1 : number, large)
      } else {
        this.#splitNode(number, offset)
        this.#insertNode(number + 1, large)
      }
      return
    }
    if (this.#allowsInsert(node, element.length)) {
      nodes.update(number, (node) => node.insert(offset, element))
      this.#settle(number)
      return
    }
    if (isAtEdge) {
      const neighbour = isAfter ? number + 1 : number - 1
      if (this.#allowsInsert(nodes.at(neighbour), element.length)) {
        nodes.update(neighbour, (node) => node.push(element, isAfter ? "head" : "tail"))
        this.#settle(neighbour)
      } else {
        this.#insertNode(isAfter ? number + 1 : number, this.#nodeOf(element))
      }
      return
    }
    this.#splitNode(number, offset)
    if (isAfter) {
      nodes.update(number + 1, (node) => node.push(element, "head"))
      this.#mergeAround(number)
    } else {
      nodes.update(number, (node) => node.push(element, "tail"))
      this.#mergeAround(number + 1)
    }
  }

  /** A large element takes the place of one in a listpack: it gets a node of its own between what was before and behind that one. */
  #replaceByLarge(number: number, offset: number, element: ByteString): void {
    const nodes = this.#nodes
    const { count } = nodes.at(number)!
    if (offset < count - 1) this.#splitNode(number, offset + 1)
    this.#insertNode(number + 1, ListNode.plain(nodes.owner, element))
    if (offset === 0) {
      this.#removeNodes(number)
    } else {
      nodes.update(number, (node) => node.remove(offset, 1))
      this.#mergeAround(number + 1)
    }
  }

  /** Joins neighbours, as far as two nodes each, in the order in which Redis does it. */
  #mergeAround(center: number): void {
    let at = center
    if (this.#merge(at - 2)) at--
    this.#merge(at + 1)
    if (this.#merge(at - 1)) at--
    this.#merge(at)
    for (let number = at - 1; number <= at + 2; number++) this.#settle(number)
  }

  /** Merges a node with the next one, if both are there and fit into one. */
  #merge(number: number): boolean {
    const nodes = this.#nodes
    const left = nodes.at(number)
    const right = nodes.at(number + 1)
    if (left === undefined || right === undefined || left.isPlain || right.isPlain) return false
    const size = left.size + right.size - Listpack.empty.length
    if (exceedsLimit(this.fill, size, left.count + right.count)) return false
    nodes.remove(number + 1)
    nodes.update(number, (node) => node.merge(right))
    return true
  }

  #splitNode(number: number, offset: number): void {
    const behind = this.#nodes.update(number, (node) => node.split(offset))
    this.#nodes.insert(number + 1, behind)
  }

  #insertNode(number: number, node: ListNode): void {
    const nodes = this.#nodes
    nodes.insert(number, node)
    // Nobody pushes to a node any more that has another one before it, or behind it.
    if (number === 0 && nodes.length > 1) nodes.update(1, close)
    else if (number === nodes.length - 1 && number > 0) nodes.update(number - 1, close)
    this.#settle(number)
  }

  #replaceNode(number: number, node: ListNode): void {
    this.#nodes.remove(number)
    this.#nodes.insert(number, node)
  }

  #removeNodes(number: number): void {
    this.#nodes.remove(number)
    this.#settle(number)
  }

  /** How many nodes from this one on have no more than so many elements together, and how many they have. */
  #wholeNodes(number: number, limit: number): { readonly nodes: number; readonly count: number } {
    let whole = 0
    let count = 0
    this.#nodes.walk(number, true, (node) => {
      if (count + node.count > limit) return false
      count += node.count
      whole++
      return true
    })
    return { nodes: whole, count }
  }

  /** After a change at a node: what is beyond the depth is compressed, that node included, and what is within is not. */
  #settle(number: number): void {
    const { depth } = this
    if (depth === 0) return
    const nodes = this.#nodes
    const { length } = nodes
    for (let i = 0; i < depth && i < length; i++) {
      this.#decompress(i)
      this.#decompress(length - 1 - i)
    }
    if (length <= depth * 2) return
    if (number >= depth && number < length - depth) this.#compress(number)
    this.#compress(depth)
    this.#compress(length - 1 - depth)
  }

  #decompress(number: number): void {
    if (this.#nodes.at(number)!.isCompressed) this.#nodes.update(number, (node) => node.decompress())
  }

  #compress(number: number): void {
    if (this.#nodes.at(number)!.isCompressible) this.#nodes.update(number, (node) => node.compress())
  }

  #nodeOf(element: ByteString): ListNode {
    const { owner } = this.#nodes
    return this.#isLarge(element.length) ? ListNode.plain(owner, element) : ListNode.of(owner, element)
  }

  #isLarge(bytes: number): boolean {
    return isLarge(this.fill, bytes, this.#shapes.packedThreshold ?? 0)
  }

  #allowsInsert(node: ListNode | undefined, bytes: number): boolean {
    if (node === undefined || node.isPlain || this.#isLarge(bytes)) return false
    return !exceedsLimit(this.fill, node.size + bytes + estimatedEntryBytes, node.count + 1)
  }
}

const close = (node: ListNode): void => node.close()

/** What Redis takes an entry to need besides its text. */
const estimatedEntryBytes = 8

/** V8's object. */
const quicklistBytes = 56
