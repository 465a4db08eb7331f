/**
 * The access-control categories of a command: those it declares, and those that follow from its flags.
 */
import type { Command } from "../services/CommandTable.ts"

/** All of them, in the order in which Redis lists them. */
export const aclCategories = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting"
] as const

export type AclCategory = (typeof aclCategories)[number]

/** In the order of `aclCategories`. After `setImplicitACLCategories` in server.c. */
export const categoriesOf = ({ facts, flags }: Command): ReadonlyArray<AclCategory> => {
  const has = new Set<string>(facts.categories)
  if (flags.has("write")) has.add("write")
  // A script may do more than read, whatever its command says.
  if (flags.has("readonly") && !has.has("scripting")) has.add("read")
  if (flags.has("admin")) has.add("admin").add("dangerous")
  if (flags.has("pubsub")) has.add("pubsub")
  if (flags.has("fast")) has.add("fast")
  if (flags.has("blocking")) has.add("blocking")
  if (!has.has("fast")) has.add("slow")
  return aclCategories.filter((category) => has.has(category))
}
