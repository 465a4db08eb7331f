/**
 * A map that keeps its keys in order: a B+tree from latin1 strings, compared byte by byte, to values.
 *
 * | operation | time |
 * | --- | --- |
 * | `get`, `set`, `delete`, `first`, `last`, `ceiling`, `floor` | O(log n) |
 * | `forEach`, `forEachBackwards` | O(log n) to begin, O(1) for each entry |
 * | `copy` | O(1) |
 *
 * Copies share their nodes. A node remembers who may write into it, and whoever else has to copies it first: so a change after a copy costs the nodes on one
 * path. The values are shared as well: one that can change in place has to be replaced instead. `undefined` is no value.
 */
export class OrderedMap<V extends {}> {
  /** Names this map as the one that may write into a node. Replaced when the nodes become shared. */
  #owner: object = {}
  #root: Node<V>
  #size = 0
  #nodes = 1
  /** What the `set` under way has replaced. */
  #replaced: V | undefined

  constructor() {
    this.#root = new Leaf<V>(this.#owner, [], [])
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of memory of the tree itself. Keys and values are counted by whoever makes them. */
  get bytes(): number {
    return this.#nodes * nodeBytes + this.#size * slotBytes
  }

  get(key: string): V | undefined {
    const { keys, values } = this.#leafOf(key)
    const index = lowerBound(keys, key)
    return keys[index] === key ? values[index] : undefined
  }

  has(key: string): boolean {
    const { keys } = this.#leafOf(key)
    return keys[lowerBound(keys, key)] === key
  }

  /** Answers the value that this one replaces. The key must be a flat string, because it is kept. */
  set(key: string, value: V): V | undefined {
    const root = this.#own(this.#root)
    const right = this.#insert(root, key, value)
    this.#root = right === undefined ? root : this.#count(new Branch(this.#owner, ["", right.key], [root, right.node]))
    const replaced = this.#replaced
    this.#replaced = undefined
    return replaced
  }

  /** Answers the value that is gone, `undefined` where there was none. */
  delete(key: string): V | undefined {
    // Looked up first, so that no node is copied in vain.
    const value = this.get(key)
    if (value === undefined) return undefined
    const root = this.#own(this.#root)
    this.#remove(root, key)
    this.#root = root
    while (this.#root instanceof Branch && this.#root.children.length === 1) {
      this.#root = this.#root.children[0]!
      this.#nodes--
    }
    this.#size--
    return value
  }

  first(): Entry<V> | undefined {
    return this.ceiling("")
  }

  last(): Entry<V> | undefined {
    let node = this.#root
    while (!(node instanceof Leaf)) node = node.children[node.children.length - 1]!
    return entryAt(node, node.keys.length - 1)
  }

  /** The entry with the least key that is not below `key`. */
  ceiling(key: string): Entry<V> | undefined {
    let found: Entry<V> | undefined
    this.forEach((key, value) => {
      found = { key, value }
      return false
    }, key)
    return found
  }

  /** The entry with the greatest key that is not above `key`. */
  floor(key: string): Entry<V> | undefined {
    let found: Entry<V> | undefined
    this.forEachBackwards((key, value) => {
      found = { key, value }
      return false
    }, key)
    return found
  }

  /** Visits the entries from the one at or behind `from` on, in order, until `visit` answers false. `visit` must not change the map. */
  forEach(visit: Visit<V>, from = ""): void {
    visitFrom(this.#root, from, visit)
  }

  /** Visits the entries from the one at or before `from` on, or from the last one, backwards, until `visit` answers false. `visit` must not change the map. */
  forEachBackwards(visit: Visit<V>, from?: string): void {
    visitBackwards(this.#root, from, visit)
  }

  /** An independent map with the same entries. */
  copy(): OrderedMap<V> {
    const copy = new OrderedMap<V>()
    copy.#root = this.#root
    copy.#size = this.#size
    copy.#nodes = this.#nodes
    this.#owner = {}
    return copy
  }

  /** The leaf in which `key` is, or would be. */
  #leafOf(key: string): Leaf<V> {
    let node = this.#root
    while (!(node instanceof Leaf)) node = node.children[childIndex(node.keys, key)]!
    return node
  }

  /** The node itself where it is this map's alone, else a copy that is. */
  #own<N extends Node<V>>(node: N): N {
    // The copy of a leaf is a leaf, and that of a branch a branch.
    return node.owner === this.#owner ? node : node.copy(this.#owner) as N
  }

  #ownChild(branch: Branch<V>, index: number): Node<V> {
    const child = this.#own(branch.children[index]!)
    branch.children[index] = child
    return child
  }

