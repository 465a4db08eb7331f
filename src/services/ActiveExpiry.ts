/**
 * The cycle that removes expired keys nobody asks for.
 */
import * as Context from "effect/Context"

export class ActiveExpiry extends Context.Service<ActiveExpiry, {
  /** DEBUG SET-ACTIVE-EXPIRE turns the cycle off. An expired key is gone for every command all the same. */
  isEnabled: boolean
}>()("keyloom/services/ActiveExpiry") {}
