/**
 * What RESTORE is given: one value as DUMP wrote it, and behind it the version of its format and a checksum.
 */
import { type ByteString, toBuffer } from "../../data/ByteString.ts"
import { Crc64 } from "../../data/Crc64.ts"
import type { Value } from "../../data/Value.ts"
import { beginValue } from "./beginValue.ts"
import { RdbFailure } from "./RdbFailure.ts"
import { newestRdbVersion } from "./RdbFormat.ts"
import { RdbSource } from "./RdbSource.ts"
import type { DecoderOptions } from "./ValueDecoder.ts"

export interface DumpOptions extends Omit<DecoderOptions, "passesModules"> {
  /** Whether the bytes are compared with the checksum behind them. */
  readonly checksum: boolean
  /** Whether a payload of a version that is not known yet is read as far as it is understood. */
  readonly readsNewer?: boolean
}

/** The value of a payload. Where the failure is of the kind `version` or `checksum`, the value has not been looked at. */
export const readDump = (payload: ByteString, options: DumpOptions): Value | RdbFailure => {
  const bytes = toBuffer(payload)
  const footerAt = bytes.length - footerBytes
  if (footerAt < 0) return new RdbFailure("version", 0, "it is too short to be a payload")
  const version = bytes.readUInt16LE(footerAt)
  if (version > newestRdbVersion && options.readsNewer !== true) {
    return new RdbFailure(
      "version",
      footerAt,
      `it is of version ${version}, and known are those up to ${newestRdbVersion}`
    )
  }
  if (options.checksum) {
    const checksum = new Crc64()
    checksum.update(bytes, 0, footerAt + versionBytes)
    if (!checksum.equals(bytes, footerAt + versionBytes)) {
      return new RdbFailure("checksum", footerAt, "CRC error: its bytes are not those of which the checksum was made")
    }
  }
  const source = new RdbSource(false)
  source.push(bytes.subarray(0, footerAt))
  source.end()
  source.resume()
  const type = source.byte()
  const value = beginValue(type, { ...options, passesModules: false })?.read(source)
  if (source.failure !== undefined) return source.failure
  if (value === undefined) return new RdbFailure("damaged", 0, `there is no type ${type} of values`)
  if (typeof value === "symbol") return new RdbFailure("damaged", 0, "it is a value without elements")
  source.commit()
  return source.offset === footerAt ? value : new RdbFailure("damaged", source.offset, "there is more than one value")
}

const versionBytes = 2
/** The version and the checksum. */
const footerBytes = versionBytes + 8