  /** A new node, which it counts. */
  #count<N extends Node<V>>(node: N): N {
    this.#nodes++
    return node
  }

  /** Answers the upper part of a node that had to be split. */
  #insert(node: Node<V>, key: string, value: V): Split<V> | undefined {
    if (node instanceof Leaf) {
      const index = lowerBound(node.keys, key)
      if (node.keys[index] === key) {
        this.#replaced = node.values[index]
        node.values[index] = value
        return undefined
      }
      insertAt(node.keys, index, key)
      insertAt(node.values, index, value)
      this.#size++
      if (node.keys.length <= maxEntries) return undefined
      const cut = cutOf(node.keys.length, index)
      const right = new Leaf(this.#owner, node.keys.slice(cut), node.values.slice(cut))
      // Slices have no spare room, and a leaf that is filled in order is not inserted into any more.
      node.keys = node.keys.slice(0, cut)
      node.values = node.values.slice(0, cut)
      return { key: right.keys[0]!, node: this.#count(right) }
    }
    const index = childIndex(node.keys, key)
    const split = this.#insert(this.#ownChild(node, index), key, value)
    if (split === undefined) return undefined
    insertAt(node.keys, index + 1, split.key)
    insertAt(node.children, index + 1, split.node)
    if (node.children.length <= maxEntries) return undefined
    const cut = cutOf(node.children.length, index + 1)
    const right = new Branch(this.#owner, node.keys.slice(cut), node.children.slice(cut))
    node.keys = node.keys.slice(0, cut)
    node.children = node.children.slice(0, cut)
    return { key: right.keys[0]!, node: this.#count(right) }
  }

  /** Removes a key that is there. A child that is left nearly empty joins a neighbour where both fit into one node. */
  #remove(node: Node<V>, key: string): void {
    if (node instanceof Leaf) {
      const index = lowerBound(node.keys, key)
      node.keys.splice(index, 1)
      node.values.splice(index, 1)
      return
    }
    const index = childIndex(node.keys, key)
    const child = this.#ownChild(node, index)
    this.#remove(child, key)
    if (child.keys.length > minEntries) return
    if (child.keys.length === 0) {
      node.keys.splice(index, 1)
      node.children.splice(index, 1)
      this.#nodes--
      return
    }
    if (index + 1 < node.children.length && this.#merge(node, index)) return
    if (index > 0) this.#merge(node, index - 1)
  }

  /** Joins the child at `index` and the next one, where they fit into one node. */
  #merge(branch: Branch<V>, index: number): boolean {
    const right = branch.children[index + 1]!
    if (branch.children[index]!.keys.length + right.keys.length > maxEntries) return false
    const left = this.#ownChild(branch, index)
    if (left instanceof Leaf && right instanceof Leaf) {
      left.keys.push(...right.keys)
      left.values.push(...right.values)
    } else if (left instanceof Branch && right instanceof Branch) {
      // The first key of a branch may be any lower bound; among its new neighbours it has to be that of the branch.
      left.keys.push(branch.keys[index + 1]!, ...right.keys.slice(1))
      left.children.push(...right.children)
    }
    branch.keys.splice(index + 1, 1)
    branch.children.splice(index + 1, 1)
    this.#nodes--
    return true
  }
}

export interface Entry<V> {
  readonly key: string
  readonly value: V
}

/** Answers false to end the visit. */
export type Visit<V> = (key: string, value: V) => boolean | void

type Node<V> = Leaf<V> | Branch<V>

class Leaf<V> {
  readonly owner: object
  keys: Array<string>
  values: Array<V>

  constructor(owner: object, keys: Array<string>, values: Array<V>) {
    this.owner = owner
    this.keys = keys
    this.values = values
  }

  copy(owner: object): Leaf<V> {
    return new Leaf(owner, this.keys.slice(), this.values.slice())
  }
}

class Branch<V> {
  readonly owner: object
  /** A lower bound of each child's keys, and above all keys of the child before. The first one is not looked at. */
  keys: Array<string>
  children: Array<Node<V>>

  constructor(owner: object, keys: Array<string>, children: Array<Node<V>>) {
    this.owner = owner
    this.keys = keys
    this.children = children
  }

  copy(owner: object): Branch<V> {
    return new Branch(owner, this.keys.slice(), this.children.slice())
  }
}

interface Split<V> {
  /** A lower bound of the node's keys. */
  readonly key: string
  readonly node: Node<V>
}

const entryAt = <V>(leaf: Leaf<V>, index: number): Entry<V> | undefined =>
  index < 0 || index >= leaf.keys.length ? undefined : { key: leaf.keys[index]!, value: leaf.values[index]! }

/** Says whether the visit goes on. */
const visitFrom = <V>(node: Node<V>, from: string, visit: Visit<V>): boolean => {
  if (node instanceof Leaf) {
    for (let index = lowerBound(node.keys, from); index < node.keys.length; index++) {
      if (visit(node.keys[index]!, node.values[index]!) === false) return false
    }
    return true
  }
  const first = childIndex(node.keys, from)
  for (let index = first; index < node.children.length; index++) {
    if (!visitFrom(node.children[index]!, index === first ? from : "", visit)) return false
  }
  return true
}

const visitBackwards = <V>(node: Node<V>, from: string | undefined, visit: Visit<V>): boolean => {
  if (node instanceof Leaf) {
    let index = from === undefined ? node.keys.length - 1 : lowerBound(node.keys, from)
    // The bound is the entry itself, or the first one above it.
    if (from !== undefined && node.keys[index] !== from) index--
    for (; index >= 0; index--) {
      if (visit(node.keys[index]!, node.values[index]!) === false) return false
    }
    return true
  }
  const first = from === undefined ? node.children.length - 1 : childIndex(node.keys, from)
  for (let index = first; index >= 0; index--) {
    if (!visitBackwards(node.children[index]!, index === first ? from : undefined, visit)) return false
  }
  return true
}

/** The index of the first key that is not below `key`. */
const lowerBound = (keys: ReadonlyArray<string>, key: string): number => {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}

/** The index of the child in which `key` is, or would be. */
const childIndex = (keys: ReadonlyArray<string>, key: string): number => {
  let low = 1
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}

const insertAt = <A>(array: Array<A>, index: number, value: A): void => {
  if (index === array.length) array.push(value)
  else array.splice(index, 0, value)
}

/** Where a node that has become too long is cut. Keys that come in order leave full nodes behind, others leave room in both halves. */
const cutOf = (length: number, inserted: number): number => inserted === length - 1 ? inserted : length >>> 1

const maxEntries = 64
const minEntries = 16

/** Measured on Node 24: a node with its two arrays and their spare room, and an entry's key and value in them. */
const nodeBytes = 240
const slotBytes = 16
