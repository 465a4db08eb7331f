/**
 * Passwords. There is one user, `default`, whose password is `requirepass`.
 */
import * as Redacted from "effect/Redacted"
import { createHash, timingSafeEqual } from "node:crypto"
import { type WrongPassword, wrongPassword } from "../../protocol/CommandError.ts"
import type { CommandContext } from "../../services/CommandContext.ts"

/** The one user there is. */
export const defaultUser = "default"

/** No password is asked of anybody. */
export const isOpenToAll = ({ config }: CommandContext): boolean => config.values.requirepass === undefined

/** Makes the client this user, or leaves it who it is and says why. Without `requirepass` every password is right. */
export const authenticate = (
  { client, config, stats }: CommandContext,
  username: string,
  password: string
): WrongPassword | undefined => {
  const { requirepass } = config.values
  const isRight = requirepass === undefined || isSamePassword(password, Redacted.value(requirepass))
  if (username !== defaultUser || !isRight) {
    stats.counters.deniedAccessAuth++
    return wrongPassword
  }
  client.user = defaultUser
  client.isAuthenticated = true
  client.wasAuthenticated = true
  return undefined
}

/** How long this takes tells nothing about where the passwords differ, nor how long they are. */
const isSamePassword = (given: string, expected: string): boolean =>
  timingSafeEqual(digestOf(given), digestOf(expected))

const digestOf = (password: string): Buffer => createHash("sha256").update(password, "latin1").digest()
