/**
 * The size of the radix tree in which Redis would hold some keys: XINFO STREAM shows it, and nothing here is one.
 *
 * Redis's tree has a node wherever keys part, one for the bytes they share before that, and one at the end of each. Source: rax.c.
 */

/** The number of nodes of a tree with these keys, which are sorted and of equal length. */
export const radixTreeNodes = (keys: ReadonlyArray<string>): number =>
  // The root is there without keys as well.
  keys.length === 0 ? 1 : nodesBelow(keys, 0, keys.length, 0)

/** The nodes of the keys from `start` up to `end`, which are the same up to `depth`. */
const nodesBelow = (keys: ReadonlyArray<string>, start: number, end: number, depth: number): number => {
  // They are sorted: what the first and the last one share is shared by all.
  const first = keys[start]!
  const last = keys[end - 1]!
  let parting = depth
  while (parting < first.length && first.charCodeAt(parting) === last.charCodeAt(parting)) parting++
  const shared = parting > depth ? 1 : 0
  if (parting === first.length) return shared + 1
  let nodes = shared + 1
  for (let from = start; from < end;) {
    const byte = keys[from]!.charCodeAt(parting)
    let to = from + 1
    while (to < end && keys[to]!.charCodeAt(parting) === byte) to++
    nodes += nodesBelow(keys, from, to, parting + 1)
    from = to
  }
  return nodes
}
