/**
 * Members in the order of their scores: what a sorted set is searched, ranked and walked by.
 *
 * A B+ tree whose branches know how many entries lie below each child, so that a position (rank) is found as fast as an entry. Everything that is asked
 * about a part of the order is asked in ranks: bounds become ranks first (`rankOf`, `partition`), and ranks are walked or removed.
 *
 * It does not know which members there are: `ScoredMembers` keeps it beside a hash table. Scores are never NaN; members with the same score are ordered by
 * their bytes, which is JavaScript's own order of latin1 strings.
 *
 * | operation | cost |
 * | --- | --- |
 * | add, remove, rankOf, partition, memberAt, scoreAt | O(log n) |
 * | visit, visitBackwards, removeRange | O(log n + number of entries) |
 * | ofOrder | O(n) |
 * | copy | O(1); the first change below a shared node copies that node |
 *
 * **Invariants** All leaves are equally deep. A branch's key for a child is not above the child's entries and above those of the children before it; the key
 * of the first child is not looked at. Nodes other than the root are never empty, and of two neighbours one may be nearly empty only while the other is not.
 */
import {
  Branch,
  childFor,
  emptyScores,
  Leaf,
  leavesBelow,
  type Node,
  partitionPoint,
  positionIn,
  type Visit,
  visitBackwardsBelow,
  visitBelow
} from "./ScoreTreeNodes.ts"

export class ScoreTree {
  #root: Node
  #size = 0
  #leaves = 1
  /** The token of this tree. A node that carries another one is shared with a copy, and copied before it is changed. */
  #owner: object = {}

  constructor() {
    this.#root = Leaf.empty(this.#owner)
  }

  /** The tree of entries that are given by their indexes in order, without doubles. */
  static ofOrder(order: Uint32Array, scores: Float64Array, members: ReadonlyArray<string>): ScoreTree {
    const tree = new ScoreTree()
    if (order.length > 0) tree.#build(order, scores, members)
    return tree
  }

  /** The number of entries. */
  get size(): number {
    return this.#size
  }

  /** Bytes of memory of the tree, without the texts of its members. */
  get bytes(): number {
    return treeBytes + this.#leaves * bytesPerLeaf + this.#size * bytesPerEntry
  }

  /** Adds an entry. The caller knows that it is absent, and that the text is flat and its own. */
  add(score: number, member: string): void {
    const root = this.#ownRoot()
    const sibling = this.#addBelow(root, score, member)
    if (sibling !== undefined) this.#root = this.#branchOver([root, sibling])
    this.#size++
  }

  /** Removes an entry. The caller knows that it is there. */
  remove(score: number, member: string): void {
    this.#removeBelow(this.#ownRoot(), score, member)
    this.#size--
    this.#lowerRoot()
  }

  /** Removes the entries from rank `from` up to, not including, rank `to`; `0 <= from <= to <= size`. */
  removeRange(from: number, to: number): void {
    if (from === to) return
    if (to - from === this.#size) {
      this.#root = Leaf.empty(this.#owner)
      this.#leaves = 1
    } else {
      this.#removeRangeBelow(this.#ownRoot(), from, to)
      this.#lowerRoot()
    }
    this.#size -= to - from
  }

  /** The number of entries before this one, which need not be there. */
  rankOf(score: number, member: string): number {
    let node = this.#root
    let rank = 0
    while (node instanceof Branch) {
      const at = childFor(node, score, member)
      for (let before = 0; before < at; before++) rank += node.counts[before]!
      node = node.children[at]!
    }
    return rank + positionIn(node, score, member)
  }

  /** The number of entries for which `isBefore` holds; these must be the first ones. */
  partition(isBefore: (score: number, member: string) => boolean): number {
    let node = this.#root
    let rank = 0
    while (node instanceof Branch) {
      // A key may be lower than all entries below its child, but not lower than any before: where it is not before, neither is the child.
      const at = Math.max(0, partitionPoint(node, 1, isBefore) - 1)
      for (let before = 0; before < at; before++) rank += node.counts[before]!
      node = node.children[at]!
    }
    return rank + partitionPoint(node, 0, isBefore)
  }

