/**
 * What the C library calls a system error, which is what Redis shows, for a message on one line.
 */
import type * as PlatformError from "effect/PlatformError"

/** Of an error that is not the system's, or not a frequent one, its message. */
export const systemErrorText = (error: unknown): string => {
  const cause = isPlatformError(error) ? error.reason.cause : error
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  return systemErrorTexts.get(code) ?? (error instanceof Error ? error.message : String(error))
}

const isPlatformError = (error: unknown): error is PlatformError.PlatformError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "PlatformError"

const systemErrorTexts = new Map([
  ["EACCES", "Permission denied"],
  ["EADDRINUSE", "Address already in use"],
  ["EADDRNOTAVAIL", "Cannot assign requested address"],
  ["EAFNOSUPPORT", "Address family not supported by protocol"],
  ["EISDIR", "Is a directory"],
  ["ELOOP", "Too many levels of symbolic links"],
  ["EMFILE", "Too many open files"],
  ["ENAMETOOLONG", "File name too long"],
  ["ENOENT", "No such file or directory"],
  ["ENOSPC", "No space left on device"],
  ["ENOTDIR", "Not a directory"],
  ["EPERM", "Operation not permitted"],
  ["EROFS", "Read-only file system"]
])
