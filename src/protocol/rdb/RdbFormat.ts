/**
 * The numbers of the RDB format: what stands at the beginning of each part of a file or a DUMP payload.
 *
 * Source: rdb.h and rdb.c of Valkey 8.1, and of Redis 7.4 for hashes whose fields expire.
 */

/** The first bytes of a file; four digits of the version follow. */
export const magic = "REDIS"

/** The newest version that is understood. */
export const newestRdbVersion = 12

/** What is written unless a hash has fields that expire. */
export const defaultRdbVersion = 11

/** The first version that knows hashes with fields that expire (Redis 7.4). */
export const hashExpiryRdbVersion = 12

export const Opcode = {
  slotInfo: 244,
  functionLibrary: 245,
  functionPreRelease: 246,
  moduleAux: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  resizeDatabase: 251,
  expireTimeMillis: 252,
  expireTimeSeconds: 253,
  selectDatabase: 254,
  end: 255
} as const

export const ValueType = {
  string: 0,
  list: 1,
  set: 2,
  sortedSet: 3,
  hash: 4,
  /** Scores as doubles in binary. */
  sortedSet2: 5,
  modulePreRelease: 6,
  module: 7,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  sortedSetZiplist: 12,
  hashZiplist: 13,
  /** A list of ziplists. */
  listQuicklist: 14,
  streamListpacks: 15,
  hashListpack: 16,
  sortedSetListpack: 17,
  /** A list of listpacks and large elements. */
  listQuicklist2: 18,
  /** With the first id, the highest deleted one, the count of additions, and how much groups have read. */
  streamListpacks2: 19,
  setListpack: 20,
  /** With the time at which each consumer was active. */
  streamListpacks3: 21,
  hashExpiryPreRelease: 22,
  hashListpackExpiryPreRelease: 23,
  /** Pairs with a time to live for each field. */
  hashExpiry: 24,
  /** Triples of field, value and deadline in one listpack. */
  hashListpackExpiry: 25
} as const

/** The two high bits of the first byte of a length. */
export const LengthKind = { bits6: 0, bits14: 1, wide: 2, encoded: 3 } as const

/** First bytes of the wide lengths. */
export const wide32 = 0x80
export const wide64 = 0x81

/** What an encoded length says about the string behind it. */
export const StringEncoding = { int8: 0, int16: 1, int32: 2, lzf: 3 } as const

/** What precedes each field of a module's data. */
export const ModuleOpcode = { end: 0, signed: 1, unsigned: 2, float: 3, double: 4, string: 5 } as const

/** How the nodes of a quicklist are kept. */
export const QuicklistContainer = { plain: 1, packed: 2 } as const