  /** The member with this many entries before it; `0 <= rank < size`. */
  memberAt(rank: number): string {
    const leaf = this.#seek(rank)
    return leaf.members[soughtOffset]!
  }

  /** The score of the member with this many entries before it; `0 <= rank < size`. */
  scoreAt(rank: number): number {
    const leaf = this.#seek(rank)
    return leaf.scores[soughtOffset]!
  }

  /** Visits the entries from rank `from` up to, not including, rank `to`. `visit` must not change the tree. */
  visit(from: number, to: number, visit: Visit): void {
    if (from < to) visitBelow(this.#root, from, to, visit)
  }

  /** Visits the same entries as `visit`, the last one first. */
  visitBackwards(from: number, to: number, visit: Visit): void {
    if (from < to) visitBackwardsBelow(this.#root, from, to, visit)
  }

  /** An independent tree with the same entries. */
  copy(): ScoreTree {
    const twin = new ScoreTree()
    twin.#root = this.#root
    twin.#size = this.#size
    twin.#leaves = this.#leaves
    this.#owner = {}
    return twin
  }

  /** The leaf that holds this rank; `soughtOffset` says where. */
  #seek(rank: number): Leaf {
    let node = this.#root
    while (node instanceof Branch) {
      let at = 0
      while (rank >= node.counts[at]!) rank -= node.counts[at++]!
      node = node.children[at]!
    }
    soughtOffset = rank
    return node
  }

  #ownRoot(): Node {
    const root = this.#root
    return root.owner === this.#owner ? root : this.#root = root.copy(this.#owner)
  }

