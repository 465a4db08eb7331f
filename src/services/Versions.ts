/**
 * What this server says it is. Clients and tools look at these, so Redis's own come first.
 */

/** The version of Redis whose behaviour clients may expect, as the reference (Valkey 8.1) gives it too. */
export const redisVersion = "7.2.4"

export const serverName = "keyloom"

/** The version in package.json. */
export const keyloomVersion = "0.1.0"