  #ownChild(parent: Branch, at: number): Node {
    const child = parent.children[at]!
    return child.owner === this.#owner ? child : parent.children[at] = child.copy(this.#owner)
  }

  /** Adds an entry below a node that is ours. Where that has become too wide its second half is answered, for the parent to take in. */
  #addBelow(node: Node, score: number, member: string): Node | undefined {
    if (node instanceof Leaf) {
      const at = positionIn(node, score, member)
      node.insert(at, score, member)
      const width = node.members.length
      if (width <= maxWidth) return undefined
      this.#leaves++
      // Entries that come in order leave full leaves behind.
      return node.split(at === width - 1 ? at : width >>> 1)
    }
    const at = childFor(node, score, member)
    const sibling = this.#addBelow(this.#ownChild(node, at), score, member)
    node.counts[at] = node.counts[at]! + 1
    if (sibling === undefined) return undefined
    node.insert(at + 1, sibling)
    const width = node.children.length
    return width > maxWidth ? node.split(at + 1 === width - 1 ? at + 1 : width >>> 1) : undefined
  }

  #removeBelow(node: Node, score: number, member: string): void {
    if (node instanceof Leaf) {
      node.remove(positionIn(node, score, member))
      return
    }
    const at = childFor(node, score, member)
    this.#removeBelow(this.#ownChild(node, at), score, member)
    node.counts[at] = node.counts[at]! - 1
    this.#repair(node, at)
  }

  #removeRangeBelow(node: Node, from: number, to: number): void {
    if (node instanceof Leaf) {
      node.scores.splice(from, to - from)
      node.members.splice(from, to - from)
      return
    }
    let first = 0
    while (from >= node.counts[first]!) {
      from -= node.counts[first]!
      to -= node.counts[first]!
      first++
    }
    // The first child loses its end, the last one its beginning, and those between are dropped: each of the three may be missing.
    let kept = first
    if (from > 0) {
      const count = node.counts[first]!
      const end = Math.min(to, count)
      this.#removeRangeBelow(this.#ownChild(node, first), from, end)
      node.counts[first] = count - (end - from)
      to -= count
      kept = first + 1
    }
    let next = kept
    while (next < node.counts.length && to >= node.counts[next]!) {
      to -= node.counts[next]!
      this.#leaves -= leavesBelow(node.children[next]!)
      next++
    }
    if (next < node.counts.length && to > 0) {
      this.#removeRangeBelow(this.#ownChild(node, next), 0, to)
      node.counts[next] = node.counts[next]! - to
    }
    if (next > kept) node.drop(kept, next)
    if (kept < node.counts.length) this.#repair(node, kept)
    if (kept > first) this.#repair(node, first)
  }

  /** Looks after a child that has lost entries: an empty one goes, and a nearly empty one joins a neighbour, if both are one node with some room left. */
  #repair(parent: Branch, at: number): void {
    if (parent.counts[at] === 0) {
      this.#leaves -= leavesBelow(parent.children[at]!)
      parent.drop(at, at + 1)
      return
    }
    const width = parent.children[at]!.width
    if (width > minWidth) return
    if (at + 1 < parent.children.length && width + parent.children[at + 1]!.width <= joinedWidth) {
      this.#join(parent, at)
    } else if (at > 0 && width + parent.children[at - 1]!.width <= joinedWidth) {
      this.#join(parent, at - 1)
    }
  }

  /** Makes one child of the one at `at` and the next. */
  #join(parent: Branch, at: number): void {
    const left = this.#ownChild(parent, at)
    const right = parent.children[at + 1]!
    if (left instanceof Leaf) {
      left.append(right)
      this.#leaves--
    } else if (right instanceof Branch) {
      left.append(right, parent.scores[at + 1]!, parent.members[at + 1]!)
    }
    parent.counts[at] = parent.counts[at]! + parent.counts[at + 1]!
    parent.drop(at + 1, at + 2)
  }

  /** A branch with one child is one level too many. */
  #lowerRoot(): void {
    while (this.#root instanceof Branch && this.#root.children.length <= 1) {
      const child = this.#root.children[0]
      if (child === undefined) {
        this.#root = Leaf.empty(this.#owner)
        this.#leaves = 1
      } else {
        this.#root = child
      }
    }
  }

  #branchOver(children: Array<Node>): Branch {
    const scores = emptyScores.slice()
    const members: Array<string> = []
    for (const child of children) {
      scores.push(child.scores[0]!)
      members.push(child.members[0]!)
    }
    return new Branch(this.#owner, scores, members, children.map((child) => child.count), children)
  }

  #build(order: Uint32Array, scores: Float64Array, members: ReadonlyArray<string>): void {
    let level: Array<Node> = evenParts(order.length).map(([start, end]) => {
      const leafScores = emptyScores.slice()
      const leafMembers: Array<string> = []
      for (let i = start; i < end; i++) {
        leafScores.push(scores[order[i]!]!)
        leafMembers.push(members[order[i]!]!)
      }
      return new Leaf(this.#owner, leafScores, leafMembers)
    })
    this.#size = order.length
    this.#leaves = level.length
    while (level.length > 1) {
      const below = level
      level = evenParts(below.length).map(([start, end]) => this.#branchOver(below.slice(start, end)))
    }
    this.#root = level[0]!
  }
}

/** The most entries of a leaf, and the most children of a branch: measured with a million members, see `bench/scoreTree.ts`. */
const maxWidth = 64
/** A node at most this wide looks for a neighbour to join, */
const minWidth = 16
/** if both together are at most this wide: then it is a while until they part again. */
const joinedWidth = 48
/** How wide nodes are when a tree is built at once: there is room for some more. */
const builtWidth = 56

/** The ranges that share `length` out evenly among as few nodes as it takes. */
const evenParts = (length: number): Array<readonly [start: number, end: number]> => {
  const parts = Math.ceil(length / builtWidth)
  return Array.from(
    { length: parts },
    (_, part) => [Math.floor(part * length / parts), Math.floor((part + 1) * length / parts)] as const
  )
}

/** Where the entry is within the leaf that `#seek` answered. */
let soughtOffset = 0

/** Measured on Node 24, as the rest of V8's costs: StringValue.ts. */
const treeBytes = 100
const bytesPerLeaf = 500
const bytesPerEntry = 16
